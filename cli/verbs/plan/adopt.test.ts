import { expect, test } from 'vitest';
import { apiVersion } from '../../../functions/core/group.ts';
import type { KubernetesObject } from '../../../functions/core/kubernetes.ts';
import { expand } from '../../../functions/expand/expand.ts';
import { guard } from '../../../functions/guard/guard.ts';
import { provenFirst } from '../../../functions/guard/ownership.ts';
import { keyed } from '../../../platform/keyed.ts';
import { toYaml } from '../../../platform/yaml.ts';
import { apiserver, serving } from '../../../test/apiserver.ts';
import { platform } from '../../../test/planning.ts';
import { exampleEnvironments, namespace as namespaceOf, stepRequest } from '../../../test/request.ts';
import { servedKinds } from '../../../test/resting.ts';
import { writtenBy } from '../../../test/terminal.ts';
import { invoke } from '../../invoke.ts';

const spec = { engine: 'postgres', adopt: { instance: 'legacy-orders' } };
const given = { environment: 'prod', spec, generation: 1 };

const claim = (annotations: Readonly<Record<string, string>> = {}, more: object = {}): KubernetesObject => ({
  apiVersion,
  kind: 'AppDatabase',
  metadata: { name: 'orders', namespace: 'shop', annotations },
  spec: { ...spec, ...more },
});

const nothing = 'observe failed: external resource does not exist';

/** What the first rounds applied, as providers report it. */
function looked(running: object | undefined): readonly KubernetesObject[] {
  const reported: Readonly<Record<string, object | undefined>> = { Instance: running, SubnetGroup: { vpcId: 'vpc-0123456789abcdef0' } };
  const seen = (object: KubernetesObject) => {
    const atProvider = reported[object.kind];
    const synced = object.kind === 'Instance' ? { status: 'Unknown' } : { status: 'False', message: nothing };
    return {
      ...object,
      status: { conditions: [{ type: 'Synced', ...(atProvider === undefined ? synced : { status: 'True' }) }], atProvider },
    };
  };
  let observed = {};
  for (let round = 0; round < 3; round += 1) {
    const request = stepRequest({ ...given, observed });
    const expanded = expand(request);
    const judged = { ...request, desired: expanded.desired, desiredStatus: expanded.status ?? {} };
    const { desired } = provenFirst(judged, guard(judged));
    const owned = [{ apiVersion, kind: 'AppDatabase', name: 'orders', uid: request.claim.metadata?.uid, controller: true }];
    observed = Object.fromEntries(
      Object.entries(desired).map(([key, { object }]) => {
        const metadata = { ...object.metadata, namespace: 'shop', ownerReferences: owned };
        return [key, { object: seen({ ...object, metadata } as KubernetesObject), connectionDetails: {} }];
      }),
    );
  }
  return Object.entries(observed as Record<string, { object: KubernetesObject }>).map(([key, { object }]) => keyed(key, object));
}

/** A cluster that has the claim, and what it has looked at so far. */
function cluster(running: object | undefined): readonly KubernetesObject[] {
  const composed = looked(running);
  const resourceRefs = composed.map(({ apiVersion: version, kind, metadata }) => ({ apiVersion: version, kind, name: metadata?.name }));
  const uid = stepRequest(given).claim.metadata?.uid;
  const live = { ...claim(), metadata: { ...claim().metadata, uid, generation: 1 }, spec: { ...spec, crossplane: { resourceRefs } } };
  return [namespaceOf('shop', 'prod'), ...exampleEnvironments, live as KubernetesObject, ...composed];
}

async function planned(objects: readonly KubernetesObject[], given: KubernetesObject, ...more: readonly string[]) {
  const { url } = await apiserver(serving(servedKinds, objects));
  const { stdout, ...rest } = await writtenBy(
    (terminal) => invoke({ platform, root: '.' }, terminal, ['plan', '-', '--adopt', ...more]),
    toYaml(given),
  );
  return { ...rest, stdout: stdout.replaceAll(url, 'URL') };
}

/** All that a plan of the claim says but for its table and what every plan begins with. */
const verdictOf = ({ code, stdout }: Awaited<ReturnType<typeof planned>>) => {
  const [, , ...paragraphs] = stdout.split('\n\n');
  return [code, ...paragraphs.filter((each) => !each.startsWith('  ADOPTS '))];
};

const tags = { 'adoptable-by': 'shop-eu-1/prod/shop/AppDatabase/orders' };
const legacy = {
  identifier: 'legacy-orders',
  region: 'eu-west-1',
  port: 5432,
  engine: 'postgres',
  engineVersionActual: '17.4',
  instanceClass: 'db.m7g.large',
  allocatedStorage: 200,
  storageType: 'gp3',
  storageEncrypted: true,
  multiAz: true,
  username: 'postgres',
  dbName: 'legacy',
  dbSubnetGroupName: 'legacy',
  vpcSecurityGroupIds: ['sg-legacy'],
  parameterGroupName: 'legacy',
  tags,
};

test('--adopt shows each difference of what a claim adopts, how to accept them, and nothing else', async () => {
  expect(await planned(cluster(legacy), claim({}, { storageGiB: 200 }))).toMatchSnapshot();
});

test('--adopt says nothing to accept once all of it is, or while it is refused', async () => {
  const objects = cluster({ ...legacy, allocatedStorage: 100 });
  const first = JSON.parse((await planned(objects, claim(), '--output', 'json')).stdout).claims[0];
  const token = /acknowledge=(\S+)$/.exec(first.adoption.accept)?.[1];
  const accepted = await planned(objects, claim({ 'platform.internal/acknowledge': String(token) }));
  expect(verdictOf(accepted)).toEqual([0, '  ✓ allowed\n']);
  expect(verdictOf(await planned(cluster(legacy), claim()))).toEqual([
    1,
    '  ✗ refused: cannot adopt: instance (Instance orders-database-instance): allocatedStorage: runs 200, would be 100, which cannot shrink: say spec.storageGiB: at least 200; nothing was changed\n',
  ]);
});

test('--adopt waits where nothing was looked at yet, and is no plan of claims that adopt nothing', async () => {
  expect(verdictOf(await planned(cluster(undefined), claim()))).toEqual([
    1,
    '  ✗ refused: instance (Instance orders-database-instance) is being looked at; nothing is changed meanwhile\n',
  ]);
  const other = { ...claim(), spec: { engine: 'postgres' } };
  expect(await planned([namespaceOf('shop', 'prod'), ...exampleEnvironments], other)).toEqual({
    code: 2,
    stdout: '',
    stderr: 'goldenpath: cannot plan "-": --adopt: no claim adopts anything, want one with spec.adopt\n',
  });
});
