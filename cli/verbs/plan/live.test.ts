import { expect, test, vi } from 'vitest';
import { apiVersion } from '../../../functions/core/group.ts';
import type { KubernetesObject } from '../../../functions/core/kubernetes.ts';
import { goldenPath } from '../../../functions/golden-path.ts';
import { provision } from '../../../plan/provisioned.ts';
import { composedKinds } from '../../../platform/composed.ts';
import { keyed } from '../../../platform/keyed.ts';
import { toYaml } from '../../../platform/yaml.ts';
import { apiserver, type ServedKind, serving } from '../../../test/apiserver.ts';
import { exampleEnvironmentNames, exampleEnvironments, namespace as namespaceOf } from '../../../test/request.ts';
import { InputError } from '../../input.ts';
import { plan } from './command.ts';

type Spec = Readonly<Record<string, unknown>>;

/** What an apiserver with the platform, Crossplane and the providers serves. */
const kinds: readonly ServedKind[] = [
  { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
  { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true },
  { apiVersion: 'apiextensions.crossplane.io/v1beta1', kind: 'EnvironmentConfig', plural: 'environmentconfigs', namespaced: false },
  ...goldenPath.apis.map(({ kind, plural }) => ({ apiVersion, kind, plural, namespaced: true })),
  ...composedKinds(goldenPath)
    .filter(({ kind }) => kind !== 'Secret')
    .map((kind) => ({ ...kind, namespaced: true })),
];

const claim = (spec: Spec) => ({
  apiVersion: 'platform.internal/v1alpha1',
  kind: 'AppDatabase',
  metadata: { name: 'orders', namespace: 'shop' },
  spec,
});

/** The objects of a cluster in which a claim is at rest, with what the apiserver adds to what is applied. */
function atRest(environment: string, spec: Spec): readonly KubernetesObject[] {
  const made = provision(claim(spec), environment, { platform: goldenPath, environments: exampleEnvironments });
  if (made === undefined) throw new Error('the claim comes to nothing');
  const composed = Object.entries(made.observed).map(([key, { object }]) =>
    keyed(key, {
      ...object,
      spec: { ...(object['spec'] as object | undefined), addedByTheApiserver: true },
      metadata: { ...object.metadata, namespace: 'shop', uid: `uid-${key}` },
    }),
  );
  const connections = Object.values(made.observed).flatMap(({ object, connectionDetails }) => {
    const name = (object['spec'] as { writeConnectionSecretToRef?: { name: string } } | undefined)?.writeConnectionSecretToRef?.name;
    const data = Object.fromEntries(Object.entries(connectionDetails).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
    return name === undefined ? [] : [{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'shop' }, data }];
  });
  const resourceRefs = composed.map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, name: metadata.name }));
  const live = {
    ...made.claim,
    metadata: { ...made.claim.metadata, uid: 'uid-claim', creationTimestamp: '2026-01-02T03:04:05Z' },
    spec: { ...spec, engine: 'postgres', crossplane: { resourceRefs } },
  };
  return [namespaceOf('shop', environment), ...exampleEnvironments, live, ...composed, ...connections];
}

async function run(spec: Spec, environments: readonly string[] = [], output = 'table') {
  let stdout = '';
  const code = await plan({
    platform: goldenPath,
    root: '.',
    files: ['-'],
    kustomizations: [],
    environments,
    live: true,
    strict: false,
    output,
    color: false,
    stdin: async () => toYaml(claim(spec)),
    stdout: { write: (text) => (stdout += text) },
    stderr: { write() {} },
  });
  return { code, stdout };
}

test.each(['dev', 'staging', 'prod'])(
  'a claim at rest in %s does not change, although the apiserver adds defaults',
  async (environment) => {
    await apiserver(serving(kinds, atRest(environment, {})));
    const { code, stdout } = await run({}, [], 'json');
    const [first] = JSON.parse(stdout).claims;
    expect([code, first.environment, first.changes.resources, first.changes.settings, first.changes.claim]).toEqual([
      0,
      environment,
      // The final snapshot's name carries the time at which the claim was made, which is known only here.
      environment === 'prod'
        ? [
            expect.objectContaining({
              key: 'instance',
              fields: [expect.objectContaining({ field: 'spec.forProvider.finalSnapshotIdentifier' })],
            }),
          ]
        : [],
      [],
      environment === 'prod' ? 'changed' : 'unchanged',
    ]);
    expect(stdout).not.toContain(Buffer.from('issued-when-applied').toString('base64'));
  },
);

test('a changed claim shows what becomes of what runs', async () => {
  const { paths } = await apiserver(serving(kinds, atRest('prod', {})));
  expect(await run({ size: 'large' })).toMatchSnapshot();
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
  const tokenIn = ({ stdout }: { readonly stdout: string }) => /acknowledge=(move-[0-9a-f]{8})/.exec(stdout)?.[1];
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
  expect((await run({})).stdout.split('\n')[0]).toBe('AppDatabase shop/orders in dev, as container: new');
  await expect(run({}, ['nowhere'])).rejects.toThrow(
    `cannot use environment: --environment: got "nowhere", want one of ${exampleEnvironmentNames} in the cluster, or an EnvironmentConfig file ending in .yaml`,
  );
  await apiserver(serving(kinds, []));
  await expect(run({})).rejects.toThrow(
    'cannot plan AppDatabase shop/orders: namespace "shop" is not in the cluster, want that or --environment',
  );
});

test('a cluster that cannot be reached is one line', async () => {
  vi.stubEnv('KUBECONFIG', '/nowhere/kubeconfig');
  await expect(run({})).rejects.toThrow(
    new InputError(
      "cannot read the kubeconfig: ENOENT: no such file or directory, open '/nowhere/kubeconfig'; check KUBECONFIG or kubectl config current-context",
    ),
  );
});
