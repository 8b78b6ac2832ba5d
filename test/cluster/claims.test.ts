import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { placeholderCertificate } from '../../examples/examples.ts';
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
  psql,
  ready,
  removeNamespaces,
  run,
  saidOf,
  touch,
  tryApply,
} from './cluster.ts';

const namespaces = ['claims-dev', 'claims-staging', 'claims-other'];

beforeAll(async () => {
  await removeNamespaces(...namespaces, 'claims-tls');
  await makeNamespace('claims-dev', 'dev');
  await makeNamespace('claims-staging', 'staging');
  await makeNamespace('claims-other', 'staging');
  for (const namespace of namespaces) await apply(claim(namespace, 'orders'));
  for (const namespace of namespaces) await ready(namespace, 'orders');
});
afterAll(async () => {
  await removeNamespaces(...namespaces);
});

const roundTrip = "CREATE TABLE t (v text); INSERT INTO t VALUES ('kept'); SELECT v FROM t";

test('kubectl get claim shows where each lives and what it is', async () => {
  const shown = (await kubectl('get', 'claim', '-A')).split('\n').map((line) => line.trim().split(/\s+/));
  expect(shown[0]).toEqual([
    'NAMESPACE',
    'NAME',
    'ENVIRONMENT',
    'BACKEND',
    'VERSION',
    'SIZE',
    'HOST',
    'COST',
    'SYNCED',
    'READY',
    'COMPOSITION',
    'AGE',
  ]);
  expect(shown.filter(([namespace]) => namespaces.includes(namespace ?? '')).map((row) => row.slice(0, 10))).toEqual([
    [
      'claims-dev',
      'appdatabase.platform.internal/orders',
      'dev',
      'container',
      '17',
      'small',
      'orders-database.claims-dev.svc',
      '3.77',
      'True',
      'True',
    ],
    [
      'claims-other',
      'appdatabase.platform.internal/orders',
      'staging',
      'shared',
      '17',
      'small',
      'postgres.shared.svc',
      'usage',
      'True',
      'True',
    ],
    [
      'claims-staging',
      'appdatabase.platform.internal/orders',
      'staging',
      'shared',
      '17',
      'small',
      'postgres.shared.svc',
      'usage',
      'True',
      'True',
    ],
  ]);
});

test('the status has the binding and every value in force', async () => {
  const { status } = await get('appdatabase', 'orders', 'claims-dev');
  const { conditions, ...rest } = status as unknown as Record<string, unknown> & {
    conditions: readonly { type: string; status: string }[];
  };
  expect(rest).toEqual({
    environment: 'dev',
    tier: 'dev',
    backend: 'container',
    binding: { name: 'orders-database' },
    host: 'orders-database.claims-dev.svc',
    port: 5432,
    monthlyCostUSD: 3.77,
    cost: {
      summary: '3.77',
      drivers: [
        { resource: 'server', what: '0.1 vCPU at the Fargate rate, as in us-east-1', monthlyUSD: 2.96 },
        { resource: 'server', what: '0.25 GiB of memory at the Fargate rate, as in us-east-1', monthlyUSD: 0.81 },
      ],
      byUse: [],
      unpriced: [],
    },
    waivedPolicies: [],
    settings: {
      engine: 'postgres',
      version: '17',
      size: 'small',
      storageGiB: 20,
      highAvailability: false,
      backupRetentionDays: 0,
      extensions: [],
      databaseName: 'app',
      deletion: 'Delete',
      rotateAfterDays: 0,
    },
  });
  const states = Object.fromEntries(conditions.map(({ type, status: state }) => [type, state]));
  expect(states).toMatchObject({ Synced: 'True', Ready: 'True', Resolved: 'True', Provisioned: 'True', Allowed: 'True' });
});

test('kubectl explain says what each field is', async () => {
  const text = await kubectl('explain', 'appdatabase.spec');
  for (const field of [
    'backupRetentionDays',
    'databaseName',
    'deletion',
    'engine',
    'extensions',
    'highAvailability',
    'size',
    'storageGiB',
    'version',
  ]) {
    expect(text).toMatch(new RegExp(`  ${field}\\s+<`));
  }
  expect(text).toContain('Compute and memory. Changing it restarts the database. Default by tier.');
});

test('the binding has the same keys in every environment', async () => {
  const keys = await Promise.all(namespaces.map(async (namespace) => Object.keys(await bindingOf(namespace, 'orders')).sort()));
  const always = ['database', 'host', 'jdbc-uri', 'password', 'port', 'provider', 'sslmode', 'type', 'uri', 'username'];
  const checked = ['ca.crt', ...always, 'sslrootcert'].sort();
  expect(keys).toEqual([always, checked, checked]);
  const types = await Promise.all(namespaces.map(async (namespace) => (await get('secret', 'orders-database', namespace))['type']));
  expect(types).toEqual(['servicebinding.io/postgresql', 'servicebinding.io/postgresql', 'servicebinding.io/postgresql']);
});

test.each(['claims-dev', 'claims-staging'])(
  'a pod in %s with nothing but the binding creates a table and reads it back',
  async (namespace) => {
    expect(await psql(namespace, 'orders', roundTrip)).toEqual({ code: 0, stdout: 'kept', stderr: '' });
  },
);

describe('on the shared server', () => {
  afterAll(async () => {
    await removeNamespaces('claims-tls');
    await kubectl('delete', 'environmentconfig', 'claims-tls', '--ignore-not-found');
  });

  const encrypted = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
  const postgres = async (name: string, facts: object) => {
    const { data } = await get('environmentconfig', 'staging');
    const shared = (data as unknown as { shared: { postgres: { caCertificate: string } } }).shared.postgres;
    await apply(environmentConfig(name, { tier: 'staging', controlPlane: 'test', shared: { postgres: { ...shared, ...facts } } }));
    return shared.caCertificate;
  };

  test('psql checks the server by the binding alone', async () => {
    expect(await psql('claims-staging', 'orders', encrypted)).toEqual({ code: 0, stdout: 't', stderr: '' });
    expect(await bindingOf('claims-staging', 'orders')).toMatchObject({ sslmode: 'verify-full', 'ca.crt': await postgres('staging', {}) });
  });

  test('a binding that was issued without certificates gains them, and keeps its password', async () => {
    const authority = await postgres('claims-tls', { sslMode: 'disable', caCertificate: undefined });
    await makeNamespace('claims-tls', 'claims-tls');
    await apply(claim('claims-tls', 'orders'));
    await ready('claims-tls', 'orders');
    const before = await bindingOf('claims-tls', 'orders');
    const options = 'sslmode=verify-full&sslrootcert=/bindings/orders-database/ca.crt';
    await postgres('claims-tls', {});
    await eventually(async () => {
      await touch('claims-tls', 'orders');
      expect(await bindingOf('claims-tls', 'orders')).toEqual({
        ...before,
        sslmode: 'verify-full',
        sslrootcert: 'ca.crt',
        'ca.crt': authority,
        uri: before['uri']?.replace('sslmode=disable', options),
        'jdbc-uri': before['jdbc-uri']?.replace('sslmode=disable', options),
      });
    });
    expect(await psql('claims-tls', 'orders', encrypted)).toEqual({ code: 0, stdout: 't', stderr: '' });
  });

  test('psql refuses it by an authority that is not its own', async () => {
    await postgres('claims-tls', { caCertificate: placeholderCertificate });
    await eventually(async () => {
      await touch('claims-tls', 'orders');
      expect((await bindingOf('claims-tls', 'orders'))['ca.crt']).toBe(placeholderCertificate);
    });
    const { code, stderr } = await psql('claims-tls', 'orders', encrypted);
    expect([code, stderr]).toEqual([1, expect.stringContaining('certificate verify failed')]);
  });
});

test('neither of two claims on the shared server reaches the other', async () => {
  const [mine, theirs] = await Promise.all([bindingOf('claims-staging', 'orders'), bindingOf('claims-other', 'orders')]);
  expect(mine['database']).not.toBe(theirs['database']);
  for (const [namespace, database] of [
    ['claims-staging', theirs['database']],
    ['claims-other', mine['database']],
  ] as const) {
    const { code, stderr } = await psql(namespace, 'orders', 'SELECT 1', database);
    expect(code).toBe(1);
    expect(stderr).toContain(`permission denied for database "${database}"`);
  }
});

test('a namespace with something outside of the cluster is not deleted before its claims', async () => {
  const { code, stderr } = await run('kubectl', ['delete', 'namespace', 'claims-staging', '--timeout=10s']);
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining(
      'which stands for something outside of the cluster; first run: kubectl delete claim --all --cascade=foreground --namespace claims-staging',
    ),
  ]);
});

describe('extensions', () => {
  test.each(['claims-dev', 'claims-staging'])('in %s are created', async (namespace) => {
    await apply(claim(namespace, 'extended', { extensions: ['pg_trgm', 'uuid-ossp'] }));
    await ready(namespace, 'extended');
    const installed = "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1";
    expect(await psql(namespace, 'extended', installed)).toEqual({ code: 0, stdout: 'pg_trgm\nuuid-ossp', stderr: '' });
    await kubectl('delete', 'appdatabase', 'extended', '-n', namespace, '--timeout=120s');
  });
});

test('the password outlives a restart of the function, a restart of Crossplane, and 20 forced reconciles', async () => {
  const passwords = async () => Promise.all(namespaces.map(async (namespace) => (await bindingOf(namespace, 'orders'))['password']));
  const before = await passwords();
  await kubectl('delete', 'pods', '-n', 'crossplane-system', '-l', 'pkg.crossplane.io/function', '--wait=true');
  await kubectl('rollout', 'restart', 'deployment/crossplane', '-n', 'crossplane-system');
  await kubectl('rollout', 'status', 'deployment/crossplane', '-n', 'crossplane-system', '--timeout=180s');
  for (let round = 1; round <= 20; round++) {
    for (const namespace of namespaces) {
      await kubectl(
        'annotate',
        'appdatabase',
        'orders',
        '-n',
        namespace,
        `crossplane.io/reconcile-requested-at=round-${round}`,
        '--overwrite',
      );
    }
    await eventually(async () => expect(await passwords()).toEqual(before), 5);
  }
  for (const namespace of namespaces) await ready(namespace, 'orders');
  expect(await passwords()).toEqual(before);
  expect((await psql('claims-dev', 'orders', 'SELECT v FROM t')).stdout).toBe('kept');
});

test('a deleted claim in dev and staging takes what it made along', async () => {
  await apply(claim('claims-other', 'gone'), claim('claims-dev', 'gone'));
  await Promise.all([ready('claims-other', 'gone'), ready('claims-dev', 'gone')]);
  await Promise.all(
    ['claims-other', 'claims-dev'].map((namespace) => kubectl('delete', 'appdatabase', 'gone', '-n', namespace, '--timeout=120s')),
  );
  await eventually(async () => {
    const kinds =
      'statefulsets,services,secrets,networkpolicies,roles.postgresql.sql.m.crossplane.io,databases.postgresql.sql.m.crossplane.io,grants.postgresql.sql.m.crossplane.io';
    const left = [...(await list(kinds, '-n', 'claims-other')), ...(await list(kinds, '-n', 'claims-dev'))];
    expect(left.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('gone-'))).toEqual([]);
  });
});

describe('kubectl apply refuses', () => {
  const invalid = (problem: string) => `The AppDatabase "orders" is invalid: ${problem}`;
  test.each<[string, Record<string, unknown>, string]>([
    [
      'a changed engine',
      { engine: 'mysql' },
      invalid(
        '\n* spec.engine: Unsupported value: "mysql": supported values: "postgres"\n* <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
      ),
    ],
    [
      'a wrong enum',
      { size: 'huge' },
      invalid(
        '\n* spec.size: Unsupported value: "huge": supported values: "small", "medium", "large", "xlarge"\n* <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
      ),
    ],
    [
      'an added database name',
      { databaseName: 'other' },
      invalid('spec: Invalid value: databaseName cannot be added or removed later: make a new claim and move the data'),
    ],
  ])('%s', async (_, spec, message) => {
    const { code, stderr } = await tryApply(claim('claims-dev', 'orders', spec));
    expect(code).toBe(1);
    expect(stderr.trim()).toBe(message);
  });

  test('an unknown field', async () => {
    const { stderr } = await tryApply(claim('claims-dev', 'unknown', { engin: 'postgres' }));
    expect(stderr).toContain(
      'AppDatabase in version "v1alpha1" cannot be handled as a AppDatabase: strict decoding error: unknown field "spec.engin"',
    );
  });

  test('storage, version and database name that change once they are set', async () => {
    const set = { storageGiB: 30, version: '17', databaseName: 'ledger' };
    await apply(claim('claims-dev', 'fixed', set));
    const refusal = async (change: object) => (await tryApply(claim('claims-dev', 'fixed', { ...set, ...change }))).stderr.trim();
    const prefix = 'The AppDatabase "fixed" is invalid: ';
    expect(await refusal({ storageGiB: 20 })).toBe(
      `${prefix}spec.storageGiB: Invalid value: 20: storageGiB can only grow: to go back, make a new claim and move the data`,
    );
    expect(await refusal({ version: '16' })).toBe(
      `${prefix}spec.version: Invalid value: "16": version can only grow: to go back, make a new claim and move the data`,
    );
    expect(await refusal({ databaseName: 'other' })).toBe(
      `${prefix}spec.databaseName: Invalid value: "other": databaseName cannot be changed: make a new claim and move the data`,
    );
    expect(await refusal({ storageGiB: undefined })).toBe(
      `${prefix}spec: Invalid value: storageGiB cannot be removed: leave the value that it has`,
    );
    await kubectl('delete', 'appdatabase', 'fixed', '-n', 'claims-dev', '--wait=false');
  });

  test('a name over the limit', async () => {
    const name = 'o'.repeat(41);
    const { code, stderr } = await tryApply(claim('claims-dev', name));
    expect([code, stderr.trim()]).toEqual([
      1,
      `The AppDatabase "${name}" is invalid: <nil>: Invalid value: metadata.name: want at most 40 lower-case letters, digits and dashes, beginning with a letter`,
    ]);
  });

  test('more metadata than a claim may have', async () => {
    const laden = claim('claims-dev', 'laden');
    const labels = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`note-${index}`, '']));
    const { code, stderr } = await tryApply({ ...laden, metadata: { ...laden.metadata, labels } });
    expect([code, stderr.trim()]).toEqual([
      1,
      "The appdatabases \"laden\" is invalid: : ValidatingAdmissionPolicy 'claim-sizes.platform.internal' with binding 'claim-sizes.platform.internal' denied request: cannot apply the claim: metadata.labels: got 101, want at most 100",
    ]);
  });
});

describe('a namespace whose environment cannot be told', () => {
  const lost = 'claims-lost';
  afterAll(() => removeNamespaces(lost));

  const resolved = async () => saidOf(await get('appdatabase', 'orders', lost), 'Resolved');

  test('shows on the claim what is wrong, and a live database stays as it is when the label goes', async () => {
    await makeNamespace(lost);
    await apply(claim(lost, 'orders'));
    await eventually(async () =>
      expect(await resolved()).toEqual({
        status: 'False',
        reason: 'NamespaceWithoutEnvironment',
        message:
          'cannot tell the environment of namespace "claims-lost": label platform.internal/environment: missing, want one of dev, prod, staging',
      }),
    );
    await kubectl('label', 'namespace', lost, 'platform.internal/environment=dev');
    await ready(lost, 'orders');
    const server = await get('statefulset', 'orders-database', lost);
    await kubectl('label', 'namespace', lost, 'platform.internal/environment=qa', '--overwrite');
    await kubectl('annotate', 'appdatabase', 'orders', '-n', lost, 'crossplane.io/reconcile-requested-at=now', '--overwrite');
    await eventually(async () => expect((await resolved())?.reason).toBe('EnvironmentNotFound'));
    const after = await get('statefulset', 'orders-database', lost);
    expect([after.metadata.uid, after.spec]).toEqual([server.metadata.uid, server.spec]);
    const described = await run('kubectl', ['describe', 'appdatabase', 'orders', '-n', lost]);
    expect(described.stdout).toContain('label platform.internal/environment: got "qa", want one of dev, prod, staging');
  });
});

test('the example file of the repository is the claim of these tests', () => {
  expect(parse(readFileSync('examples/app-database.yaml', 'utf8'))).toEqual(claim('shop', 'orders'));
});
