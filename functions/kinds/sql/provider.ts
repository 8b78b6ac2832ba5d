import type { Failure } from '../../core/card.ts';
import { shown } from '../../core/problem.ts';
import { bare, none } from '../card.ts';
import { providerConfigOf } from '../failures.ts';
import { byConditions } from '../ready.ts';

const shared = { through: 'ClusterProviderConfig', about: 'data.shared.postgres.providerConfig' } as const;
const own = { through: 'ProviderConfig' } as const;

const unreachable = /\b(connection refused|no such host|i\/o timeout|no route to host|network is unreachable|context deadline exceeded)/;

/** What provider-sql says of any kind: its own words (v0.16.0, pkg/controller/namespaced) around those of Postgres and of lib/pq v1.12.3. */
const failures: readonly Failure[] = [
  {
    ...shared,
    pattern: /cannot get ClusterProviderConfig: .*"([^"]*)" not found/,
    says: ({ captured }) => `got ${shown(captured(1))}, want a ClusterProviderConfig of provider-sql that exists`,
    example: 'connect failed: cannot get ClusterProviderConfig: ClusterProviderConfig.postgresql.sql.m.crossplane.io "shared" not found',
  },
  {
    ...shared,
    pattern: /cannot get credentials Secret: .*"([^"]*)" not found/,
    says: (failure) => `the Secret ${shown(failure.captured(1))} of ${providerConfigOf(failure)} does not exist, make it`,
    example: 'connect failed: cannot get credentials Secret: Secret "shared-postgres" not found',
  },
  {
    ...shared,
    pattern: /does not reference a credentials Secret/,
    says: (failure) => `${providerConfigOf(failure)} names no Secret, set spec.credentials.connectionSecretRef`,
    example: 'connect failed: providerConfig does not reference a credentials Secret',
  },
  {
    ...own,
    pattern: /cannot get (?:ProviderConfig|credentials Secret): .*not found/,
    waitsFor: 'its ProviderConfig',
    example: 'connect failed: cannot get ProviderConfig: ProviderConfig.postgresql.sql.m.crossplane.io "orders-database-sql" not found',
  },
  {
    ...own,
    pattern: /password authentication failed/,
    waitsFor: 'its login to have the password that is in its Secret',
    example:
      'connect failed: cannot get server version: pq: password authentication failed for user "staging_shop_orders_77b11eb2" (28P01)',
  },
  {
    ...shared,
    pattern: /password authentication failed|is not permitted to log in|no password supplied|role "[^"]*" does not exist \(28000\)/,
    says: (failure) => `the server refuses the login of ${providerConfigOf(failure)}, correct username and password in its Secret`,
    // https://github.com/apecloud/kubeblocks/issues/4756, as lib/pq v1.12.3 words it
    example: 'observe failed: cannot select role: pq: password authentication failed for user "postgres" (28P01)',
  },
  {
    ...shared,
    pattern: /no pg_hba\.conf entry|SSL is not enabled on the server|server requires? encryption/,
    says: (failure) => `the server refuses how ${providerConfigOf(failure)} connects, correct its sslMode or the server's pg_hba.conf`,
    // https://github.com/CrunchyData/postgres-operator/issues/3206
    example:
      'observe failed: cannot select role: pq: no pg_hba.conf entry for host "127.0.0.1", user "hippo", database "hippo", no encryption (28000)',
  },
  {
    ...shared,
    pattern: /too many connections|remaining connection slots are reserved|too many clients already/,
    says: (failure) =>
      `the server of ${providerConfigOf(failure)} has no connection left, raise max_connections or move claims to another server`,
    example: 'observe failed: cannot select role: pq: sorry, too many clients already (53300)',
  },
  {
    ...shared,
    pattern: unreachable,
    says: (failure) =>
      `cannot reach the server of ${providerConfigOf(failure)} (${failure.captured(1)}), correct endpoint and port in its Secret or start it`,
    example: 'observe failed: cannot select role: dial tcp 10.96.0.7:5432: connect: connection refused',
  },
  {
    ...own,
    pattern: /connection refused|i\/o timeout|no route to host|context deadline exceeded/,
    says:
      'the server takes no connection from provider-sql; that of an instance in AWS does once the security group of the nodes ' +
      'of this cluster is in data.aws.clientSecurityGroupIds of the environment',
    example: 'observe failed: cannot select extension: dial tcp 10.0.12.7:5432: i/o timeout',
  },
  {
    ...own,
    pattern: /x509: certificate (?:signed by unknown authority|is valid for|is not valid|has expired)|x509: cannot validate certificate/,
    says:
      "provider-sql does not trust the server: give its pods the certificates of the server's authority, " +
      'or say require in data.aws.providerSqlTls of the environment, which only encrypts',
    // Go 1.24, src/crypto/x509/verify.go, as crypto/tls hands it to lib/pq v1.12.3
    example: 'observe failed: cannot select role: tls: failed to verify certificate: x509: certificate signed by unknown authority',
  },
  {
    ...shared,
    pattern: /permission denied to create (role|database)/,
    says: (failure) =>
      `the login of ${providerConfigOf(failure)} may not create a ${failure.captured(1)}, grant it ${failure.captured(1) === 'role' ? 'CREATEROLE' : 'CREATEDB'}`,
    // https://github.com/supabase/cli/issues/2224
    example: 'create failed: cannot create role: pq: permission denied to create role (42501)',
  },
  {
    ...shared,
    pattern: /must be able to SET ROLE "([^"]*)"/,
    says: (failure) =>
      `the login of ${providerConfigOf(failure)} may not give a database to a role that it makes, set its createrole_self_grant to ` +
      `'set, inherit' and grant it role ${shown(failure.captured(1))}, which it made before`,
    // PostgreSQL 17, src/backend/utils/adt/acl.c
    example: 'create failed: cannot create database: pq: must be able to SET ROLE "staging_shop_orders_efmqnf3lr49lc7jc" (42501)',
  },
  {
    ...own,
    pattern: /must be able to SET ROLE "([^"]*)"/,
    waitsFor: ({ captured }) => `the administrator of its server to be a member of role ${shown(captured(1))}`,
    example: 'create failed: cannot create database: pq: must be able to SET ROLE "app" (42501)',
  },
  {
    pattern: /database "([^"]*)" is being accessed by other users/,
    waitsFor: ({ captured }) => `other sessions to leave database ${shown(captured(1))}`,
    // https://github.com/timescale/tsbs/issues/196; CREATE DATABASE says the same of "template1"
    example: 'create failed: cannot create database: pq: source database "template1" is being accessed by other users (55006)',
  },
  {
    pattern: /\b(role|database) "([^"]*)" already exists/,
    about: 'metadata.name',
    says: ({ captured }) =>
      `the server has a ${captured(1)} ${shown(captured(2))} that this claim does not know: choose another name, or have the platform team see whose it is`,
    // https://github.com/supabase/supautils/issues/124
    example: 'create failed: cannot create role: pq: role "staging_shop_orders_efmqnf3lr49lc7jc" already exists (42710)',
  },
  {
    pattern: /\b(role|database) "([^"]*)" does not exist/,
    waitsFor: ({ captured }) => `${captured(1)} ${shown(captured(2))}`,
    // https://github.com/zalando/postgres-operator/issues/1130
    example: 'create failed: cannot create database: pq: role "staging_shop_orders_efmqnf3lr49lc7jc" does not exist (42704)',
  },
];

/** What all kinds of provider-sql for PostgreSQL have in common. */
export const sqlKind = (kind: string, plural: string) => ({
  apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1',
  kind,
  plural,
  scope: 'Namespaced' as const,
  broughtBy: {
    package: 'xpkg.crossplane.io/crossplane-contrib/provider-sql',
    // From the oldest version that creates everything that we compose, to the next whose kinds could be others.
    version: '>=v0.16.0 <v1.0.0',
    failures,
  },
  managed: true,
  pods: none('it is in a database'),
  tags: none('PostgreSQL has none'),
  region: none('it is where its server is'),
  hosts: none('its server has one'),
  classes: none('its server runs on them'),
  access: none('it has no policy document'),
  ready: byConditions,
});

/** Facts of what is on a server, which is encrypted, copied and reached as a whole; CREATEROLE and CREATEDB are two privileges. */
export const onServer = {
  provenTogether: true as const,
  atRest: none('its server is'),
  inTransit: none('its server says so'),
  privacy: none('its server says so'),
  ingress: none('its server says so'),
  standby: none('its server has one'),
  backups: none('its server has them'),
};

/** Facts of what is only a setting in a database. */
export const inDatabase = (why: string) => ({ ...bare(why), tags: none('PostgreSQL has none'), names: [], effects: {}, failures: [] });
