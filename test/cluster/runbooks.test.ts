import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { at, type KubernetesObject } from '../../functions/core/kubernetes.ts';
import { conditionOf } from '../../functions/core/readiness.ts';
import { type Block, blocksOf, expectExcerpt } from '../pages.ts';
import { environmentConfig } from '../request.ts';
import { answerOf, apply, claim, get, kubectl, list, makeNamespace, ready, removeNamespaces, run, sleep, touch } from './cluster.ts';

/** Those of the pages. */
const namespace = 'shop';
const staging = 'shop-staging';
const environment = 'runbooks';
const folder = join(import.meta.dirname, '../../docs/runbooks');
/** From `.ci/app-image.sh`. */
const image = 'registry.example.com/shop/orders:1.0.0';

/** What a page assumes: what the database of the app is realised with, and what new ones are; and whether there is an app. */
interface Before {
  readonly backend: 'container' | 'shared';
  readonly next?: 'shared';
  readonly hasApp?: true;
}

const pages: Readonly<Record<string, Before>> = {
  'backup.md': { backend: 'shared' },
  'clone.md': { backend: 'shared' },
  'copy.md': { backend: 'shared' },
  'keep.md': { backend: 'shared' },
  'move.md': { backend: 'container', next: 'shared', hasApp: true },
  'preview.md': { backend: 'container' },
  'rotate.md': { backend: 'shared', hasApp: true },
  'stop.md': { backend: 'container', hasApp: true },
  'upgrade.md': { backend: 'container' },
};

async function realisedWith(backend: string): Promise<void> {
  const shipped = at(await get('environmentconfig', 'staging'), 'data') as object;
  const ephemeral = { persistence: 'Ephemeral' };
  const defaults = {
    AppDatabase: { backend, ...ephemeral },
    AppBucket: ephemeral,
    AppCache: { persistence: 'None' },
  };
  await apply(
    environmentConfig(environment, { ...shipped, defaults, policies: { 'allowed-registries': { allow: ['registry.example.com'] } } }),
  );
}

/** The database that pages speak of, with three customers, and the app that uses it. */
async function begin({ backend, next, hasApp }: Before): Promise<void> {
  await removeNamespaces(namespace, staging);
  await realisedWith(backend);
  for (const each of [namespace, staging]) await makeNamespace(each, environment);
  await apply(claim(namespace, 'orders'));
  await ready(namespace, 'orders');
  // What a page kept on the shared server is there again.
  const table = 'DROP TABLE IF EXISTS customers; CREATE TABLE customers (id serial PRIMARY KEY, email text)';
  const rows = "INSERT INTO customers (email) SELECT 'person' || i || '@shop.example' FROM generate_series(1, 3) i";
  await answerOf(namespace, 'orders', `${table}; ${rows}`);
  if (hasApp) {
    const spec = {
      image,
      port: 8080,
      health: { path: '/healthz' },
      bindings: [
        { kind: 'AppDatabase', name: 'orders' },
        { kind: 'AppCache', name: 'orders' },
      ],
      env: { DATABASE_URL: '${bindings.orders-database.uri}' },
    };
    await apply(claim(namespace, 'orders', { engine: 'valkey' }, 'AppCache'), claim(namespace, 'orders', spec, 'AppService'));
    await ready(namespace, 'orders', 180, 'appservice');
  }
  if (next !== undefined) await realisedWith(next);
}

/** Does what a block says; the block after it may be what that prints. */
async function follow({ language, text }: Block, next: Block | undefined): Promise<void> {
  if (language === 'yaml') await apply(...parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject));
  if (language !== 'bash') return;
  const { code, stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', text]);
  expect({ code, stderr, ...(code !== 0 && { stdout }) }, text).toEqual({ code: 0, stderr: expect.any(String) });
  if (next?.language === 'text') expectExcerpt(next.text, stdout.endsWith('\n') ? stdout : `${stdout}\n`);
}

/** Touches the claims of the pages that Crossplane leaves alone for a while, since they changed as often as claims of tests do, until told to stop. */
function keepLooking(): () => Promise<void> {
  const stop = new AbortController();
  const looking = (async () => {
    while (!stop.signal.aborted) {
      await sleep(5000);
      for (const each of [namespace, staging]) {
        for (const { kind, metadata, status } of await list('claim', '-n', each).catch(() => [])) {
          if (conditionOf({ status }, 'Responsive')?.status === 'False') await touch(each, metadata.name, kind).catch(() => undefined);
        }
      }
    }
  })();
  return () => {
    stop.abort();
    return looking;
  };
}

let rest: () => Promise<void>;
beforeAll(async () => {
  rest = keepLooking();
  await realisedWith('shared');
});
afterAll(async () => {
  await rest();
  await removeNamespaces(namespace, staging);
  await kubectl('delete', 'environmentconfig', environment);
});

test('each page is followed', () => {
  const found = globSync('*.md', { cwd: folder }).filter((path) => path !== 'README.md');
  expect(found.map((path) => basename(path)).sort()).toEqual(Object.keys(pages));
});

describe.each(Object.entries(pages))('%s', (name, before) => {
  const blocks = blocksOf(readFileSync(join(folder, name), 'utf8'));
  beforeAll(() => begin(before));

  test('does what it says, to the letter', { timeout: 900_000 }, async () => {
    expect([...new Set(blocks.map(({ language }) => language))].filter((each) => !['yaml', 'bash', 'text'].includes(each))).toEqual([]);
    for (const [index, block] of blocks.entries()) await follow(block, blocks[index + 1]);
  });
});
