import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at } from '../../functions/core/kubernetes.ts';
import { createAuthority, issueCertificate } from '../certificates.ts';
import { environmentConfig } from '../request.ts';
import {
  answerOf,
  apply,
  claim,
  get,
  kubectl,
  list,
  makeNamespace,
  oncePassed,
  provisioned,
  ready,
  removeNamespaces,
  run,
} from './cluster.ts';
import { playInstance } from './provider.ts';
import { adminPassword } from './setup.ts';

const name = 'upgrade-check';
const server = 'upgrade-check-server';
const host = `postgres.${server}.svc`;
const job = 'orders-database-upgrade-check-17';

async function cleanUp(): Promise<void> {
  await removeNamespaces(name, server);
  await kubectl('delete', 'environmentconfigs', name, '--ignore-not-found');
}

/** A Postgres in place of an instance of RDS, with what may be in the way of an upgrade; answers with its authority. */
async function startServer(): Promise<string> {
  await makeNamespace(server);
  const directory = mkdtempSync(join(tmpdir(), 'upgrade-check-'));
  const issued = issueCertificate(createAuthority(join(directory, 'authority')), join(directory, 'issued'), `/CN=${host}`, `DNS:${host}`);
  const files = Object.fromEntries(
    ['ca.crt', 'tls.crt', 'tls.key'].map((file) => [file, readFileSync(join(issued, file), 'utf8')] as const),
  );
  rmSync(directory, { recursive: true });
  const settings = {
    ssl: 'on',
    ssl_cert_file: '/tls/tls.crt',
    ssl_key_file: '/tls/tls.key',
    wal_level: 'logical',
    max_prepared_transactions: 4,
  };
  const metadata = { name: 'postgres', namespace: server };
  const labels = { app: 'postgres' };
  const container = {
    name: 'postgres',
    image: 'docker.io/library/postgres:17',
    args: ['postgres', ...Object.entries(settings).flatMap(([setting, value]) => ['-c', `${setting}=${value}`])],
    volumeMounts: [{ name: 'tls', mountPath: '/tls', readOnly: true }],
    env: [{ name: 'POSTGRES_PASSWORD', value: adminPassword }],
    readinessProbe: { tcpSocket: { port: 5432 }, periodSeconds: 1 },
  };
  const spec = {
    securityContext: { fsGroup: 999 },
    volumes: [{ name: 'tls', secret: { secretName: 'postgres', defaultMode: 0o440 } }],
    containers: [container],
  };
  await apply(
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData: files },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [{ port: 5432 }] } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
  );
  await kubectl('rollout', 'status', 'deployment/postgres', '-n', server, '--timeout=180s');
  return files['ca.crt'] ?? '';
}

async function administer(sql: string, database = 'postgres'): Promise<void> {
  const line = ['env', `PGPASSWORD=${adminPassword}`, 'psql', '-h', '127.0.0.1', '-U', 'postgres', '-d', database, '-qtA', '-c', sql];
  await kubectl('exec', '-n', server, 'deployment/postgres', '--', ...line);
}

const asked = (sql: string) => answerOf(name, 'orders', sql);

const versionAsked = async () =>
  at(await get('instance.rds.aws.m.upbound.io', 'orders-database-instance', name), 'spec', 'forProvider', 'engineVersion');

beforeAll(async () => {
  await cleanUp();
  const rdsCaCertificates = await startServer();
  await administer(`CREATE ROLE platform LOGIN CREATEROLE CREATEDB PASSWORD '${adminPassword}'`);
  const shipped = at(await get('environmentconfig', 'prod'), 'data') as { readonly aws: object };
  await apply(environmentConfig(name, { ...shipped, aws: { ...shipped.aws, rdsCaCertificates, providerSqlTls: 'require' } }));
  await makeNamespace(name, name);
  await apply(claim(name, 'orders', { engine: 'postgres', version: '16' }));
  await playInstance(name, host, { engineVersionActual: '16.9' });
  await ready(name, 'orders');
});
afterAll(cleanUp);

test('what is in the way of another major version is found, named, and not looked for again until its Job is deleted', async () => {
  await administer("SELECT pg_create_logical_replication_slot('cdc', 'test_decoding')", 'app');
  await asked('CREATE TABLE calls (handler regproc)');
  await asked("BEGIN; CREATE TABLE orders (); PREPARE TRANSACTION 'half done'");
  await apply(claim(name, 'orders', { engine: 'postgres', version: '17' }));
  const found = 'prepared transactions, logical replication, columns that an upgrade cannot keep as they are';
  await oncePassed(name, 'orders', 'appdatabase', async () =>
    expect(await provisioned(name, 'orders')).toContain(
      `version 16 runs on, since the check for version 17 found ${found}: kubectl logs -n ${name} job/${job} names each`,
    ),
  );
  const log = await kubectl('logs', '-n', name, `job/${job}`);
  expect(log.trim().split('\n')).toEqual([
    expect.stringMatching(/^prepared transaction 'half done' of app in database app since /),
    expect.stringMatching(/^logical replication slot cdc of database app: /),
    expect.stringMatching(/^column handler of public\.calls is of type regproc: /),
  ]);
  const { metadata } = await get('job', job, name);
  await kubectl('annotate', 'appdatabase', 'orders', '-n', name, '--overwrite', 'example.com/touched=again');
  await ready(name, 'orders');
  const pods = await list('pods', '-n', name, '-l', `app.kubernetes.io/instance=${job}`);
  expect([await versionAsked(), (await get('job', job, name)).metadata.uid, pods.length]).toEqual(['16', metadata.uid, 1]);
});

test('the version is asked for once nothing is in its way, and the Job goes', async () => {
  await asked("COMMIT PREPARED 'half done'");
  await asked('ALTER TABLE calls ALTER COLUMN handler TYPE text');
  await administer("SELECT pg_drop_replication_slot('cdc')", 'app');
  await kubectl('delete', 'job', '-n', name, job);
  await oncePassed(name, 'orders', 'appdatabase', async () => expect(await versionAsked()).toBe('17'));
  await playInstance(name, host, { engineVersionActual: '17.4' });
  await ready(name, 'orders');
  await oncePassed(name, 'orders', 'appdatabase', async () =>
    expect((await run('kubectl', ['get', 'job', '-n', name, job])).stderr).toBe(
      `Error from server (NotFound): jobs.batch "${job}" not found\n`,
    ),
  );
  expect(await asked('SELECT count(*) FROM orders')).toBe('0');
});
