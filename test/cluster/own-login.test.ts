import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at } from '../../functions/core/kubernetes.ts';
import { isLook } from '../../functions/core/readiness.ts';
import { environmentConfig } from '../request.ts';
import {
  apply,
  bindingOf,
  claim,
  eventually,
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
import { recordedSecret, recordedStatus } from './recorded.ts';
import { adminPassword, asPlatformTeam, tlsSecret } from './setup.ts';

const name = 'own-login';
const host = 'postgres.shared.svc';
const aws = 'instances.rds,parametergroups.rds,subnetgroups.rds,securitygroups.ec2,securitygrouprules.ec2'
  .split(',')
  .map((kind) => `${kind}.aws.m.upbound.io`)
  .join(',');

async function cleanUp(): Promise<void> {
  await removeNamespaces(name);
  await kubectl('delete', 'environmentconfigs', name, '--ignore-not-found');
  await asPlatformTeam('DROP DATABASE IF EXISTS app WITH (FORCE)');
  await asPlatformTeam('DROP ROLE IF EXISTS app_a, app_b, app, rds_pgaudit');
  await asPlatformTeam('DROP ROLE IF EXISTS platform');
}

/** Plays provider-aws, which made an instance that is in truth a Postgres of the cluster, administered by somebody who is no superuser. */
async function playAws(): Promise<void> {
  await eventually(async () => {
    const objects = await list(aws, '-n', name);
    expect([objects.length > 0, objects.filter(isLook)]).toEqual([true, []]);
    expect(objects.some(({ kind }) => kind === 'Instance')).toBe(true);
  });
  for (const object of await list(aws, '-n', name)) {
    const recorded = recordedStatus(object);
    const reported: Readonly<Record<string, object>> = {
      Instance: { username: 'platform', dbName: '', address: host },
      ParameterGroup: { parameter: at(object, 'spec', 'forProvider', 'parameter') },
    };
    const status = { ...recorded, atProvider: { ...(recorded['atProvider'] as object), ...reported[object.kind] } };
    const target = [`${object.kind}.${object.apiVersion.split('/')[0]}`, object.metadata.name, '-n', name];
    await kubectl('patch', ...target, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status }));
  }
  const secret = recordedSecret(name, 'orders-database-connection');
  const where = { address: host, host, endpoint: `${host}:5432`, username: 'platform', password: adminPassword };
  await apply({ ...secret, stringData: { ...(secret['stringData'] as object), ...where } });
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
  await playAws();
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
    await playAws();
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
    await playAws();
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
