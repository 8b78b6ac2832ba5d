import { shown } from '../../core/problem.ts';
import { providerConfig, type Row, wanted } from './row.ts';

const of = 'postgresql.sql.m.crossplane.io';
const shared = { of, through: 'ClusterProviderConfig', field: 'data.shared.postgres.providerConfig' } as const;
const own = { of, through: 'ProviderConfig' } as const;

const unreachable = /\b(connection refused|no such host|i\/o timeout|no route to host|network is unreachable|context deadline exceeded)/;

/** What provider-sql says: its own words (v0.16.0, pkg/controller/namespaced) around those of Postgres and of lib/pq v1.12.3. */
export const sqlRows: readonly Row[] = [
  {
    ...shared,
    pattern: /cannot get ClusterProviderConfig: .*"([^"]*)" not found/,
    says: ({ captured }) => `got ${shown(captured(1))}, want a ClusterProviderConfig of provider-sql that exists`,
    example: 'connect failed: cannot get ClusterProviderConfig: ClusterProviderConfig.postgresql.sql.m.crossplane.io "shared" not found',
  },
  {
    ...shared,
    pattern: /cannot get credentials Secret: .*"([^"]*)" not found/,
    says: (failure) => `the Secret ${shown(failure.captured(1))} of ${providerConfig(failure)} does not exist, make it`,
    example: 'connect failed: cannot get credentials Secret: Secret "shared-postgres" not found',
  },
  {
    ...shared,
    pattern: /does not reference a credentials Secret/,
    says: (failure) => `${providerConfig(failure)} names no Secret, set spec.credentials.connectionSecretRef`,
    example: 'connect failed: providerConfig does not reference a credentials Secret',
  },
  {
    ...own,
    pattern: /cannot get (?:ProviderConfig|credentials Secret): .*not found/,
    waitsFor: 'its ProviderConfig',
    example: 'connect failed: cannot get ProviderConfig: ProviderConfig.postgresql.sql.m.crossplane.io "orders-database-sql" not found',
  },
  {
    ...shared,
    pattern: /password authentication failed|is not permitted to log in|no password supplied|role "[^"]*" does not exist \(28000\)/,
    says: (failure) => `the server refuses the login of ${providerConfig(failure)}, correct username and password in its Secret`,
    // https://github.com/apecloud/kubeblocks/issues/4756, as lib/pq v1.12.3 words it
    example: 'observe failed: cannot select role: pq: password authentication failed for user "postgres" (28P01)',
  },
  {
    ...shared,
    pattern: /no pg_hba\.conf entry|SSL is not enabled on the server|server requires? encryption/,
    says: (failure) => `the server refuses how ${providerConfig(failure)} connects, correct its sslMode or the server's pg_hba.conf`,
    // https://github.com/CrunchyData/postgres-operator/issues/3206
    example:
      'observe failed: cannot select role: pq: no pg_hba.conf entry for host "127.0.0.1", user "hippo", database "hippo", no encryption (28000)',
  },
  {
    ...shared,
    pattern: /too many connections|remaining connection slots are reserved|too many clients already/,
    says: (failure) =>
      `the server of ${providerConfig(failure)} has no connection left, raise max_connections or move claims to another server`,
    example: 'observe failed: cannot select role: pq: sorry, too many clients already (53300)',
  },
  {
    ...shared,
    pattern: unreachable,
    says: (failure) =>
      `cannot reach the server of ${providerConfig(failure)} (${failure.captured(1)}), correct endpoint and port in its Secret or start it`,
    example: 'observe failed: cannot select role: dial tcp 10.96.0.7:5432: connect: connection refused',
  },
  {
    ...own,
    pattern: /connection refused|i\/o timeout|no route to host|context deadline exceeded/,
    field: 'data.aws.clientSecurityGroupIds',
    says: "the instance takes no connection from provider-sql, want the security group of this cluster's nodes among them",
    example: 'observe failed: cannot select extension: dial tcp 10.0.12.7:5432: i/o timeout',
  },
  {
    ...shared,
    pattern: /permission denied to create (role|database)/,
    says: (failure) =>
      `the login of ${providerConfig(failure)} may not create a ${failure.captured(1)}, grant it ${failure.captured(1) === 'role' ? 'CREATEROLE' : 'CREATEDB'}`,
    // https://github.com/supabase/cli/issues/2224
    example: 'create failed: cannot create role: pq: permission denied to create role (42501)',
  },
  {
    of,
    pattern: /must be able to SET ROLE "([^"]*)"|must be a? ?member of role "([^"]*)"/,
    waitsFor: ({ captured }) =>
      `membership in role ${shown(captured(1) || captured(2))}, which takes data.shared.postgres.adminRole where the login is no superuser`,
    // PostgreSQL 17, src/backend/utils/adt/acl.c
    example: 'create failed: cannot create database: pq: must be able to SET ROLE "staging_shop_orders_77b11eb2" (42501)',
  },
  {
    of,
    pattern: /database "([^"]*)" is being accessed by other users/,
    waitsFor: ({ captured }) => `other sessions to leave database ${shown(captured(1))}`,
    // https://github.com/timescale/tsbs/issues/196; CREATE DATABASE says the same of "template1"
    example: 'create failed: cannot create database: pq: source database "template1" is being accessed by other users (55006)',
  },
  {
    of: 'Extension.postgresql.sql.m.crossplane.io',
    pattern: /extension "([^"]*)" is not available|could not open extension control file "[^"]*?([^/"]*)\.control"/,
    field: 'spec.extensions',
    says: ({ captured }) => `got ${shown(captured(1) || captured(2))}, which the server does not have, take it off the list`,
    // https://github.com/timescale/docs/issues/3416
    example: 'create failed: cannot create extension: pq: extension "timescaledb" is not available (0A000)',
  },
  {
    of: 'Extension.postgresql.sql.m.crossplane.io',
    pattern: /permission denied to create extension "([^"]*)"/,
    field: 'spec.extensions',
    says: ({ captured }) =>
      `got ${shown(captured(1))}, which only a superuser may create, take it off the list or ask the platform team to create it`,
    // PostgreSQL 17, src/backend/commands/extension.c
    example: 'create failed: cannot create extension: pq: permission denied to create extension "plpython3u" (42501)',
  },
  {
    of: 'Extension.postgresql.sql.m.crossplane.io',
    pattern: /(?:must|can only) be loaded via "?shared_preload_libraries/,
    field: 'spec.extensions',
    says: (failure) =>
      `got ${wanted(failure, 'extension')}, which needs shared_preload_libraries on the server, take it off the list or ask the platform team to load it`,
    // https://github.com/citusdata/pg_cron/blob/main/src/pg_cron.c
    example: 'create failed: cannot create extension: pq: pg_cron can only be loaded via shared_preload_libraries (XX000)',
  },
  {
    of,
    pattern: /\b(role|database) "([^"]*)" already exists/,
    field: 'metadata.name',
    says: ({ captured }) =>
      `the server has a ${captured(1)} ${shown(captured(2))} that this claim did not make, choose another name or have it removed`,
    // https://github.com/supabase/supautils/issues/124
    example: 'create failed: cannot create role: pq: role "staging_shop_orders_77b11eb2" already exists (42710)',
  },
  {
    of,
    pattern: /\b(role|database) "([^"]*)" does not exist/,
    waitsFor: ({ captured }) => `${captured(1)} ${shown(captured(2))}`,
    // https://github.com/zalando/postgres-operator/issues/1130
    example: 'create failed: cannot create database: pq: role "staging_shop_orders_77b11eb2" does not exist (42704)',
  },
];
