import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at } from '../../functions/core/kubernetes.ts';
import { environmentConfig } from '../request.ts';
import {
  apply,
  bindingOf,
  claim,
  get,
  kubectl,
  list,
  makeNamespace,
  oncePassed,
  provisioned,
  psql,
  ready,
  removeNamespaces,
} from './cluster.ts';
import { playInstance } from './provider.ts';
import { adminPassword, asPlatformTeam, tlsSecret } from './setup.ts';

const name = 'own-login';
const host = 'postgres.shared.svc';

async function cleanUp(): Promise<void> {
  await removeNamespaces(name);
  await kubectl('delete', 'environmentconfigs', name, '--ignore-not-found');
  await asPlatformTeam('DROP DATABASE IF EXISTS app WITH (FORCE)');
  await asPlatformTeam('DROP ROLE IF EXISTS app_a, app_b, app, rds_pgaudit');
  await asPlatformTeam('DROP ROLE IF EXISTS platform');
}

beforeAll(async () => {
  await cleanUp();
  await asPlatformTeam(`CREATE ROLE platform LOGIN CREATEROLE CREATEDB PASSWORD '${adminPassword}'`);
  const { data } = await get('secret', tlsSecret, 'shared');
  const shipped = at(await get('environmentconfig', 'prod'), 'data') as { readonly aws: object };
  const rdsCaCertificates = Buffer.from(data?.['ca.crt'] ?? '', 'base64').toString();
  await apply(environmentConfig(name, { ...shipped, aws: { ...shipped.aws, rdsCaCertificates, providerSqlTls: 'require' } }));
  await makeNamespace(name, name);
  await apply(claim(name, 'orders', { engine: 'postgres', extensions: ['pgcrypto'] }));
  await playInstance(name, host);
});
afterAll(cleanUp);

describe('a database on a server of its own, in an environment where provider-sql reaches it', () => {
  const asked = (sql: string) => psql(name, 'orders', sql);

  test('is logged in to by its owner, who administers nothing', async () => {
    await ready(name, 'orders');
    const { username, database, provider } = await bindingOf(name, 'orders');
    expect({ username, database, provider }).toEqual({ username: 'app', database: 'app', provider: 'rds' });
    const rights =
      'SELECT current_user, rolsuper, rolcreaterole, rolcreatedb, (SELECT count(*) FROM pg_auth_members WHERE member = r.oid), ' +
      '(SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()) FROM pg_roles r WHERE rolname = current_user';
    expect(await asked(rights)).toEqual({ code: 0, stdout: 'app|f|f|f|0|app', stderr: '' });
    expect(await asked("CREATE TABLE t (v text); INSERT INTO t VALUES (crypt('mine', gen_salt('bf'))); SELECT count(*) FROM t")).toEqual({
      code: 0,
      stdout: '1',
      stderr: '',
    });
    expect((await asked('CREATE ROLE another')).stderr).toContain('permission denied to create role');
  });

  test('is entered by no login but its own', async () => {
    const extensions = await list('extensions.postgresql.sql.m.crossplane.io', '-n', name);
    const through = extensions.map(({ spec }) => (spec as unknown as { providerConfigRef: object }).providerConfigRef);
    expect(through).toEqual([{ kind: 'ProviderConfig', name: expect.stringMatching(/^orders-database-sql-/) }]);
    expect(await asPlatformTeam("SELECT string_agg(DISTINCT usename, ',') FROM pg_stat_activity WHERE datname = 'app'")).toMatch(
      /^(app)?$/,
    );
  });

  test('gets another login by a rotation, which owns nothing itself, and goes on with its rows', async () => {
    const before = await bindingOf(name, 'orders');
    await kubectl('annotate', 'appdatabase', 'orders', '-n', name, '--overwrite', 'platform.internal/rotate=one');
    await oncePassed(name, 'orders', 'appdatabase', async () =>
      expect((await bindingOf(name, 'orders'))['username']).not.toBe(before['username']),
    );
    await ready(name, 'orders');
    const { username, password, database } = await bindingOf(name, 'orders');
    expect({ username, database, hasOtherPassword: password !== before['password'] }).toEqual({
      username: 'app_a',
      database: 'app',
      hasOtherPassword: true,
    });
    const made = "CREATE TABLE u (v text); SELECT string_agg(DISTINCT tableowner, ',') FROM pg_tables WHERE schemaname = 'public'";
    expect(await asked(`INSERT INTO t VALUES ('theirs'); ${made}`)).toEqual({ code: 0, stdout: 'app', stderr: '' });
    const rights =
      "SELECT rolsuper, rolcreaterole, rolcreatedb, (SELECT string_agg(pg_get_userbyid(roleid)::text, ',') FROM pg_auth_members WHERE member = r.oid) FROM pg_roles r WHERE rolname = session_user";
    expect(await asked(rights)).toEqual({ code: 0, stdout: 'f|f|f|app', stderr: '' });
  });

  test('has made for it what an extension wants on its server, and waits for what that loads and has', async () => {
    await apply(claim(name, 'orders', { engine: 'postgres', extensions: ['pgcrypto', 'pgaudit'] }));
    await oncePassed(name, 'orders', 'appdatabase', async () => {
      expect(await asPlatformTeam("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'rds_pgaudit'")).toBe('f');
      expect(await provisioned(name, 'orders')).toContain(
        'Extension orders-database-extension-pgaudit waits for the parameter group that has its library loaded',
      );
    });
    await playInstance(name, host);
    // What RDS has, and this server has not.
    await oncePassed(name, 'orders', 'appdatabase', async () =>
      expect(await provisioned(name, 'orders')).toContain('spec.extensions: got "pgaudit", which the server does not have'),
    );
    await apply(claim(name, 'orders', { engine: 'postgres', extensions: ['pgcrypto'] }));
    // The library stays, and what the app's login may create goes, which RDS has to have taken before the group is ready again.
    await oncePassed(name, 'orders', 'appdatabase', async () => {
      const [group] = await list('parametergroups.rds.aws.m.upbound.io', '-n', name);
      const parameters = at(group, 'spec', 'forProvider', 'parameter') as readonly { readonly name: string }[];
      expect(parameters.map((parameter) => parameter.name).sort()).toEqual(['pgaudit.role', 'rds.force_ssl', 'shared_preload_libraries']);
    });
    await playInstance(name, host);
    await ready(name, 'orders');
  });

  test('keeps the login of before while apps have the time to go over, and says until when', async () => {
    const before = await bindingOf(name, 'orders');
    await kubectl('annotate', 'appdatabase', 'orders', '-n', name, '--overwrite', 'platform.internal/rotate=two');
    await oncePassed(name, 'orders', 'appdatabase', async () =>
      expect(await provisioned(name, 'orders')).toMatch(/another login comes at \S+Z, so that/),
    );
    expect(await bindingOf(name, 'orders')).toEqual(before);
    expect(await asPlatformTeam("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'app'")).toBe('t');
  });

  test('loses nothing when its environment says no more that provider-sql reaches it', async () => {
    const before = await bindingOf(name, 'orders');
    await kubectl('patch', 'environmentconfig', name, '--type=json', '-p', '[{"op":"remove","path":"/data/aws/providerSqlTls"}]');
    await kubectl('annotate', 'appdatabase', 'orders', '-n', name, '--overwrite', 'example.com/touched=after');
    await ready(name, 'orders');
    expect(await bindingOf(name, 'orders')).toEqual(before);
    expect(await asked('SELECT count(*) FROM t')).toEqual({ code: 0, stdout: '2', stderr: '' });
  });
});
