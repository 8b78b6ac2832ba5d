import { describe, expect, test, vi } from 'vitest';
import { apiVersion } from '../../../functions/core/group.ts';
import { at, type KubernetesObject } from '../../../functions/core/kubernetes.ts';
import { provision } from '../../../plan/provisioned.ts';
import { keyed } from '../../../platform/keyed.ts';
import { toYaml } from '../../../platform/yaml.ts';
import { apiserver, forbidden, serving } from '../../../test/apiserver.ts';
import { platform } from '../../../test/planning.ts';
import { environmentConfig, exampleEnvironmentNames, exampleEnvironments, namespace as namespaceOf } from '../../../test/request.ts';
import { servedKinds as kinds, restingObjects } from '../../../test/resting.ts';
import { writtenBy } from '../../../test/terminal.ts';
import { InputError } from '../../input.ts';
import { plan } from './command.ts';

type Spec = Readonly<Record<string, unknown>>;

const claim = (spec: Spec) => ({
  apiVersion: 'platform.internal/v1alpha1',
  kind: 'AppDatabase',
  metadata: { name: 'orders', namespace: 'shop' },
  spec,
});

/** The objects of a cluster in which the claim is at rest. */
const atRest = (environment: string, spec: Spec) => restingObjects(claim(spec), environment);

const run = async (spec: Spec, environments: readonly string[] = [], output = 'table', context?: string) =>
  await planned(claim(spec), environments, output, context);

const planned = (given: object, environments: readonly string[] = [], output = 'table', context?: string) =>
  writtenBy(
    (terminal) =>
      plan({
        ...terminal,
        platform,
        root: '.',
        files: ['-'],
        kustomizations: [],
        environments,
        live: true,
        strict: false,
        context,
        output,
      }),
    toYaml(given),
  );

test.each(['dev', 'staging', 'prod'])(
  'a claim at rest in %s does not change, although the apiserver adds defaults',
  async (environment) => {
    await apiserver(serving(kinds, atRest(environment, {})));
    const { code, stdout } = await run({}, [], 'json');
    const [first] = JSON.parse(stdout).claims;
    expect([code, first.environment, first.changes.resources, first.changes.settings, first.changes.claim]).toEqual([
      0,
      environment,
      [],
      [],
      'unchanged',
    ]);
    expect(stdout).not.toContain(Buffer.from('issued-when-applied').toString('base64'));
  },
);

test('what an apiserver without the feature leaves out is no change, and another value of it is one', async () => {
  const [claimed] = JSON.parse(
    await resources((rollingUpdate) => {
      delete rollingUpdate['maxUnavailable'];
    }),
  ).claims;
  expect(claimed.changes).toEqual({ ...claimed.changes, claim: 'unchanged', resources: [] });
  const [other] = JSON.parse(
    await resources((rollingUpdate) => {
      rollingUpdate['maxUnavailable'] = 3;
    }),
  ).claims;
  expect(other.changes.resources).toEqual([
    expect.objectContaining({
      key: 'server',
      fields: [expect.objectContaining({ field: 'spec.updateStrategy.rollingUpdate.maxUnavailable', before: 3, after: 2 })],
    }),
  ]);

  async function resources(change: (rollingUpdate: Record<string, unknown>) => void): Promise<string> {
    const objects = structuredClone(atRest('dev', {}));
    for (const object of objects.filter(({ kind }) => kind === 'StatefulSet')) {
      change(at(object, 'spec', 'updateStrategy', 'rollingUpdate') as Record<string, unknown>);
    }
    await apiserver(serving(kinds, objects));
    return (await run({}, [], 'json')).stdout;
  }
});

test('a persistent volume of an app that is there is read, so that an app at rest does not change', async () => {
  const app = {
    apiVersion,
    kind: 'AppService',
    metadata: { name: 'orders', namespace: 'shop' },
    spec: {
      image: 'docker.io/library/python:3.13-alpine',
      replicas: 2,
      volumes: [{ name: 'uploads', path: '/var/uploads', persistent: { storageGiB: 20 } }],
      deletion: 'Snapshot',
    },
  };
  const volumes = { accessMode: 'ReadWriteMany' };
  const world = { platform, environments: [environmentConfig('dev', { tier: 'dev', volumes })] };
  const spec = { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '20Gi' } } };
  const name = 'data-orders-service-volume-uploads-0';
  const volume = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'shop' }, spec };
  const made = provision(app, 'dev', { ...world, objects: [volume] });
  const composed = Object.entries(made?.observed ?? {}).map(([key, { object }]) =>
    keyed(key, {
      ...object,
      metadata: { ...object.metadata, namespace: 'shop', uid: `uid-${key}`, ownerReferences: [{ controller: true, uid: 'uid-claim' }] },
    }),
  );
  const resourceRefs = composed.map(({ apiVersion: version, kind, metadata }) => ({ apiVersion: version, kind, name: metadata.name }));
  const live = { ...made?.claim, metadata: { ...app.metadata, uid: 'uid-claim' }, spec: { ...app.spec, crossplane: { resourceRefs } } };
  const cluster = [namespaceOf('shop', 'dev'), ...world.environments, live as KubernetesObject, ...composed];
  const changed = async (...more: readonly KubernetesObject[]) => {
    await apiserver(serving([...kinds, { ...volume, plural: 'persistentvolumeclaims', namespaced: true }], [...cluster, ...more]));
    const { stdout } = await planned(app, [], 'json');
    return JSON.parse(stdout).claims[0].changes.resources.map(({ key }: { readonly key: string }) => key);
  };
  expect([await changed(volume), await changed()]).toEqual([[], ['volume-uploads']]);
});

test('the policy of a role is read, so that nobody waits for access that there is', async () => {
  const app = (kind: string, spec: Spec) => ({ apiVersion, kind, metadata: { name: 'orders', namespace: 'shop' }, spec });
  const asked = app('AppBucket', { writers: ['orders'] });
  const bucket = restingObjects(asked, 'prod');
  const identity = provision(app('AppIdentity', {}), 'prod', { platform, environments: exampleEnvironments, objects: bucket }, bucket);
  const access = identity?.observed['access']?.object as KubernetesObject;
  const metadata = { ...access.metadata, namespace: 'shop', ownerReferences: [{ controller: true, uid: 'uid-identity' }] };
  const { apiVersion: version, kind } = access;
  const resourceRefs = [{ apiVersion: version, kind, name: metadata.name }];
  const claimed = { ...app('AppIdentity', { crossplane: { resourceRefs } }), metadata: { ...asked.metadata, uid: 'uid-identity' } };
  const pending = async (...objects: readonly KubernetesObject[]) => {
    await apiserver(serving(kinds, [...bucket, ...objects]));
    return JSON.parse((await planned(asked, [], 'json')).stdout).claims[0].pending;
  };
  expect(await pending(claimed, { ...access, metadata } as KubernetesObject)).toEqual({});
  expect(Object.values(await pending(claimed))).toEqual([
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      name: 'orders',
      waitsFor: 'what spec.writers gives it, which AppIdentity orders adds to its role',
    },
  ]);
});

test('a changed claim shows what becomes of what runs', async () => {
  const { paths, url } = await apiserver(serving(kinds, atRest('prod', {})));
  const { code, stdout } = await run({ size: 'large' });
  expect({ code, stdout: stdout.replace(url, 'URL') }).toMatchSnapshot();
  expect(paths).toContain('/api/v1/namespaces/shop/secrets/orders-database-connection');
});

test('what Crossplane had applied and no longer would is shown, and nothing else that the plan does not set', async () => {
  const applied = {
    'f:metadata': { 'f:labels': { 'f:crossplane.io/composite': {}, 'f:team': {} } },
    'f:spec': { 'f:minReadySeconds': {}, 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"former"}': { 'f:image': {} } } } } },
  };
  const managedFields = [
    { manager: 'someone', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:revisionHistoryLimit': {} } } },
    { manager: 'apiextensions.crossplane.io/composed/0123', operation: 'Apply', fieldsV1: applied },
  ];
  const objects = atRest('dev', {}).map((object) => {
    if (object.kind !== 'StatefulSet') return object;
    const labels = { 'crossplane.io/composite': 'orders', team: 'shop', ...object.metadata?.labels };
    const { template, ...spec } = object['spec'] as { readonly template: { readonly spec: { readonly containers: readonly object[] } } };
    const containers = [...template.spec.containers, { name: 'former', image: 'former:1' }, { name: 'injected', image: 'injected:1' }];
    const podSpec = { ...template, spec: { ...template.spec, containers } };
    return {
      ...object,
      metadata: { ...object.metadata, labels, managedFields },
      spec: { ...spec, template: podSpec, minReadySeconds: 5, revisionHistoryLimit: 3 },
    };
  });
  await apiserver(serving(kinds, objects));
  const { code, stdout } = await run({}, [], 'json');
  expect([code, JSON.parse(stdout).claims[0].changes]).toMatchSnapshot();
});

test('a loss names the token of the generation that the claim will have', async () => {
  await apiserver(serving(kinds, atRest('prod', { databaseName: 'ledger' })));
  const tokenIn = ({ stdout }: { readonly stdout: string }) => /acknowledge=(move-[0-9a-v]{16})/.exec(stdout)?.[1];
  const same = await run({ databaseName: 'ledger' }, ['dev']);
  const changed = await run({ databaseName: 'ledger', size: 'large' }, ['dev']);
  expect([same.code, changed.code]).toEqual([1, 1]);
  expect(tokenIn(same)).toBeDefined();
  expect(tokenIn(changed)).toBeDefined();
  expect(tokenIn(changed)).not.toBe(tokenIn(same));
  expect(same.stdout).not.toContain('of a simulated claim');
});

test('a claim that is not there is new, and a namespace without an environment is said', async () => {
  const objects = atRest('dev', {});
  await apiserver(
    serving(
      kinds,
      objects.filter(({ kind }) => kind !== 'AppDatabase'),
    ),
  );
  expect((await run({})).stdout).toContain('\n\nAppDatabase shop/orders in dev, as container: new\n');
  await expect(run({}, ['nowhere'])).rejects.toThrow(
    `cannot use environment: --environment: got "nowhere", want one of ${exampleEnvironmentNames} in the cluster, or an EnvironmentConfig file ending in .yaml, .yml or .json`,
  );
  await apiserver(serving(kinds, []));
  await expect(run({})).rejects.toThrow(
    'cannot plan in namespace "shop": it is not in the cluster of context "test", want kubectl create namespace shop, or no --live',
  );
});

test('the cluster is named, and so is what of it may not be read and is planned without', async () => {
  const answer = serving(kinds, atRest('prod', {}));
  // Who may read claims, what they compose and their namespace, and nothing else.
  const restricted = (path: string) =>
    path.endsWith('/environmentconfigs') || path.includes('/appcaches') || path.endsWith('/secrets/orders-database-connection')
      ? forbidden('no')
      : answer(path);
  const { url } = await apiserver(restricted);
  const { code, stdout } = await run({}, [], 'json');
  const { cluster, claims } = JSON.parse(stdout);
  expect({ code, cluster, claim: claims[0].changes.resources.map(({ key }: { key: string }) => key) }).toEqual({
    code: 0,
    cluster: {
      context: 'test',
      server: url,
      notRead: [
        'Secret shop/orders-database-connection, of which nothing depends but that it is there',
        'the AppCache claims of namespace shop, which count towards its budget',
        'the EnvironmentConfigs, in place of which are those of files',
      ],
    },
    claim: [],
  });
  const text = (await run({})).stdout;
  expect(text.split('\n').slice(0, 2)).toEqual([
    `Cluster ${url}, context test`,
    '  not looked at: Secret shop/orders-database-connection, of which nothing',
  ]);
  expect((await run({}, [], 'markdown')).stdout).toContain(`Cluster ${url}, context test not looked at: Secret shop/`);
});

test('a cluster without the platform is said to have none of it', async () => {
  await apiserver(serving(kinds.slice(0, 3), [namespaceOf('shop', 'dev'), ...exampleEnvironments]));
  await expect(run({})).rejects.toThrow(
    'cannot plan AppDatabase shop/orders: the cluster of context "test" serves no AppDatabase of platform.internal/v1alpha1, want the platform installed there, or no --live',
  );
});

test('what a claim composes, and the claim itself, has to be readable', async () => {
  const answer = serving(kinds, atRest('prod', {}));
  await apiserver((path) => (path.includes('/instances/') ? forbidden('no') : answer(path)));
  await expect(run({})).rejects.toThrow('cannot get instances.rds.aws.m.upbound.io orders-database-instance: forbidden to this user');
  await apiserver((path) => (path.includes('/appdatabases') ? forbidden('no') : answer(path)));
  await expect(run({})).rejects.toThrow('cannot list appdatabases.platform.internal: forbidden to this user');
});

test('a namespace that may not be read has no environment of its own', async () => {
  const answer = serving(kinds, atRest('dev', {}));
  await apiserver((path) => (path.endsWith('/namespaces/shop') ? forbidden('no') : answer(path)));
  await expect(run({})).rejects.toThrow(
    'cannot plan AppDatabase shop/orders: namespace "shop" may not be read by this user, want --environment',
  );
  expect((await run({}, ['dev'])).stdout).toContain('not looked at: Namespace shop, so that nothing is known of its labels');
});

test('a claim that is being deleted is not changed any more', async () => {
  const objects = atRest('dev', {}).map((object) =>
    object.kind === 'AppDatabase' ? { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-01-03T00:00:00Z' } } : object,
  );
  await apiserver(serving(kinds, objects));
  const { code, stdout } = await run({});
  expect(code).toBe(1);
  expect(stdout).toContain(
    '✗ refused: cannot change AppDatabase orders: it has been going since 2026-01-03T00:00:00Z, want to apply it once it is gone',
  );
});

describe('a claim in a namespace of a team', () => {
  const prices = { 'compute/vcpu-hour': 0.1, 'compute/gib-hour': 0.01, 'ebs/gp3-gib-month': 0 };
  const spec = { engine: 'postgres' };
  const inNamespace = (namespace: string, rest: object = {}) => ({ ...claim(spec), metadata: { name: 'orders', namespace }, ...rest });
  const room = (name: string) => ({
    ...namespaceOf(name, 'here'),
    metadata: { name, labels: { 'platform.internal/environment': 'here', 'platform.internal/team': 'shop' } },
  });
  const team = (budgetMonthlyUSD: number) => ({
    apiVersion,
    kind: 'Team',
    metadata: { name: 'shop' },
    spec: {},
    status: {
      namespaces: ['shop-here', 'shop-jobs'].map((name) => ({ name, environment: 'here' })),
      settings: { environments: [{ name: 'here', budgetMonthlyUSD }] },
    },
  });
  const cluster = (budgetMonthlyUSD: number) =>
    serving(kinds, [
      environmentConfig('here', { tier: 'dev', prices }),
      room('shop-here'),
      room('shop-jobs'),
      inNamespace('shop-jobs', { status: { monthlyCostUSD: 10, settings: spec } }) as KubernetesObject,
      team(budgetMonthlyUSD),
    ]);
  const planOf = async () => JSON.parse((await planned(inNamespace('shop-here'), [], 'json')).stdout);

  test('is held to the budget that it shares with the team’s other namespaces', async () => {
    await apiserver(cluster(1000));
    expect((await planOf()).claims[0].refused).toBeNull();
    await apiserver(cluster(10));
    const { refused } = (await planOf()).claims[0];
    expect([refused.reason, refused.message.includes(' besides AppDatabase shop-jobs/orders 10.00, want at most 10.00')]).toEqual([
      'OverBudget',
      true,
    ]);
  });

  test('is planned without that budget where teams may not be read, which is said', async () => {
    const answer = cluster(10);
    await apiserver((path) => (path.endsWith('/teams') ? forbidden('no') : answer(path)));
    const { claims, cluster: read } = await planOf();
    expect([claims[0].refused, read.notRead]).toEqual([null, ['the Team objects, whose budgets count']]);
  });
});

test.each([
  [
    'has its binding',
    { name: 'orders-database' },
    ['binding', 'account', 'deployment', 'disruption', 'network-policy', 'use-appdatabase-orders'],
  ],
  ['has none yet', undefined, ['binding', 'account', 'disruption', 'network-policy', 'use-appdatabase-orders']],
])('an app whose database %s is made as far as Crossplane makes it', async (_, binding, keys) => {
  const database = { ...claim({ engine: 'postgres' }), status: { ...(binding !== undefined && { binding }) } };
  const there = { ...database, metadata: { ...database.metadata, uid: 'uid-database', creationTimestamp: '2026-01-02T03:04:05Z' } };
  await apiserver(serving(kinds, [namespaceOf('shop', 'dev'), ...exampleEnvironments, there]));
  const spec = { image: 'docker.io/library/python:3.13-alpine', bindings: [{ kind: 'AppDatabase', name: 'orders' }] };
  const app = { apiVersion, kind: 'AppService', metadata: { name: 'orders', namespace: 'shop' }, spec };
  expect(Object.keys(JSON.parse((await planned(app, [], 'json')).stdout).claims[0].resources)).toEqual(keys);
});

describe('a claim that begins with the data of another namespace', () => {
  const masked = (copyableBy: readonly string[]) => ({
    apiVersion,
    kind: 'AppDatabase',
    metadata: { name: 'masked', namespace: 'shop-prod', uid: 'uid-masked' },
    spec: { engine: 'postgres', restoreFrom: { claim: 'orders', mask: { configMap: 'masks' } }, copyableBy },
  });
  const planOf = async (...objects: readonly KubernetesObject[]) => {
    const answer = serving(kinds, [namespaceOf('shop', 'staging'), ...exampleEnvironments, ...objects]);
    await apiserver((path) => (objects.length === 0 && path.includes('/shop-prod/') ? forbidden('no') : answer(path)));
    const { claims, cluster } = JSON.parse((await run({ restoreFrom: { claim: 'masked', namespace: 'shop-prod' } }, [], 'json')).stdout);
    return [claims[0].pending.binding.waitsFor, cluster.notRead];
  };
  const unlent = expect.stringContaining('which is not there, or does not have shop in its spec.copyableBy');

  test('is planned by what that claim says of it, where its author may read it', async () => {
    expect(await planOf(masked(['shop']))).toEqual([
      expect.stringContaining('the binding of AppDatabase masked of namespace shop-prod'),
      [],
    ]);
    expect(await planOf(masked(['other']))).toEqual([unlent, []]);
    expect(await planOf()).toEqual([unlent, ['AppDatabase shop-prod/masked, so that it is as if it were not there']]);
  });
});

test('a cluster-scoped claim is planned from files alone', async () => {
  await apiserver(serving(kinds, []));
  const given = { apiVersion, kind: 'Team', metadata: { name: 'shop' }, spec: {} };
  await expect(planned(given, ['dev'])).rejects.toThrow(
    'cannot plan Team shop: --live: got a cluster-scoped claim, want claims in namespaces, or no --live',
  );
});

test('--context chooses a cluster', async () => {
  await apiserver(serving(kinds, atRest('dev', {})));
  await expect(run({}, [], 'table', 'other')).rejects.toThrow('cannot reach a cluster: --context: got "other", want one of test');
  expect((await run({}, [], 'table', 'test')).code).toBe(0);
});

test('a cluster that cannot be reached is one line', async () => {
  vi.stubEnv('KUBECONFIG', '/nowhere/kubeconfig');
  await expect(run({})).rejects.toThrow(
    new InputError('cannot reach a cluster: KUBECONFIG: got "/nowhere/kubeconfig", want a file that is there'),
  );
});
