import { afterAll, beforeAll, expect, test } from 'vitest';
import { at } from '../../functions/core/kubernetes.ts';
import { environmentConfig } from '../request.ts';
import {
  apply,
  bindingOf,
  claim,
  eventually,
  get,
  inPod,
  kubectl,
  makeNamespace,
  oncePassed,
  provisioned,
  psql,
  ready,
  removeNamespaces,
  sleep,
  touch,
} from './cluster.ts';
import { asPlatformTeam } from './setup.ts';

const name = 'rotation';
const image = 'docker.io/library/postgres:17';

/** How long an app has to go over from one login to the next. */
const loginOverlapMinutes = 1;

const annotate = (...annotations: readonly string[]) =>
  kubectl('annotate', 'appdatabase', 'orders', '-n', name, '--overwrite', ...annotations);
const rotate = (value: string, ...more: readonly string[]) => annotate(`platform.internal/rotate=${value}`, ...more);
const login = () => bindingOf(name, 'orders');

/** An app with a login, by default that which the binding has now, which makes a connection for each query, for as long as it is told. */
async function app(
  seconds: number,
  started?: Readonly<Record<string, string>>,
): Promise<() => Promise<{ readonly queries: number; readonly failed: string }>> {
  const { uri = '' } = started ?? (await login());
  const script = `end=$(( $(date +%s) + ${seconds} )); queries=0
while [ $(date +%s) -lt $end ]; do
  psql -X -qtA -d "$URI" -c 'INSERT INTO ticks SELECT current_user, session_user' 2>>/tmp/failed >&2 || true
  queries=$((queries + 1)); sleep 0.05
done
echo $queries; cat /tmp/failed`;
  const running = inPod(name, 'orders-database', '/bindings/orders-database', image, script, { URI: uri });
  return async () => {
    const { code, stdout, stderr } = await running;
    if (code !== 0) throw new Error(stderr);
    const [queries, ...failed] = stdout.split('\n');
    return { queries: Number(queries), failed: failed.join('\n') };
  };
}

/** Asks for another login, and waits for it. */
async function turned(value: string, ...more: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const before = await login();
  await rotate(value, ...more);
  await eventually(async () => {
    // A claim that changes as often as in a test is looked at every 30 seconds, if something changes then.
    await touch(name, 'orders');
    await sleep(2000);
    expect((await login())['password']).not.toBe(before['password']);
  });
  await ready(name, 'orders');
  return before;
}

async function canLogIn({ username = '', password = '', host = '', database = '' }: Readonly<Record<string, string>>): Promise<string> {
  const { code, stdout, stderr } = await inPod(
    name,
    'orders-database',
    '/bindings/orders-database',
    image,
    'psql -X -qtA "host=$H dbname=$D user=$U sslmode=require" -c "SELECT 1"',
    { H: host, D: database, U: username, PGPASSWORD: password },
  );
  return code === 0 ? stdout : stderr;
}

beforeAll(async () => {
  await removeNamespaces(name);
  const shipped = at(await get('environmentconfig', 'staging'), 'data') as object;
  const defaults = { AppDatabase: { backend: 'shared', deletion: 'Delete', loginOverlapMinutes } };
  await apply(environmentConfig(name, { ...shipped, defaults }));
  await makeNamespace(name, name);
  await apply(claim(name, 'orders', { engine: 'postgres', extensions: ['pgcrypto'] }));
  await ready(name, 'orders');
  expect((await psql(name, 'orders', 'CREATE TABLE ticks (who text, via text)')).code).toBe(0);
});
afterAll(async () => {
  await removeNamespaces(name);
  await kubectl('delete', 'environmentconfig', name);
});

test('three rotations under a stream of queries fail none, and each retires the login before the last', async () => {
  const first = await app(70);
  const owner = await turned('one');
  const second = await app(60);
  const results = [await first()];
  const a = await turned('two');
  const third = await app(60);
  results.push(await second());
  expect(await canLogIn(owner)).toContain('is not permitted to log in');
  const b = await turned('three');
  results.push(await third());
  console.log(`connections: ${results.map(({ queries }) => queries).join(', ')}`);
  expect(results).toEqual(results.map(() => ({ queries: expect.any(Number), failed: '' })));
  expect(Math.min(...results.map(({ queries }) => queries))).toBeGreaterThan(50);
  expect(await canLogIn(a)).toContain('password authentication failed');
  expect(await canLogIn(b)).toBe('1');
  const now = await login();
  expect([now['username'], new Set([owner, a, b, now].map((each) => each['password'])).size]).toEqual([a['username'], 4]);
});

test('whoever has the turn, all is the owner’s, with no more rights than before', async () => {
  const { database, username } = await login();
  expect(
    await psql(
      name,
      'orders',
      "CREATE TABLE made (id int); SELECT string_agg(DISTINCT tableowner, ',') FROM pg_tables WHERE schemaname = 'public'",
    ),
  ).toEqual({
    code: 0,
    stdout: database,
    stderr: '',
  });
  expect(await psql(name, 'orders', 'SELECT count(DISTINCT who), count(DISTINCT via) FROM ticks; DROP TABLE made')).toEqual({
    code: 0,
    stdout: '1|3',
    stderr: '',
  });
  const rights = `SELECT rolsuper, rolcreaterole, rolcreatedb, (SELECT string_agg(pg_get_userbyid(roleid)::text, ',') FROM pg_auth_members WHERE member = r.oid) FROM pg_roles r WHERE rolname = '${username}'`;
  expect(await asPlatformTeam(rights)).toBe(`f|f|f|${database}`);
});

test('no reconcile turns again', async () => {
  const before = await login();
  for (let round = 0; round < 5; round += 1) await annotate(`example.com/touched=${round}`);
  await ready(name, 'orders');
  expect(await login()).toEqual(before);
});

test('a rotation that is asked for right after another fails no query of who has the login of before, and comes by itself', async () => {
  const before = await turned('four');
  const now = await login();
  const stream = await app(20, before);
  await rotate('five');
  const waits = await oncePassed(name, 'orders', 'appdatabase', async () => {
    const message = await provisioned(name, 'orders');
    expect(message).toMatch(/another login comes at [-0-9]+T[:0-9]+Z, so that apps have the time to go over/);
    return message;
  });
  const [, until = ''] = /comes at (\S+),/.exec(waits) ?? [];
  expect([await login(), await stream()]).toEqual([now, { queries: expect.any(Number), failed: '' }]);
  await oncePassed(name, 'orders', 'appdatabase', async () => expect((await login())['password']).not.toBe(now['password']));
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until));
  await ready(name, 'orders');
  expect([await canLogIn(before), await canLogIn(now), await provisioned(name, 'orders')]).toEqual([
    expect.stringContaining('password authentication failed'),
    '1',
    'Everything that the claim needs is ready',
  ]);
});

test('a rotation that is not to wait ends the login of before at once', async () => {
  const now = await login();
  const before = await turned('six', 'platform.internal/apply-now=six');
  expect(before).toEqual(now);
  await turned('seven', 'platform.internal/apply-now=seven');
  expect(await canLogIn(now)).toContain('password authentication failed');
});
