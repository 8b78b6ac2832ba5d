import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { at, stringAt } from '../../functions/core/kubernetes.ts';
import { toYaml } from '../../platform/yaml.ts';
import { environmentConfig } from '../request.ts';
import { apply, eventually, get, inClient, kubectl, list, makeNamespace, ready, removeNamespaces, run } from './cluster.ts';

/** From `.ci/app-image.sh`. */
const image = 'registry.example.com/shop/orders:1.0.0';
const tiers = ['dev', 'staging', 'prod'] as const;
const namespaceOf = (tier: string) => `score-${tier}`;
const namespaces = tiers.map(namespaceOf);

const folder = mkdtempSync(join(tmpdir(), 'score-'));
/** The example, with an app that writes and reads what it is bound to. */
const file = join(folder, 'score.yaml');

beforeAll(async () => {
  const example = parse(readFileSync('examples/score.yaml', 'utf8')) as { readonly containers: { readonly orders: object } };
  const readinessProbe = { httpGet: { path: '/healthz', port: 8080 } };
  const orders = { ...example.containers.orders, image, args: ['/srv/server.py'], readinessProbe };
  writeFileSync(file, toYaml({ ...example, containers: { orders } }));
  await removeNamespaces(...namespaces);
  for (const tier of tiers) {
    const shipped = at(await get('environmentconfig', tier), 'data') as object;
    const policies = {
      'allowed-registries': { allow: ['registry.example.com/shop', 'us-central1-docker.pkg.dev/google-samples'] },
      'allowed-hosts': { allow: ['*.localhost'] },
    };
    // A cluster of tests may have no volumes.
    const defaults = { AppCache: { persistence: 'None' } };
    await apply(environmentConfig(namespaceOf(tier), { ...shipped, policies, ...(tier === 'staging' && { defaults }) }));
    await makeNamespace(namespaceOf(tier), namespaceOf(tier));
  }
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await removeNamespaces(...namespaces);
  await kubectl('delete', 'environmentconfig', ...namespaces);
});

/** Asks until there is an answer, and prints when there was, as the clock of this machine has it. */
const asking = `
import json, os, time, urllib.request
end = time.time() + 110
while time.time() < end:
    try:
        text = urllib.request.urlopen(os.environ["URL"], timeout=5).read().decode()
        print(json.dumps([time.time(), text]))
        raise SystemExit(0)
    except OSError as error:
        last = error
        time.sleep(0.1)
raise SystemExit(str(last))`;

test.each(['dev', 'staging'])('in %s one Score file becomes an app that writes and reads its database and its cache', async (tier) => {
  const namespace = namespaceOf(tier);
  const URL = `http://orders-service.${namespace}.svc:8080/keep/one`;
  const answer = inClient(namespace, { image, command: ['python3', '-c', asking], env: { URL } });
  await eventually(async () => {
    const pods = await list('pods', '-n', namespace);
    expect(pods.map(({ status }) => stringAt(status, 'phase'))).toEqual(['Running']);
  });

  const started = Date.now();
  const line = '"$0" cli/main.ts score "$1" | kubectl apply -n "$2" -f -';
  const applied = await run('bash', ['-o', 'pipefail', '-c', line, process.execPath, file, namespace]);
  expect(applied).toEqual({
    code: 0,
    stdout: ['appdatabase', 'appcache', 'appservice']
      .map((kind, index) => `${kind}.platform.internal/${['orders-db', 'orders-cache', 'orders'][index]} created\n`)
      .join(''),
    stderr: '',
  });
  const { stdout, ...rest } = await answer;
  expect(rest).toEqual({ code: 0, stderr: '' });
  const [time, text] = JSON.parse(stdout) as [number, string];
  console.log(`${tier}: ${(time - started / 1000).toFixed(1)} s from goldenpath score | kubectl apply to a served request`);
  expect(text).toBe('kept database=one cache=one');
  for (const [kind, name] of [
    ['appdatabase', 'orders-db'],
    ['appcache', 'orders-cache'],
    ['appservice', 'orders'],
  ] as const) {
    await ready(namespace, name, 60, kind);
  }
});

const examples = process.env['SCORE_EXAMPLES'];

describe.skipIf(examples === undefined)('NOT CHECKED unless SCORE_EXAMPLES names a folder of them: the public examples of Score', () => {
  test('are accepted by the apiserver where they become claims', async () => {
    const page = readFileSync('docs/score.md', 'utf8').split('\n## The public examples\n')[1] ?? '';
    const documented = [...page.matchAll(/^\| (\w[\w-]+) \| (line \d+|[A-Z]\w+(?:, \w+)*)/gm)].map(([, name, becomes]) => [name, becomes]);
    const become = async (path: string) => {
      const converted = await run(process.execPath, ['cli/main.ts', 'score', path]);
      if (converted.code !== 0) return `line ${/:(\d+)"/.exec(converted.stderr)?.[1]}`;
      const claims = converted.stdout.match(/(?<=^kind: ).*$/gm) ?? [];
      const { stdout, stderr } = await run(
        'kubectl',
        ['apply', '--dry-run=server', '-n', namespaceOf('prod'), '-f', '-'],
        converted.stdout,
      );
      const accepted = stdout.match(/ created \(server dry run\)$/gm) ?? [];
      return accepted.length === claims.length ? claims.join(', ') : stderr;
    };
    const all = await Promise.all(
      globSync('*_score.yaml', { cwd: String(examples) })
        .sort()
        .map(async (name) => [name.replace('_score.yaml', ''), await become(join(String(examples), name))]),
    );
    expect(all.length).toBe(24);
    expect(all).toEqual(documented);
  });
});
