import { afterEach, expect, test, vi } from 'vitest';
import { goldenPath } from '../../functions/golden-path.ts';
import { exampleEnvironmentNames, exampleEnvironments, namespace as namespaceOf } from '../../test/request.ts';
import { InputError } from '../input.ts';
import { keyed } from '../keyed.ts';
import { toYaml } from '../yaml.ts';
import type { Reader, Reference } from './cluster.ts';
import { plan } from './command.ts';
import { provision } from './provisioned.ts';

/** With few policies, so that one more in the repository is none more here. */
const platform = {
  ...goldenPath,
  policies: goldenPath.policies.filter(({ id }) => ['encrypted-at-rest', 'multi-az', 'backed-up'].includes(id)),
};

type Spec = Readonly<Record<string, unknown>>;
type Stored = Readonly<Record<string, unknown>> & { readonly apiVersion: string; readonly kind: string; readonly metadata?: object };

const at = (object: Stored) => object.metadata as { readonly name: string; readonly namespace?: string };

const claim = (spec: Spec) => ({
  apiVersion: 'platform.internal/v1alpha1',
  kind: 'AppDatabase',
  metadata: { name: 'orders', namespace: 'shop' },
  spec,
});

/** A cluster in which a claim is at rest, with what the apiserver adds to what is applied. */
function clusterWith(
  environment: string,
  spec: Spec,
  extra: readonly Stored[] = [],
): { readonly reader: Reader; readonly reads: string[] } {
  const made = provision(claim(spec), environment, { platform, environments: exampleEnvironments });
  if (made === undefined) throw new Error('the claim comes to nothing');
  const composed = Object.entries(made.observed).map(([key, { object }]) =>
    keyed(key, {
      ...object,
      spec: { ...(object['spec'] as object | undefined), addedByTheApiserver: true },
      metadata: { ...object.metadata, namespace: 'shop', uid: `uid-${key}`, ownerReferences: [{ controller: true, uid: 'uid-claim' }] },
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
  const objects = [
    namespaceOf('shop', environment),
    ...exampleEnvironments,
    live,
    ...composed,
    ...connections,
    ...extra,
  ] as readonly Stored[];
  const reads: string[] = [];
  return {
    reads,
    reader: {
      async read({ kind, namespace, name }: Reference) {
        reads.push(`${kind} ${namespace ?? ''}/${name}`);
        return objects.find((object) => object.kind === kind && at(object).name === name);
      },
      async list({ kind }, namespace) {
        return objects.filter((object) => object.kind === kind && (namespace === undefined || at(object).namespace === namespace));
      },
    },
  };
}

async function run(reader: Reader | undefined, spec: Spec, environments: readonly string[] = [], output = 'table') {
  let stdout = '';
  const code = await plan({
    platform,
    root: '.',
    files: ['-'],
    environments,
    live: true,
    output,
    color: false,
    stdin: async () => toYaml(claim(spec)),
    stdout: { write: (text) => (stdout += text) },
    stderr: { write() {} },
    ...(reader && { reader: async () => reader }),
  });
  return { code, stdout };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each(['dev', 'staging', 'prod'])(
  'a claim at rest in %s does not change, although the apiserver adds defaults',
  async (environment) => {
    const { reader } = clusterWith(environment, {});
    const { code, stdout } = await run(reader, {}, [], 'json');
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
  const { reader, reads } = clusterWith('prod', {});
  expect(await run(reader, { size: 'large' })).toMatchSnapshot();
  expect(reads).toContain('Secret shop/orders-database-connection');
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
  const { reader } = clusterWith('dev', {});
  const before: Reader = {
    ...reader,
    async read(reference) {
      const object = await reader.read(reference);
      if (object?.kind !== 'StatefulSet') return object;
      const labels = { 'crossplane.io/composite': 'orders', team: 'shop', ...object.metadata?.labels };
      const { template, ...spec } = object['spec'] as { readonly template: { readonly spec: { readonly containers: readonly object[] } } };
      const containers = [...template.spec.containers, { name: 'former', image: 'former:1' }, { name: 'injected', image: 'injected:1' }];
      const podSpec = { ...template, spec: { ...template.spec, containers } };
      return {
        ...object,
        metadata: { ...object.metadata, labels, managedFields },
        spec: { ...spec, template: podSpec, minReadySeconds: 5, revisionHistoryLimit: 3 },
      };
    },
  };
  const { code, stdout } = await run(before, {}, [], 'json');
  expect([code, JSON.parse(stdout).claims[0].changes]).toMatchSnapshot();
});

test('a loss names the token of the generation that the claim will have', async () => {
  const { reader } = clusterWith('prod', { databaseName: 'ledger' });
  const tokenIn = ({ stdout }: { readonly stdout: string }) => /acknowledge=(move-[0-9a-f]{8})/.exec(stdout)?.[1];
  const same = await run(reader, { databaseName: 'ledger' }, ['dev']);
  const changed = await run(reader, { databaseName: 'ledger', size: 'large' }, ['dev']);
  expect([same.code, changed.code]).toEqual([1, 1]);
  expect(tokenIn(same)).toBeDefined();
  expect(tokenIn(changed)).toBeDefined();
  expect(tokenIn(changed)).not.toBe(tokenIn(same));
  expect(same.stdout).not.toContain('of a simulated claim');
});

test('a claim that is not there is new, and a namespace without an environment is said', async () => {
  const { reader } = clusterWith('dev', {});
  const other: Reader = { ...reader, list: async (kind, namespace) => (namespace === undefined ? reader.list(kind) : []) };
  expect((await run(other, {})).stdout.split('\n')[0]).toBe('AppDatabase shop/orders in dev, as container: new');
  const empty: Reader = { read: async () => undefined, list: async () => [] };
  await expect(run(empty, {})).rejects.toThrow(
    'cannot plan AppDatabase shop/orders: namespace "shop" is not in the cluster, want that or --environment',
  );
  await expect(run(reader, {}, ['nowhere'])).rejects.toThrow(
    `cannot use environment: --environment: got "nowhere", want one of ${exampleEnvironmentNames} in the cluster, or an EnvironmentConfig file ending in .yaml`,
  );
});

test('a cluster that cannot be reached is one line', async () => {
  vi.stubEnv('KUBECONFIG', '/nowhere/kubeconfig');
  await expect(run(undefined, {})).rejects.toThrow(
    new InputError(
      "cannot read the kubeconfig: ENOENT: no such file or directory, open '/nowhere/kubeconfig'; check KUBECONFIG or kubectl config current-context",
    ),
  );
});
