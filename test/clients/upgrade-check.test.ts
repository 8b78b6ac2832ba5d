import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checking } from '../../functions/apis/app-database/backends/upgrade-check.ts';
import { programs, startPostgres } from './servers.ts';

const directory = mkdtempSync(join(tmpdir(), 'upgrade-check-'));
let server: Awaited<ReturnType<typeof startPostgres>>;

/** What the check says to an app's own login, a line each. */
function found(...[from, to]: Parameters<typeof checking>): readonly string[] {
  const known = ['plpgsql', 'hstore'].join(',');
  const said = [`known=${known}`, 'gone=pg_trgm', `version=${to}`].flatMap((each) => ['--set', each]);
  const args = [
    '-X',
    '-q',
    '-t',
    '-A',
    '-v',
    'ON_ERROR_STOP=1',
    ...said,
    `postgres://app:app@localhost:${server.port}/app?sslmode=disable`,
  ];
  const env = { ...process.env, PATH: programs.join(':') };
  return execFileSync('psql', args, { env, input: checking(from, to), encoding: 'utf8' })
    .trim()
    .split('\n');
}

beforeAll(async () => {
  // Whom the server runs as.
  chmodSync(directory, 0o711);
  server = await startPostgres(join(directory, 'server'), undefined, ['wal_level=logical', 'max_prepared_transactions=4']);
  server.sql("CREATE ROLE app LOGIN PASSWORD 'app'");
  server.sql('CREATE DATABASE app OWNER app');
  server.sql('CREATE DATABASE closed ALLOW_CONNECTIONS false');
});
afterAll(() => {
  server.stop();
  rmSync(directory, { recursive: true });
});

test('nothing is found in an empty database but what of its server is in the way', () => {
  for (const [from, to] of [
    ['16', '17'],
    ['16', '18'],
    ['17', '18'],
  ] as const) {
    expect(found(from, to)).toEqual([
      '16 database closed takes no connections: ALTER DATABASE with ALLOW_CONNECTIONS true lets the upgrade in',
    ]);
  }
});

test('each upgrade is told what is in its own way', () => {
  server.sql(`\\c app
    SELECT pg_create_logical_replication_slot('cdc', 'test_decoding');
    CREATE EXTENSION hstore; CREATE EXTENSION pg_trgm; CREATE EXTENSION citext;
    SET ROLE app;
    CREATE SCHEMA own;
    CREATE TYPE own.handlers AS (first regproc);
    CREATE TABLE own.calls (handler own.handlers, kind regclass);
    CREATE TABLE own.parent (id int NOT NULL);
    CREATE TABLE own.child (id int) INHERITS (own.parent);
    ALTER TABLE own.child ALTER COLUMN id DROP NOT NULL;
    BEGIN; CREATE TABLE own.half (); PREPARE TRANSACTION 'half done';
`);
  const all = [
    expect.stringMatching(/^1 prepared transaction 'half done' of app in database app since .*: have the app that prepared it end it$/),
    "2 logical replication slot cdc of database app: end what reads it, then SELECT pg_drop_replication_slot('cdc'); its reader begins anew after the upgrade",
    '4 column handler of own.calls is of type own.handlers: make it text, which keeps what it says',
  ];
  const notNull = '4 column id of own.child may be null, and the one that it inherits may not: ALTER TABLE own.child ALTER id SET NOT NULL';
  const more = (version: string) => [
    `8 extension citext: have the platform team see whether RDS has it for version ${version}, and then name it in moreExtensions`,
    `8 extension pg_trgm: RDS does not have it with version ${version}, so that the database has to do without it`,
    '16 database closed takes no connections: ALTER DATABASE with ALLOW_CONNECTIONS true lets the upgrade in',
  ];
  expect(found('16', '17')).toEqual([...all, ...more('17')]);
  expect([found('16', '18'), found('17', '18')]).toEqual(Array(2).fill([...all, notNull, ...more('18')]));
});
