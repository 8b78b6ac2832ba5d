import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { externalName } from '../../functions/core/names.ts';
import {
  apply,
  claim,
  eventually,
  get,
  kubectl,
  list,
  loseClaims,
  makeNamespace,
  psql,
  ready,
  removeNamespaces,
  type Said,
  saidOf,
  sleep,
  touch,
} from './cluster.ts';

const namespace = 'ownership';

/** The name of a claim's role and database on the shared server, as anybody can work it out. */
const nameOf = (name: string) =>
  externalName(
    { controlPlane: 'test', environment: 'staging', place: ['postgres.shared.svc', '5432'], namespace, kind: 'AppDatabase', name },
    63,
    '_',
  );

/** Runs SQL as the administrator of the shared server. */
async function asAdmin(sql: string, database = 'postgres'): Promise<string> {
  const command = 'PGPASSWORD="$POSTGRES_PASSWORD" exec psql -h 127.0.0.1 -U postgres -qtA -v ON_ERROR_STOP=1 -d "$0" -c "$1"';
  const inServer = ['exec', '-n', 'shared', 'deployment/postgres', '--', 'sh', '-c', command];
  return (await kubectl(...inServer, database, sql)).trim();
}

async function dropAll(): Promise<void> {
  for (const name of ['taken', 'handmade', 'kept'].map(nameOf)) {
    await asAdmin(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    await asAdmin(`DROP ROLE IF EXISTS "${name}"`);
  }
  await asAdmin('DROP ROLE IF EXISTS ownership_victim');
}

beforeAll(async () => {
  await removeNamespaces(namespace);
  await dropAll();
  await makeNamespace(namespace, 'staging');
});
afterAll(async () => {
  await removeNamespaces(namespace);
  await dropAll();
});

/** Why a claim is refused. */
async function refusalOf(name: string): Promise<Said> {
  return await eventually(async () => {
    const live = await get('appdatabase', name, namespace);
    const found = saidOf(live, 'Allowed');
    if (found?.status !== 'False') throw new Error(`${name} is not refused: ${JSON.stringify(live.status)}`);
    return found;
  }, 60);
}

const tokenIn = (message: string) => /acknowledge=(adopt-[0-9a-v]{16})$/.exec(message)?.[1] ?? '';

const sqlKinds = ['role', 'database', 'grant', 'extension'].map((kind) => `${kind}.postgresql.sql.m.crossplane.io`);

describe('a database that is there before the claim', () => {
  const database = nameOf('taken');
  const state = async () => [
    await asAdmin(`SELECT pg_get_userbyid(datdba), datacl, datconnlimit FROM pg_database WHERE datname = '${database}'`),
    await asAdmin(`SELECT count(*) FROM pg_roles WHERE rolname = '${database}'`),
    await asAdmin('SELECT v FROM secrets', database),
  ];

  test('is not touched, and the claim is refused with its name', async () => {
    await asAdmin('CREATE ROLE ownership_victim NOLOGIN');
    await asAdmin(`CREATE DATABASE "${database}" OWNER ownership_victim`);
    await asAdmin("CREATE TABLE secrets (v text); INSERT INTO secrets VALUES ('theirs')", database);
    const before = await state();
    await apply(claim(namespace, 'taken'));
    const { reason, message } = await refusalOf('taken');
    const token = tokenIn(message);
    expect({ reason, message }).toEqual({
      reason: 'ExistsAlready',
      message:
        `cannot apply: database (Database taken-database-database): there is "${database}" already, and nothing there says whose it is; ` +
        "nothing of it was changed: choose another name for the claim, or where it is the claim's own, as after its control plane was rebuilt, " +
        `run: kubectl annotate appdatabase taken --namespace ${namespace} --overwrite platform.internal/acknowledge=${token}`,
    });
    await sleep(10_000);
    expect(await state()).toEqual(before);
    expect(before).toEqual(['ownership_victim||-1', '0', 'theirs']);
    const made = (await Promise.all(sqlKinds.map((kind) => list(kind, '-n', namespace)))).flat();
    expect(made.map(({ kind, spec }) => [kind, spec['managementPolicies']])).toEqual([
      ['Role', ['Observe']],
      ['Database', ['Observe']],
    ]);
  });

  test('is no longer in the way once it is gone', async () => {
    await asAdmin(`DROP DATABASE "${database}"`);
    // provider-sql looks again once its object changes, or every ten minutes.
    await touch(namespace, 'taken-database-database', 'database.postgresql.sql.m.crossplane.io');
    await ready(namespace, 'taken');
    expect((await psql(namespace, 'taken', 'SELECT current_database()')).stdout).toBe(database);
  });
});

test('an object that somebody made by hand under a name of the claim is not touched, and the claim goes on once it is gone', async () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'handmade-database', namespace }, stringData: { theirs: 'kept' } };
  await apply(secret);
  const state = async () => {
    const { metadata, data } = await get('secret', 'handmade-database', namespace);
    return { uid: metadata.uid, data };
  };
  const before = await state();
  await apply(claim(namespace, 'handmade'));
  expect((await refusalOf('handmade')).message).toBe(
    'cannot apply: binding (Secret handmade-database): there is one already, which nobody composed; nothing of it was changed: ' +
      'choose another name for the claim, or have whoever made it use another',
  );
  await sleep(5000);
  expect(await state()).toEqual(before);
  await kubectl('delete', 'secret', 'handmade-database', '-n', namespace);
  await ready(namespace, 'handmade', 120);
});

test('a control plane that lost all finds its databases again, with their rows and a login that works', async () => {
  await apply(claim(namespace, 'kept'));
  await ready(namespace, 'kept');
  expect((await psql(namespace, 'kept', "CREATE TABLE t (v text); INSERT INTO t VALUES ('kept'); SELECT v FROM t")).stdout).toBe('kept');

  await loseClaims(namespace);
  await apply(claim(namespace, 'kept'));
  await ready(namespace, 'kept');
  expect((await psql(namespace, 'kept', 'SELECT v FROM t')).stdout).toBe('kept');
});
