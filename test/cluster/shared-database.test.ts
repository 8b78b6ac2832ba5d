import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf } from '../pages.ts';
import { environmentConfig } from '../request.ts';
import {
  apply,
  bindingOf,
  claim,
  eventually,
  kubectl,
  list,
  makeNamespace,
  psql,
  ready,
  removeNamespaces,
  run,
  sleep,
  touch,
} from './cluster.ts';
import { adminPassword, asPlatformTeam } from './setup.ts';

/** The claims of one environment, whose server is reached as `admin`: the names of the environment, its namespaces and what they share. */
const kinds = ['roles', 'databases', 'grants', 'extensions'].map((kind) => `${kind}.postgresql.sql.m.crossplane.io`).join(',');
const plain = { environment: 'walls-plain', admin: 'walls_admin', victim: 'walls-plain-victim', attacker: 'walls-plain-attacker' };
const superuser = { environment: 'walls-super', admin: 'postgres', victim: 'walls-super-victim', attacker: 'walls-super-attacker' };
const worlds = [plain, superuser];

async function cleanUp(): Promise<void> {
  await removeNamespaces(...worlds.flatMap(({ victim, attacker }) => [victim, attacker]));
  for (const { environment } of worlds) {
    await kubectl('delete', 'environmentconfigs', environment, '--ignore-not-found');
    await run('kubectl', ['delete', 'clusterproviderconfigs.postgresql.sql.m.crossplane.io', environment, '--timeout=60s']);
    await kubectl('delete', 'secrets', environment, '-n', 'crossplane-system', '--ignore-not-found');
  }
  await asPlatformTeam('GRANT CONNECT, TEMPORARY ON DATABASE postgres, template1 TO PUBLIC');
  await asPlatformTeam(`DROP OWNED BY ${plain.admin}; DROP ROLE ${plain.admin}`).catch(() => '');
}

beforeAll(async () => {
  await cleanUp();
  const documented = blocksOf(readFileSync('docs/platform-engineers.md', 'utf8')).find(({ language }) => language === 'sql')?.text ?? '';
  await asPlatformTeam(documented.replaceAll('golden_path', plain.admin).replaceAll('choose-one', adminPassword));
  for (const { environment, admin, victim, attacker } of worlds) {
    await apply(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: environment, namespace: 'crossplane-system' },
        stringData: { endpoint: 'postgres.shared.svc', port: '5432', username: admin, password: adminPassword },
      },
      {
        apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1',
        kind: 'ClusterProviderConfig',
        metadata: { name: environment },
        spec: {
          sslMode: 'disable',
          credentials: { source: 'PostgreSQLConnectionSecret', connectionSecretRef: { namespace: 'crossplane-system', name: environment } },
        },
      },
      environmentConfig(environment, {
        tier: 'staging',
        controlPlane: 'test',
        shared: { postgres: { providerConfig: environment, host: 'postgres.shared.svc', port: 5432, sslMode: 'disable' } },
      }),
    );
    await makeNamespace(victim, environment);
    await makeNamespace(attacker, environment);
    await apply(claim(victim, 'orders'), claim(attacker, 'orders'));
  }
  await Promise.all(worlds.flatMap(({ victim, attacker }) => [ready(victim, 'orders'), ready(attacker, 'orders')]));
});

afterAll(cleanUp);

/** Every relation that provider-sql 0.16 reads by a name that the search path resolves. */
const catalogs = {
  pg_attribute: 'attrelid, attname, attacl',
  pg_auth_members: '*',
  pg_class: '*',
  pg_database: '*',
  pg_default_acl: '*',
  pg_extension: '*',
  pg_namespace: '*',
  pg_proc: '*',
  pg_roles: '*',
  pg_tablespace: '*',
};

/** What is planted in one schema: each looks right, and springs the trap when anybody but its maker uses it. */
const planted = (schema: string) => `
  CREATE SCHEMA IF NOT EXISTS ${schema};
  GRANT ALL ON SCHEMA ${schema} TO PUBLIC;
  ${Object.entries(catalogs)
    .map(([name, columns]) => `CREATE VIEW ${schema}.${name} AS SELECT ${columns} FROM pg_catalog.${name} WHERE trap.spring();`)
    .join('\n')}
  CREATE FUNCTION ${schema}.current_setting(text) RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog AS
    'BEGIN PERFORM trap.spring(); RETURN pg_catalog.current_setting($1); END';
  CREATE FUNCTION ${schema}.unnest(text[]) RETURNS SETOF text LANGUAGE plpgsql SET search_path = pg_catalog AS
    'BEGIN PERFORM trap.spring(); RETURN QUERY SELECT * FROM pg_catalog.unnest($1); END';
  CREATE FUNCTION ${schema}.aclexplode(aclitem[], OUT grantor oid, OUT grantee oid, OUT privilege_type text, OUT is_grantable boolean)
    RETURNS SETOF record LANGUAGE plpgsql SET search_path = pg_catalog AS
    'BEGIN PERFORM trap.spring(); RETURN QUERY SELECT * FROM pg_catalog.aclexplode($1); END';
  CREATE FUNCTION ${schema}.gather(text[], text) RETURNS text[] LANGUAGE plpgsql SET search_path = pg_catalog AS
    'BEGIN PERFORM trap.spring(); RETURN pg_catalog.array_append($1, $2); END';
  CREATE AGGREGATE ${schema}.array_agg(text) (SFUNC = ${schema}.gather, STYPE = text[]);
  CREATE FUNCTION ${schema}.same(name, name) RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog AS
    'BEGIN PERFORM trap.spring(); RETURN $1 = $2; END';
  CREATE OPERATOR ${schema}.= (LEFTARG = name, RIGHTARG = name, FUNCTION = ${schema}.same);
  CREATE FUNCTION ${schema}.same(name, text) RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog AS
    'BEGIN PERFORM trap.spring(); RETURN $1 = $2; END';
  CREATE OPERATOR ${schema}.= (LEFTARG = name, RIGHTARG = text, FUNCTION = ${schema}.same);
  GRANT ALL ON ALL TABLES IN SCHEMA ${schema} TO PUBLIC;
  GRANT ALL ON ALL FUNCTIONS IN SCHEMA ${schema} TO PUBLIC;`;

/** Records who sprang it, and with what rights its maker was left. */
const trap = (login: string) => `
  SET client_min_messages = warning;
  CREATE SCHEMA trap;
  CREATE TABLE trap.caught (who name, superuser boolean);
  CREATE FUNCTION trap.spring() RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog AS $spring$
  BEGIN
    INSERT INTO trap.caught SELECT session_user, rolsuper FROM pg_roles WHERE rolname = session_user;
    IF session_user <> '${login}' THEN
      BEGIN EXECUTE 'ALTER ROLE "${login}" SUPERUSER'; EXCEPTION WHEN OTHERS THEN NULL; END;
      BEGIN EXECUTE format('GRANT %I TO "${login}"', session_user); EXCEPTION WHEN OTHERS THEN NULL; END;
    END IF;
    RETURN true;
  END $spring$;`;

/** What would make others resolve names in what was planted, and whether Postgres let the login do it. */
const switches = (login: string, database: string, admin: string, victim: string) => [
  `ALTER DATABASE "${database}" SET search_path = trap, public, pg_catalog`,
  `ALTER ROLE ALL IN DATABASE "${database}" SET search_path = trap, public, pg_catalog`,
  `ALTER ROLE "${login}" SET search_path = trap, public, pg_catalog`,
  `ALTER ROLE "${login}" IN DATABASE "${database}" SET search_path = trap, public, pg_catalog`,
  'ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC',
  'ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO PUBLIC',
  'ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO PUBLIC',
  `GRANT ALL ON DATABASE "${database}" TO PUBLIC`,
  `ALTER ROLE "${admin}" SET search_path = trap, public, pg_catalog`,
  `ALTER ROLE "${admin}" IN DATABASE "${database}" SET search_path = trap, public, pg_catalog`,
  `ALTER DATABASE "${victim}" SET search_path = trap, public, pg_catalog`,
  'ALTER DATABASE postgres SET search_path = trap, public, pg_catalog',
  "SET session_preload_libraries = 'trap'",
  'CREATE FUNCTION trap.event() RETURNS event_trigger LANGUAGE plpgsql AS $e$BEGIN PERFORM trap.spring(); END$e$; CREATE EVENT TRIGGER trap ON ddl_command_start EXECUTE FUNCTION trap.event()',
  `ALTER ROLE "${login}" SUPERUSER`,
  `GRANT "${admin}" TO "${login}"`,
  `GRANT "${victim}" TO "${login}"`,
  `SET ROLE "${admin}"`,
];

const trying = (statements: readonly string[]) => `
  CREATE TABLE trap.tried (nr int, worked boolean);
  DO $do$
  DECLARE statement text; nr int := 0; worked boolean;
  BEGIN
    FOREACH statement IN ARRAY ARRAY[${statements.map((each) => `$sql$${each}$sql$`).join(', ')}] LOOP
      BEGIN EXECUTE statement; worked := true; EXCEPTION WHEN OTHERS THEN worked := false; END;
      RESET ROLE;
      INSERT INTO trap.tried VALUES (nr, worked);
      nr := nr + 1;
    END LOOP;
  END $do$;`;

describe.each(worlds)('a login of a claim on a server that is administered as $admin', ({ admin, victim, attacker }) => {
  const rows = async () => (await psql(victim, 'orders', 'TABLE t')).stdout;

  test('catches nobody but itself with what it plants, and another claim keeps its rows', async () => {
    expect(await psql(victim, 'orders', "CREATE TABLE t (v text); INSERT INTO t VALUES ('theirs')")).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    const [mine, theirs] = await Promise.all([bindingOf(attacker, 'orders'), bindingOf(victim, 'orders')]);
    const login = mine['username'] ?? '';
    const statements = switches(login, mine['database'] ?? '', admin, theirs['username'] ?? '');
    const plant = [trap(login), ...['trap', 'public', `"${admin}"`].map(planted), trying(statements)].join('\n');
    expect(await psql(attacker, 'orders', plant)).toEqual({ code: 0, stdout: '', stderr: '' });
    const tried = await psql(attacker, 'orders', 'SELECT nr FROM trap.tried WHERE worked ORDER BY nr');
    expect(tried.stdout.split('\n').map((nr) => statements[Number(nr)])).toEqual(statements.slice(0, 8));

    await apply(claim(attacker, 'orders', { engine: 'postgres', extensions: ['pgcrypto'], size: 'medium' }));
    for (let round = 1; round <= 3; round++) {
      await kubectl('annotate', kinds, '--all', '-n', attacker, '--overwrite', `example.com/touched=${round}`);
      await sleep(2000);
    }
    await ready(attacker, 'orders');

    expect((await psql(attacker, 'orders', 'SELECT DISTINCT who FROM trap.caught')).stdout).toBe(login);
    const rights = `SELECT rolsuper, rolcreaterole, rolcreatedb, (SELECT count(*) FROM pg_auth_members WHERE member = r.oid) FROM pg_roles r WHERE rolname = '${login}'`;
    expect(await asPlatformTeam(rights)).toBe('f|f|f|0');
    expect((await psql(attacker, 'orders', 'TABLE t', theirs['database'] ?? '')).stderr).toContain('permission denied for database');
    expect(await rows()).toBe('theirs');
  });

  test('makes a claim go that deletes its data, with all that it made', async () => {
    const { database = '', username = '' } = await bindingOf(attacker, 'orders');
    await kubectl('delete', 'appdatabase', 'orders', '-n', attacker, '--cascade=foreground', '--timeout=120s');
    const left = `SELECT (SELECT count(*) FROM pg_database WHERE datname = '${database}'), (SELECT count(*) FROM pg_roles WHERE rolname = '${username}')`;
    expect(await asPlatformTeam(left)).toBe('0|0');
    expect(await rows()).toBe('theirs');
  });
});

test('no login but its own enters the database of a claim', async () => {
  const made = await list(kinds, '-n', superuser.victim);
  const entered = made.flatMap(({ kind, spec }) => {
    const { forProvider, providerConfigRef } = spec as unknown as { forProvider: { database?: string }; providerConfigRef: object };
    return forProvider.database === undefined ? [] : [{ kind, through: providerConfigRef }];
  });
  expect(entered).toEqual([{ kind: 'Grant', through: { kind: 'ProviderConfig', name: expect.stringMatching(/^orders-database-sql-/) } }]);
});

test('a session in template1 holds up nobody', async () => {
  const sessions = "FROM pg_stat_activity WHERE datname = 'template1' AND usename LIKE 'walls%'";
  await asPlatformTeam('GRANT CONNECT ON DATABASE template1 TO PUBLIC');
  const session = psql(plain.victim, 'orders', 'SELECT pg_sleep(600)', 'template1');
  await eventually(async () => expect(await asPlatformTeam(`SELECT count(*) ${sessions}`)).toBe('1'));
  await apply(claim(plain.attacker, 'held'));
  await ready(plain.attacker, 'held', 60);
  expect(await asPlatformTeam(`SELECT count(pg_terminate_backend(pid)) ${sessions}`)).toBe('1');
  expect((await session).code).toBe(1);
});

describe.each(worlds)('a claim of $environment that is', ({ victim }) => {
  const kept = async () => expect(await psql(victim, 'kept', 'TABLE t')).toEqual({ code: 0, stdout: 'mine', stderr: '' });
  const password = async () => (await bindingOf(victim, 'kept'))['password'];

  test('deleted and applied again finds the data that it kept', async () => {
    await apply(claim(victim, 'kept', { engine: 'postgres', deletion: 'Snapshot' }));
    await ready(victim, 'kept');
    expect(await psql(victim, 'kept', "CREATE TABLE t (v text); INSERT INTO t VALUES ('mine')")).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    const before = await password();
    await kubectl('delete', 'appdatabase', 'kept', '-n', victim, '--cascade=foreground', '--timeout=120s');
    await apply(claim(victim, 'kept'));
    await ready(victim, 'kept');
    await kept();
    expect(await password()).not.toBe(before);
  });

  test('robbed of its Secret gets the same again, and of every copy of its password another', async () => {
    const becomes = (hold: (password: string | undefined) => void) =>
      eventually(async () => {
        await touch(victim, 'kept');
        hold(await password());
      });
    // Crossplane, in the middle of a look, would write the one from what it read of the other.
    const robOfAll = async () => {
      await kubectl('annotate', 'appdatabase', 'kept', '-n', victim, '--overwrite', 'crossplane.io/paused=true');
      await eventually(async () => {
        await touch(victim, 'kept');
        const reasons = await kubectl('get', 'appdatabase', 'kept', '-n', victim, '-o', 'jsonpath={.status.conditions[*].reason}');
        expect(reasons).toContain('ReconcilePaused');
      });
      await kubectl('delete', 'secret', 'kept-database', 'kept-database-role', '-n', victim);
      await kubectl('annotate', 'appdatabase', 'kept', '-n', victim, 'crossplane.io/paused-');
    };
    const before = await password();
    await kubectl('delete', 'secret', 'kept-database', '-n', victim);
    await becomes((now) => expect(now).toBe(before));
    await robOfAll();
    await becomes((now) => expect(now).not.toBe(before));
    await kept();
    await ready(victim, 'kept');
    // The provider makes another unasked only where it never made one again.
    const second = await password();
    await robOfAll();
    await becomes((now) => expect(now).not.toBe(second));
    await kept();
  });
});
