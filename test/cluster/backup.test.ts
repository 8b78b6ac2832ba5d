import { afterAll, beforeAll, expect, test } from 'vitest';
import { at } from '../../functions/core/kubernetes.ts';
import {
  answerOf,
  apply,
  bindingOf,
  claim,
  eventually,
  get,
  inPod,
  kubectl,
  makeDatabasesWith,
  makeNamespace,
  provisioned,
  ready,
  removeNamespaces,
  run,
  saidOf,
} from './cluster.ts';

const name = 'dumped';

const buckets = { AppBucket: { backend: 'container', persistence: 'Ephemeral', deletion: 'Delete' } };

/** Of the claims that use the bucket. */
const accounts = ['orders', 'ledger', 'late', 'early', 'orders-back', 'ledger-back'].map((of) => `${of}-database`);

const queries = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'queries', namespace: name },
  data: { holds: 'SELECT count(*) = 3000 FROM lines;', fails: 'SELECT count(*) = 1 FROM lines' },
};

const backedUp = (more: object = {}) => ({ engine: 'postgres', backups: { bucket: 'dumps', schedule: '@yearly', keep: 2, ...more } });
const begunWith = (of: string, more: object = {}) => ({ engine: 'postgres', restoreFrom: { claim: of, bucket: 'dumps', ...more } });

const counts = (of: string) =>
  answerOf(
    name,
    of,
    "SELECT (SELECT count(*) FROM lines), (SELECT sum(cents) FROM lines), (SELECT last_value FROM lines_id_seq), (SELECT string_agg(DISTINCT tableowner, ',') = current_user FROM pg_tables WHERE schemaname = 'public')",
  );
const before = '3000|4501500|3000|t';

/** The aws command with nothing but the binding; `$uri` is the bucket. */
async function aws(command: string): Promise<string> {
  const { code, stdout, stderr } = await inPod(
    name,
    'dumps-bucket',
    '/bindings/bucket',
    'docker.io/amazon/aws-cli:2.23.6',
    `uri=$(cat /bindings/bucket/uri); ${command}`,
    { AWS_CONFIG_FILE: '/bindings/bucket/config' },
  );
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

const inBucket = async () => (await aws('aws s3 ls --recursive $uri | cut -c 32-')).split('\n').filter((key) => key !== '');
const dumpsOf = async (of: string) => (await inBucket()).filter((key) => key.startsWith(`${of}/`) && key.endsWith('Z.dump'));

let runs = 0;

/** Runs what a claim runs by its schedule, now, and returns what it printed. */
async function runNow(of: string, key: 'backup' | 'drill'): Promise<string> {
  runs += 1;
  const job = `${of}-${key}-${runs}`;
  await kubectl('create', 'job', '-n', name, `--from=cronjob/${of}-database-${key}`, job);
  await eventually(async () => {
    const { status } = await get('job', job, name);
    if (!(Number(at(status, 'succeeded')) > 0)) {
      throw new Error(`${JSON.stringify(status)} ${(await run('kubectl', ['logs', '-n', name, `job/${job}`, '--all-containers'])).stdout}`);
    }
  });
  return (await kubectl('logs', '-n', name, `job/${job}`)).trim();
}

const proof = async (of: string, type: 'BackedUp' | 'RestoreProven') => saidOf(await get('appdatabase', of, name), type);

const dumpName = /^(orders|ledger)\/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z\.dump$/;

beforeAll(async () => {
  await removeNamespaces(name);
  await makeDatabasesWith('shared', name, buckets);
  await makeNamespace(name, name);
  await apply(queries, claim(name, 'dumps', { writers: accounts }, 'AppBucket'), claim(name, 'orders', backedUp()));
  await ready(name, 'orders');
  await makeDatabasesWith('container', name, buckets);
  await apply(claim(name, 'ledger', { ...backedUp(), extensions: ['pgcrypto'] }));
  await ready(name, 'ledger');
  for (const of of ['orders', 'ledger']) {
    const lines = 'CREATE TABLE lines (id serial PRIMARY KEY, cents integer, note text)';
    await answerOf(name, of, `${lines}; INSERT INTO lines (cents, note) SELECT i, md5(i::text) FROM generate_series(1, 3000) i`);
  }
});
afterAll(async () => {
  await removeNamespaces(name);
  await kubectl('delete', 'environmentconfig', name);
});

test('what a backup puts into the bucket is what a new claim begins with, on another backend, once it has all of it', async () => {
  expect((await proof('orders', 'BackedUp'))?.reason).toBe('NoneYet');
  const said = await Promise.all(['orders', 'ledger'].map((of) => runNow(of, 'backup')));
  const dumps = await inBucket();
  expect(dumps.map((key) => dumpName.test(key))).toEqual([true, true]);
  expect(said).toEqual(
    ['orders', 'ledger'].map((of) => expect.stringContaining(`${dumps.find((key) => key.startsWith(of))} is there, with`)),
  );
  await eventually(async () => {
    const { status } = await get('appdatabase', 'orders', name);
    expect([at(status, 'lastBackup'), await proof('orders', 'BackedUp')]).toEqual([
      expect.stringMatching(/Z$/),
      { status: 'True', reason: 'Succeeded', message: expect.stringMatching(/^The last dump was in AppBucket dumps at \S+Z$/) },
    ]);
  });
  for (const of of ['orders', 'ledger']) await answerOf(name, of, 'DELETE FROM lines WHERE id > 10; ALTER TABLE lines DROP COLUMN note');

  await apply(claim(name, 'orders-back', begunWith('orders')));
  await ready(name, 'orders-back');
  await makeDatabasesWith('shared', name, buckets);
  await apply(claim(name, 'ledger-back', begunWith('ledger')));
  await ready(name, 'ledger-back');
  expect(await Promise.all(['orders-back', 'ledger-back'].map(async (of) => (await bindingOf(name, of))['provider']))).toEqual([
    'container',
    'shared',
  ]);
  expect([await counts('orders-back'), await counts('ledger-back')]).toEqual([before, before]);
  expect(await answerOf(name, 'orders', 'SELECT count(*) FROM lines')).toBe('10');
});

test('of dumps beyond those to keep the oldest goes, and nothing else that is in the bucket', async () => {
  const [first] = await dumpsOf('orders');
  const others = ['orders/2020-01-01T00:00:00Z.dump.old', 'orders/notes.txt', 'orders-back/2020-01-01T00:00:00Z.dump'];
  await aws(others.map((key) => `echo kept | aws s3 cp --no-progress - $uri/${key}`).join(' && '));
  await runNow('orders', 'backup');
  expect((await dumpsOf('orders'))[0]).toBe(first);
  expect(await runNow('orders', 'backup')).toContain(`${first} was removed, of more than 2`);
  const left = await inBucket();
  expect([left.filter((key) => key.startsWith('orders/') && key.endsWith('Z.dump')).length, left.includes(String(first))]).toEqual([
    2,
    false,
  ]);
  expect(left).toEqual(expect.arrayContaining(others));
  // The one that is kept of the ledger's is of before its rows went.
  expect(left.filter((key) => key.startsWith('ledger/')).length).toBe(1);
});

test('where there is no dump of so early nobody gets the database, and it is told which there is', async () => {
  await apply(claim(name, 'early', begunWith('orders', { at: '2020-02-02T00:00:00Z' })));
  await eventually(async () => {
    expect(await provisioned(name, 'early')).toContain(
      `the dump of AppDatabase orders in AppBucket dumps to be restored, which failed: kubectl logs -n ${name} job/early-database-copy says why`,
    );
  });
  const [first] = await dumpsOf('orders');
  expect(await kubectl('logs', '-n', name, 'job/early-database-copy')).toBe(
    `cannot restore: the bucket has no dump of AppDatabase orders that is not after 2020-02-02T00:00:00Z; the first one after that is ${first}\n`,
  );
  expect((await run('kubectl', ['get', 'secret', '-n', name, 'early-database'])).stderr).toBe(
    'Error from server (NotFound): secrets "early-database" not found\n',
  );
});

test('a drill says on the claim whether the last dump could be restored and the query held', async () => {
  const drill = (key: string) => ({ drill: { schedule: '* * * * *', query: { configMap: 'queries', key } } });
  await apply(claim(name, 'ledger', { ...backedUp(drill('holds')), extensions: ['pgcrypto'] }));
  await apply(claim(name, 'orders', backedUp(drill('fails'))));
  await eventually(async () => {
    expect(await proof('ledger', 'RestoreProven')).toEqual({
      status: 'True',
      reason: 'Succeeded',
      message: expect.stringMatching(/^The last dump was restored, and the query was true of it, at \S+Z$/),
    });
    expect(await proof('orders', 'RestoreProven')).toEqual({
      status: 'False',
      reason: 'Failed',
      message: expect.stringMatching(/^The drill of \S+Z failed, and .*: kubectl logs .* says why$/),
    });
  }, 240);
  const { status } = await get('appdatabase', 'ledger', name);
  expect(at(status, 'drill')).toEqual({ lastPassed: expect.stringMatching(/Z$/), lastTried: expect.stringMatching(/Z$/) });
  await ready(name, 'orders', 10);
  const [, command] = /: (kubectl logs .*) says why$/.exec((await proof('orders', 'RestoreProven'))?.message ?? '') ?? [];
  const shown = await run('/bin/sh', ['-c', `${command}`]);
  expect(shown.stdout + shown.stderr).toContain('the query is not true of what was restored');
});

test('a bucket that has the dumps of a claim is not deleted, and a claim that is gone is restored from it', async () => {
  const refused = await run('kubectl', ['delete', 'appbucket', 'dumps', '-n', name, '--wait=false']);
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/AppDatabase (orders|ledger) has it in spec\.backups, and has its dumps there/),
  ]);
  await kubectl('delete', 'appdatabase', 'ledger', '-n', name, '--timeout=120s');
  expect((await run('kubectl', ['get', 'cronjob', '-n', name, 'ledger-database-backup'])).stderr).toBe(
    'Error from server (NotFound): cronjobs.batch "ledger-database-backup" not found\n',
  );
  await apply(claim(name, 'late', begunWith('ledger')));
  await ready(name, 'late');
  expect(await counts('late')).toBe(before);
});
