import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shortHash } from '../../functions/core/names.ts';
import { environmentConfig } from '../request.ts';
import { apply, claim, eventually, get, kubectl, makeNamespace, removeNamespaces, saidOf, sleep } from './cluster.ts';

/** The names of an environment, of its namespace, and of the ClusterProviderConfig that it is reached with. */
const missing = 'failures-missing';
const login = 'failures-login';
const names = [missing, login];

const credentials = (name: string, data: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'crossplane-system' },
  data,
});

const providerConfig = (name: string) => ({
  apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1',
  kind: 'ClusterProviderConfig',
  metadata: { name },
  spec: {
    sslMode: 'disable',
    credentials: { source: 'PostgreSQLConnectionSecret', connectionSecretRef: { namespace: 'crossplane-system', name } },
  },
});

let working: Readonly<Record<string, string>>;

async function cleanUp(): Promise<void> {
  // A provider that cannot log in cannot delete either.
  await apply(...names.flatMap((name) => [credentials(name, working), providerConfig(name)]));
  await removeNamespaces(...names);
  await kubectl('delete', 'clusterproviderconfigs.postgresql.sql.m.crossplane.io', ...names, '--timeout=60s');
  await kubectl('delete', 'environmentconfigs', ...names, '--ignore-not-found');
  await kubectl('delete', 'secrets', ...names, '-n', 'crossplane-system');
}

beforeAll(async () => {
  working = (await get('secret', 'shared-postgres', 'crossplane-system')).data ?? {};
  await cleanUp();
  await apply(
    credentials(missing, working),
    credentials(login, { ...working, password: Buffer.from('not-the-password').toString('base64') }),
    providerConfig(login),
    ...names.map((name) =>
      environmentConfig(name, {
        tier: 'staging',
        controlPlane: 'test',
        shared: { postgres: { providerConfig: name, host: 'postgres.shared.svc', port: 5432, sslMode: 'disable' } },
      }),
    ),
  );
  for (const name of names) await makeNamespace(name, name);
  for (const name of names) await apply(claim(name, 'orders'));
});

afterAll(cleanUp);

const provisioned = async (namespace: string) => saidOf(await get('appdatabase', 'orders', namespace), 'Provisioned');

async function reconcile(namespace: string, round: number): Promise<void> {
  await kubectl('annotate', 'appdatabase', 'orders', '-n', namespace, `crossplane.io/reconcile-requested-at=round-${round}`, '--overwrite');
  const kinds = ['roles', 'databases'].map((kind) => `${kind}.postgresql.sql.m.crossplane.io`).join(',');
  await kubectl('annotate', kinds, '--all', '-n', namespace, `example.org/round=${round}`, '--overwrite');
}

const causes: readonly (readonly [environment: string, cause: string])[] = [
  [missing, `got "${missing}", want a ClusterProviderConfig of provider-sql that exists`],
  [login, `the server refuses the login of ClusterProviderConfig "${login}", correct username and password in its Secret`],
];

describe.each(causes)('a claim in %s', (environment, cause) => {
  const condition = {
    status: 'False',
    reason: 'ProvisioningFailed',
    message:
      'cannot provision Database orders-database-database, Role orders-database-role: ' +
      `EnvironmentConfig "${environment}": data.shared.postgres.providerConfig: ${cause}; tell the platform team; ` +
      'Secret orders-database waits for the role and its password; ' +
      `ProviderConfig orders-database-sql-${shortHash(environment)} waits for the binding; Grant orders-database-grant waits for the binding`,
  };

  test('says which field of the environment is at fault, the same in every reconcile', async () => {
    await eventually(async () => expect(await provisioned(environment)).toEqual(condition));
    const seen: unknown[] = [];
    for (let round = 1; round <= 10; round++) {
      await reconcile(environment, round);
      for (let look = 1; look <= 4; look++) {
        await sleep(500);
        seen.push(await provisioned(environment));
      }
    }
    expect(seen).toEqual(seen.map(() => condition));
  });

  test('is ready once that is put right', async () => {
    await apply(credentials(environment, working), providerConfig(environment));
    let round = 11;
    // A provider that failed so often waits long before it tries by itself.
    await eventually(async () => {
      await reconcile(environment, round++);
      await sleep(2000);
      expect(await provisioned(environment)).toEqual({
        status: 'True',
        reason: 'Ready',
        message: 'Everything that the claim needs is ready',
      });
    });
  });
});
