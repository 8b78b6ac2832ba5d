import { afterAll, beforeAll, expect, test } from 'vitest';
import { scorecard } from '../../cli/verbs/scorecard/command.ts';
import type { Scorecard } from '../../cli/verbs/scorecard/report.ts';
import { status } from '../../cli/verbs/status/command.ts';
import { at } from '../../functions/core/kubernetes.ts';
import { goldenPath } from '../../functions/golden-path.ts';
import { writtenBy } from '../terminal.ts';
import { apply, bindingOf, claim, get, makeNamespace, oncePassed, ready, removeNamespaces } from './cluster.ts';

const namespace = 'status';

beforeAll(async () => {
  await removeNamespaces(namespace);
  await makeNamespace(namespace, 'staging');
  await apply(claim(namespace, 'orders'));
  const app = { image: 'docker.io/library/nginx:1.26', bindings: [{ kind: 'AppDatabase', name: 'orders' }] };
  await apply(claim(namespace, 'shop', app, 'AppService'));
  await ready(namespace, 'orders');
});
afterAll(() => removeNamespaces(namespace));

const shownAs = (output: string, operand = 'appdatabase/orders', of = namespace) =>
  writtenBy((terminal) => status({ ...terminal, platform: goldenPath, operands: [operand], namespace: of, output, now: new Date() }));

test('a database on a shared server says its login, who uses it and what it is made of, and nothing of its Secrets', async () => {
  const { username, password = '', ...binding } = await bindingOf(namespace, 'orders');
  const live = await get('appdatabase', 'orders', namespace);
  await expect.poll(async () => JSON.parse((await shownAs('json')).stdout).usedBy, { timeout: 60_000 }).toEqual(['AppService/shop']);
  await oncePassed(namespace, 'orders', 'appdatabase', async () => {
    const { ready: isReady, says } = JSON.parse((await shownAs('json')).stdout);
    expect([isReady, says.filter(({ status: is }: { status: string }) => is !== 'True')]).toEqual([true, []]);
  });
  const { code, stdout } = await shownAs('json');
  const shown = JSON.parse(stdout);
  const references = at(live, 'spec', 'crossplane', 'resourceRefs') as readonly { readonly kind: string; readonly name: string }[];
  const byName = (objects: readonly string[]) => [...objects].sort();
  expect({
    code,
    ...shown,
    cluster: shown.cluster.notRead,
    settings: shown.settings.length > 5,
    says: shown.says.map(({ condition, status: is }: { condition: string; status: string }) => [condition, is]),
    composed: byName(shown.composed.map(({ object, ready: is }: { object: string; ready: boolean }) => `${object} ${is}`)),
  }).toEqual({
    code: 0,
    claim: { kind: 'AppDatabase', namespace, name: 'orders' },
    cluster: [],
    environment: 'staging',
    tier: 'staging',
    backend: 'shared',
    owner: expect.stringMatching(/./),
    ready: true,
    since: expect.stringMatching(/^\d{4}-/),
    going: null,
    stopped: false,
    says: expect.arrayContaining([
      ['Provisioned', 'True'],
      ['Allowed', 'True'],
    ]),
    expiresAt: null,
    settings: true,
    pending: [],
    windows: [],
    backups: [],
    notBackedUp: 'its server has them',
    dumps: null,
    finalSnapshot: null,
    binding: { secret: 'orders-database', login: { username, since: expect.stringMatching(/^\d{4}-/) } },
    usedBy: ['AppService/shop'],
    composed: byName(references.map(({ kind, name }) => `${kind}/${name} true`)),
  });
  const all = [stdout, (await shownAs('table')).stdout, (await shownAs('yaml')).stdout].join('');
  for (const secret of [password, binding['uri'] ?? '']) {
    expect(secret.length).toBeGreaterThan(8);
    expect(all).not.toContain(secret);
  }
});

test('a claim that was looked for in another namespace is found there', async () => {
  const other = `${namespace}-other`;
  await expect(shownAs('table', 'orders', other)).rejects.toThrow(`${namespace} (AppDatabase)`);
});

test('the scorecard has both claims, with what the objects that they composed are', async () => {
  const { stdout } = await writtenBy((terminal) =>
    scorecard({ ...terminal, platform: goldenPath, namespace, output: 'json', now: new Date() }),
  );
  const { cluster, claims } = JSON.parse(stdout) as Scorecard;
  const shown = claims.map(({ claim: { kind }, backend, scores }) => [
    kind,
    backend,
    Object.fromEntries(scores.flatMap(({ rule, state }) => (rule === 'owner' ? [] : [[rule, state]]))),
  ]);
  const [none, missing, met] = ['none', 'missing', 'met'];
  expect({ notRead: cluster.notRead, shown }).toEqual({
    notRead: [],
    shown: [
      ['AppDatabase', 'shared', { version: met, backup: missing, keep: missing, restore: missing, standby: none, alarms: none }],
      ['AppService', 'container', expect.objectContaining({ version: none, backup: none, keep: none, restore: none })],
    ],
  });
});
