import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groupOf } from '../../functions/core/kubernetes.ts';
import { foundBy } from '../../functions/core/look.ts';
import { isLook } from '../../functions/core/readiness.ts';
import { createAuthority, issueCertificate } from '../certificates.ts';
import { environmentConfig } from '../request.ts';
import { answerLook, apply, eventually, foundNothing, get, kubectl, list, run, sleep } from './cluster.ts';

/** Of the server's own administrator. */
export const adminPassword = 'only-in-the-test-cluster';

/** The Secret with what the shared server shows, and the certificate of its authority as `ca.crt`. */
export const tlsSecret = 'postgres-tls';

/** A Postgres that claims share, in place of one that a platform team would run. */
const sharedPostgres = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shared' } },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'postgres', namespace: 'shared' },
    spec: { selector: { app: 'postgres' }, ports: [{ port: 5432 }] },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'postgres', namespace: 'shared' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'postgres' } },
      template: {
        metadata: { labels: { app: 'postgres' } },
        spec: {
          // Postgres takes a key of root's that its group alone can read besides.
          securityContext: { fsGroup: 999 },
          volumes: [{ name: 'tls', secret: { secretName: tlsSecret, defaultMode: 0o440 } }],
          containers: [
            {
              name: 'postgres',
              image: 'docker.io/library/postgres:17',
              args: ['postgres', '-c', 'ssl=on', '-c', 'ssl_cert_file=/tls/tls.crt', '-c', 'ssl_key_file=/tls/tls.key'],
              volumeMounts: [{ name: 'tls', mountPath: '/tls', readOnly: true }],
              env: [{ name: 'POSTGRES_PASSWORD', value: adminPassword }],
              readinessProbe: { tcpSocket: { port: 5432 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'shared-postgres', namespace: 'crossplane-system' },
    stringData: { endpoint: 'postgres.shared.svc', port: '5432', username: 'postgres', password: adminPassword },
  },
];

const providerConfig = {
  apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1',
  kind: 'ClusterProviderConfig',
  metadata: { name: 'shared-postgres' },
  spec: {
    sslMode: 'require',
    credentials: { source: 'PostgreSQLConnectionSecret', connectionSecretRef: { namespace: 'crossplane-system', name: 'shared-postgres' } },
  },
};

/** The AWS providers' common part, which real ones bring along, and credentials for nobody. */
const awsFamily = {
  apiVersion: 'pkg.crossplane.io/v1',
  kind: 'Provider',
  metadata: { name: 'crossplane-contrib-provider-family-aws' },
  spec: { package: 'xpkg.crossplane.io/crossplane-contrib/provider-family-aws:v2.6.0' },
};
const awsProviderConfig = {
  apiVersion: 'aws.m.upbound.io/v1beta1',
  kind: 'ClusterProviderConfig',
  metadata: { name: 'aws' },
  spec: { credentials: { source: 'None' } },
};

/**
 * The certificate of the authority that issued the shared Postgres', which is made once for a cluster: the pod has it for as long
 * as it runs.
 */
async function sharedAuthority(): Promise<string> {
  if ((await run('kubectl', ['get', 'secret', tlsSecret, '-n', 'shared'])).code !== 0) {
    const directory = mkdtempSync(join(tmpdir(), 'postgres-tls-'));
    const authority = createAuthority(join(directory, 'authority'), '/CN=authority-of-the-test-cluster');
    const host = 'postgres.shared.svc';
    const issued = issueCertificate(authority, join(directory, 'issued'), `/CN=${host}`, `DNS:${host}`);
    const files = ['ca.crt', 'tls.crt', 'tls.key'].map((file) => [file, readFileSync(join(issued, file), 'utf8')] as const);
    await apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: tlsSecret, namespace: 'shared' },
      type: 'kubernetes.io/tls',
      stringData: Object.fromEntries(files),
    });
    rmSync(directory, { recursive: true });
  }
  const { data } = await get('secret', tlsSecret, 'shared');
  return Buffer.from(data?.['ca.crt'] ?? '', 'base64').toString();
}

const environments = (caCertificate: string) => [
  environmentConfig('dev', { tier: 'dev' }),
  environmentConfig('staging', {
    tier: 'staging',
    controlPlane: 'test',
    shared: { postgres: { providerConfig: 'shared-postgres', host: 'postgres.shared.svc', port: 5432, caCertificate } },
  }),
  environmentConfig('prod', {
    tier: 'prod',
    controlPlane: 'test',
    aws: {
      region: 'eu-west-1',
      providerConfig: 'aws',
      vpcId: 'vpc-1',
      subnetIds: ['subnet-1', 'subnet-2'],
      clientCidrs: ['10.0.0.0/16'],
      clientSecurityGroupIds: ['sg-1'],
      accountId: '111122223333',
      clusterName: 'shop',
    },
  }),
];

/** Plays once, for the providers of AWS, whose pods do nothing here, that they looked for what claims would make and found nothing. */
async function findNothing(): Promise<void> {
  const objects = (await list('managed', '-A')).filter((each) => groupOf(each).endsWith('.aws.m.upbound.io'));
  for (const object of objects.filter((each) => isLook(each) && foundBy({}, each) === undefined)) await answerLook(object, foundNothing());
}

/** Goes on with that until it is told to stop. */
function playProviders(): () => Promise<void> {
  const stop = new AbortController();
  const played = (async () => {
    while (!stop.signal.aborted) {
      // What is missing while parts of the cluster restart is there a second later.
      await findNothing().catch(({ message }) => console.error(`cannot play the providers of AWS: ${message}`));
      await sleep(1000);
    }
  })();
  return () => {
    stop.abort();
    return played;
  };
}

/** What the platform team sees of its server. */
export async function asPlatformTeam(sql: string, database = 'postgres'): Promise<string> {
  const psqlAsAdmin = [
    'env',
    `PGPASSWORD=${adminPassword}`,
    'psql',
    '-h',
    '127.0.0.1',
    '-U',
    'postgres',
    '-d',
    database,
    '-qtA',
    '-c',
    sql,
  ];
  return (await kubectl('exec', '-n', 'shared', 'deployment/postgres', '--', ...psqlAsAdmin)).trim();
}

/** Prepares the cluster of the current kubeconfig, on which the packages must be installed already; answers with how to end that. */
export default async function setup(): Promise<() => Promise<void>> {
  const { code } = await run('kubectl', ['get', 'crd', 'appdatabases.platform.internal']);
  if (code !== 0) {
    throw new Error(
      'cannot test: the cluster of the current kubeconfig has no AppDatabase; run npm run package and npm run deploy -- --registry HOST first',
    );
  }
  const [namespace, ...server] = sharedPostgres;
  await apply(namespace);
  await apply(...server, ...environments(await sharedAuthority()));
  if ((await run('kubectl', ['get', 'crd', 'clusterproviderconfigs.aws.m.upbound.io'])).code !== 0) await apply(awsFamily);
  await eventually(async () => {
    await apply(providerConfig);
    if ((await run('kubectl', ['get', 'clusterproviderconfig.aws.m.upbound.io', 'aws'])).code !== 0) await apply(awsProviderConfig);
  });
  await kubectl('rollout', 'status', 'deployment/postgres', '-n', 'shared', '--timeout=180s');
  return playProviders();
}
