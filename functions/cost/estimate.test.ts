import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { environments } from '../../examples/examples.ts';
import {
  environmentConfig,
  everything,
  type Given,
  instanceDetails,
  loginDetails,
  observedAfter,
  stepRequest,
} from '../../test/request.ts';
import { apis } from '../apis/index.ts';
import { undecidedOf } from '../core/card.ts';
import { groupKind, type KubernetesObject, stringAt } from '../core/kubernetes.ts';
import { expand } from '../expand/expand.ts';
import { goldenPath } from '../golden-path.ts';
import { kinds } from '../kinds/index.ts';
import { service } from '../kinds/kubernetes/service.ts';
import { estimate as estimateOf, summaryOf } from './estimate.ts';

const region = 'eu-west-1';

type Where = Pick<Parameters<typeof estimateOf>[1], 'region' | 'prices'>;

const estimate = (
  resources: Readonly<Record<string, KubernetesObject>>,
  where: Where,
  observed: Parameters<typeof estimateOf>[1]['observed'] = {},
) => estimateOf(resources, { cards: goldenPath.cards, observed, ...where });

function desired(given: Given): Record<string, KubernetesObject> {
  return Object.fromEntries(Object.entries(expand(stepRequest(given)).desired).map(([key, { object }]) => [key, object]));
}

const claimIn = (tier: 'dev' | 'staging' | 'prod', given: Given = {}) =>
  desired({ environment: tier, environments: [environmentConfig(tier, { tier, ...everything })], ...given });

const managed = (group: string, kind: string, forProvider: Record<string, unknown>): KubernetesObject => ({
  apiVersion: `${group}.aws.m.upbound.io/v1beta1`,
  kind,
  spec: { forProvider },
});
const instance = (forProvider: Record<string, unknown>) =>
  managed('rds', 'Instance', {
    region,
    engine: 'postgres',
    instanceClass: 'db.m7g.large',
    storageType: 'gp3',
    allocatedStorage: 100,
    ...forProvider,
  });
const pods = (kind: string, resources: unknown, spec: Record<string, unknown> = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind,
  spec: { template: { spec: { containers: [{ name: 'app', resources }] } }, ...spec },
});
const unpriced = (object: unknown, given: Where = { region }) => {
  const { drivers, ...rest } = estimate({ it: object as KubernetesObject }, given);
  return { drivers: drivers.map(({ what }) => what), unpriced: rest.unpriced.map(({ what }) => what) };
};

test.each([
  ['13.37', { drivers: ['pod'], byUse: [], unpriced: [] }],
  ['13.37', { drivers: ['pod'], byUse: ['requests'], unpriced: [] }],
  ['13.37+unknown', { drivers: ['pod'], byUse: ['requests'], unpriced: ['node'] }],
  ['usage', { drivers: [], byUse: ['requests'], unpriced: [] }],
  ['unknown', { drivers: [], byUse: ['requests'], unpriced: ['node'] }],
  ['0.00', { drivers: [], byUse: [], unpriced: [] }],
])('an estimate is %s in a word', (word, { drivers, byUse, unpriced }) => {
  const remark = (what: string) => ({ resource: 'it', what });
  const sum = drivers.length * 13.37;
  expect(
    summaryOf({
      monthlyUSD: sum,
      drivers: drivers.map((what) => ({ ...remark(what), monthlyUSD: sum })),
      byUse: byUse.map(remark),
      unpriced: unpriced.map(remark),
    }),
  ).toBe(word);
});

describe('AppDatabase', () => {
  test('in dev is a container', () => {
    expect(estimate(claimIn('dev'), { region })).toEqual({
      monthlyUSD: 3.77,
      drivers: [
        { resource: 'server', what: '0.1 vCPU at the Fargate rate', monthlyUSD: 2.96 },
        { resource: 'server', what: '0.25 GiB of memory at the Fargate rate', monthlyUSD: 0.81 },
      ],
      byUse: [],
      unpriced: [],
    });
  });

  test('in a dev that has no AWS region costs as much as where the default is, and says so', () => {
    const environment = environmentConfig('dev', { tier: 'dev', ...everything, defaults: { AppDatabase: { persistence: 'Persistent' } } });
    expect(estimate(claimIn('dev', { environments: [environment] }), { region: undefined })).toEqual({
      monthlyUSD: 5.37,
      drivers: [
        { resource: 'server', what: '0.1 vCPU at the Fargate rate, as in us-east-1', monthlyUSD: 2.96 },
        { resource: 'server', what: '20 GiB volume, as in us-east-1', monthlyUSD: 1.6 },
        { resource: 'server', what: '0.25 GiB of memory at the Fargate rate, as in us-east-1', monthlyUSD: 0.81 },
      ],
      byUse: [],
      unpriced: [],
    });
  });

  test('in staging costs nothing of its own, and says what it shares', () => {
    expect(estimate(claimIn('staging'), { region })).toEqual({
      monthlyUSD: 0,
      drivers: [],
      byUse: [{ resource: 'database', what: 'its part of the server that claims share' }],
      unpriced: [],
    });
  });

  test('in prod is a Multi-AZ instance with its storage', () => {
    const given: Given = { spec: { extensions: ['pgcrypto'] } };
    const environments = [environmentConfig('prod', { tier: 'prod', ...everything })];
    const then = (observed: Given['observed'] = {}) =>
      observedAfter(expand(stepRequest({ environment: 'prod', environments, ...given, observed })), {
        instance: instanceDetails,
        login: loginDetails,
      });
    const resources = claimIn('prod', { ...given, observed: then(then(then())) });
    expect(Object.keys(resources)).toEqual(
      expect.arrayContaining(['binding', 'instance', 'protection', 'security-group', 'own-database', 'sql-8d9001d3', 'extension-pgcrypto']),
    );
    expect(estimate(resources, { region })).toEqual({
      monthlyUSD: 297.26,
      drivers: [
        { resource: 'instance', what: 'db.m7g.large, Multi-AZ', monthlyUSD: 271.56 },
        { resource: 'instance', what: '100 GiB of gp3, Multi-AZ', monthlyUSD: 25.4 },
        ...['connections', 'cpu', 'free-storage'].map((about) => ({ resource: `alarm-${about}`, what: 'alarm', monthlyUSD: 0.1 })),
      ],
      byUse: [
        { resource: 'instance', what: 'backups beyond 100 GiB: 0.095 USD per GiB and month' },
        { resource: 'instance', what: 'storage grown beyond 100 GiB, to 200 GiB at most: 0.254 USD per GiB and month' },
      ],
      unpriced: [],
    });
  });

  test.each([
    ['small', 'db.t4g.medium, Multi-AZ', 100.74],
    ['medium', 'db.m7g.large, Multi-AZ', 271.56],
    ['large', 'db.r7g.xlarge, Multi-AZ', 782.56],
    ['xlarge', 'db.r7g.4xlarge, Multi-AZ', 3128.78],
  ])('of size %s in prod: %s', (size, what, monthlyUSD) => {
    const { drivers, unpriced } = estimate(claimIn('prod', { spec: { size } }), { region });
    expect({ drivers: drivers.slice(0, 1), unpriced }).toEqual({ drivers: [{ resource: 'instance', what, monthlyUSD }], unpriced: [] });
  });

  test('of 500 GiB has all its IOPS and throughput included', () => {
    expect(unpriced(claimIn('prod', { spec: { storageGiB: 500 } })['instance'])).toEqual({
      drivers: ['db.m7g.large, Multi-AZ', '500 GiB of gp3, Multi-AZ'],
      unpriced: [],
    });
  });
});

describe('a price', () => {
  test('of the environment replaces the one listed', () => {
    const { monthlyUSD, drivers } = estimate({ it: instance({}) }, { region, prices: { 'rds/db.m7g.large': 0.1, 'rds/gp3-gib-month': 0 } });
    expect({ monthlyUSD, drivers }).toEqual({
      monthlyUSD: 73,
      drivers: [
        { resource: 'it', what: 'db.m7g.large', monthlyUSD: 73 },
        { resource: 'it', what: '100 GiB of gp3', monthlyUSD: 0 },
      ],
    });
  });

  test('of the environment adds to the list, and is asked for where it is missing', () => {
    const resources = { it: instance({ instanceClass: 'db.z1d.large', multiAz: true }) };
    expect(estimate(resources, { region }).unpriced).toEqual([
      {
        resource: 'it',
        what: 'db.z1d.large, Multi-AZ in eu-west-1: no price "rds/db.z1d.large", want it in data.prices of the EnvironmentConfig',
      },
    ]);
    expect(estimate(resources, { region, prices: { 'rds/db.z1d.large': 0.5 } })).toEqual({
      monthlyUSD: 755.4,
      drivers: [
        { resource: 'it', what: 'db.z1d.large, Multi-AZ', monthlyUSD: 730 },
        { resource: 'it', what: '100 GiB of gp3, Multi-AZ', monthlyUSD: 25.4 },
      ],
      byUse: [{ resource: 'it', what: 'backups beyond 100 GiB: 0.095 USD per GiB and month' }],
      unpriced: [],
    });
  });

  test('of the environment holds in its region only, since an instance stays where it was made', () => {
    const { drivers } = estimate({ it: instance({ region: 'eu-central-1' }) }, { region, prices: { 'rds/db.m7g.large': 100 } });
    expect(drivers[0]).toEqual({ resource: 'it', what: 'db.m7g.large', monthlyUSD: 146 });
    expect(unpriced(instance({ region: 'eu-south-1' }))).toEqual({
      drivers: [],
      unpriced: [
        '100 GiB of gp3 in eu-south-1: no price "rds/gp3-gib-month", want it in data.prices of an EnvironmentConfig of that region',
        'db.m7g.large in eu-south-1: no price "rds/db.m7g.large", want it in data.prices of an EnvironmentConfig of that region',
      ],
    });
  });

  test('of a region without a list is missing, for containers too', () => {
    expect(unpriced(pods('Deployment', { requests: { cpu: '1', memory: '1Gi' } }), { region: 'eu-south-1' })).toEqual({
      drivers: [],
      unpriced: [
        '1 GiB of memory at the Fargate rate in eu-south-1: no price "compute/gib-hour", want it in data.prices of the EnvironmentConfig',
        '1 vCPU at the Fargate rate in eu-south-1: no price "compute/vcpu-hour", want it in data.prices of the EnvironmentConfig',
      ],
    });
  });

  test('that a list lacks is estimated from the list of another region, as much dearer as anything there is, and says so', () => {
    const cache = managed('elasticache', 'ReplicationGroup', { engine: 'valkey', nodeType: 'cache.m7g.large', numCacheClusters: 2 });
    const queue = managed('sqs', 'Queue', { fifoQueue: true });
    const dearer = 0.268 / 0.239;
    const [node, million] = [0.1264, 0.5].map((usd) => Number((usd * dearer).toPrecision(3)));
    expect([node, million]).toEqual([0.142, 0.561]);
    expect(estimate({ cache, queue }, { region })).toEqual({
      monthlyUSD: 207.32,
      drivers: [{ resource: 'cache', what: '2 × cache.m7g.large, estimated from us-east-1', monthlyUSD: 207.32 }],
      byUse: [{ resource: 'queue', what: 'SQS FIFO requests: 0.561 USD per million requests, estimated from us-east-1' }],
      unpriced: [],
    });
    expect(estimate({ cache }, { region, prices: { 'elasticache/cache.m7g.large': 0.1 } }).drivers).toEqual([
      { resource: 'cache', what: '2 × cache.m7g.large', monthlyUSD: 146 },
    ]);
  });

  test('that only use could tell is no price that is missing, and its rate is asked for', () => {
    expect(estimate({ bucket: managed('s3', 'Bucket', {}) }, { region: 'eu-south-1' })).toEqual({
      monthlyUSD: 0,
      drivers: [],
      byUse: [
        ['S3 Standard storage', 's3/standard-gib-month'],
        ['S3 reads', 's3/thousand-reads'],
        ['S3 writes and lists', 's3/thousand-writes'],
      ].map(([use, id]) => ({
        resource: 'bucket',
        what: `${use} in eu-south-1: no price "${id}", want it in data.prices of the EnvironmentConfig`,
      })),
      unpriced: [],
    });
  });

  test('of a kind, which an environment gives, is that of what nothing else tells the price of', () => {
    const topic = managed('sns', 'Topic', {});
    const odd = instance({ engine: 'mysql' });
    const prices = { 'sns.aws.m.upbound.io/Topic-month': 2, 'rds.aws.m.upbound.io/Instance-month': 300 };
    expect(estimate({ topic, odd, usual: instance({}) }, { region, prices })).toEqual({
      monthlyUSD: 450.48,
      drivers: [
        { resource: 'odd', what: 'rds.aws.m.upbound.io/Instance', monthlyUSD: 300 },
        { resource: 'usual', what: 'db.m7g.large', monthlyUSD: 135.78 },
        { resource: 'usual', what: '100 GiB of gp3', monthlyUSD: 12.7 },
        { resource: 'topic', what: 'sns.aws.m.upbound.io/Topic', monthlyUSD: 2 },
      ],
      byUse: [{ resource: 'usual', what: 'backups beyond 100 GiB: 0.095 USD per GiB and month' }],
      unpriced: [],
    });
  });

  test('is known of every size of every API in the regions of the example environments', () => {
    const isDecided = ({ backends }: (typeof apis)[number]) =>
      Object.values(backends)
        .flatMap(({ composes }) => Object.values(composes).flatMap(undecidedOf))
        .every(({ fact }) => fact !== 'price');
    const unknown = Object.entries(environments).flatMap(([name, data]) =>
      apis
        .filter((api) => api.place === 'environment' && isDecided(api))
        .flatMap(({ kind, sizes = [undefined], example }) =>
          sizes.flatMap((size) => {
            const given = { environment: name, kind, spec: { ...example.spec, ...(size !== undefined && { size }) } };
            const { unpriced: rest, byUse } = estimate(desired(given), { region: stringAt(data, 'aws', 'region') });
            return [...rest, ...byUse.filter(({ what }) => what.includes('no price'))].map(
              ({ what }) => `${name} ${kind} ${size}: ${what}`,
            );
          }),
        ),
    );
    expect(unknown).toEqual([]);
  });

  test('needs a region', () => {
    expect(unpriced(managed('kms', 'Key', {}), { region: undefined })).toEqual({
      drivers: [],
      unpriced: ['key: no price "kms/key-month", want it in data.prices, or data.aws.region, of the EnvironmentConfig'],
    });
  });
});

describe('gp3', () => {
  test.each([
    [100, 3_000, 125, []],
    [100, 4_000, 225, ['100 MiB/s above the included 125: 8.8', '1000 IOPS above the included 3000: 22']],
    [400, 12_000, 500, []],
    [400, 14_000, 1_000, ['500 MiB/s above the included 500: 44', '2000 IOPS above the included 12000: 44']],
  ])('of %d GiB with %d IOPS and %d MiB/s', (allocatedStorage, iops, storageThroughput, expected) => {
    const { drivers } = estimate({ it: instance({ allocatedStorage, iops, storageThroughput }) }, { region });
    const above = drivers.filter(({ what }) => what.includes('above')).map(({ what, monthlyUSD }) => `${what}: ${monthlyUSD}`);
    expect(above.sort()).toEqual([...expected].sort());
  });

  test('that has grown by itself past the step is not charged for what the real size includes', () => {
    const grown = instance({ allocatedStorage: 250, iops: 12_000, storageThroughput: 500 });
    const running = { it: { object: { ...grown, status: { atProvider: { allocatedStorage: 420 } } }, connectionDetails: {} } };
    expect(estimate({ it: grown }, { region }, running).drivers.map(({ what }) => what)).toEqual(['db.m7g.large', '250 GiB of gp3']);
    expect(estimate({ it: grown }, { region }).drivers.map(({ what }) => what)).toContain('9000 IOPS above the included 3000');
  });

  test('costs twice as much Multi-AZ', () => {
    const { drivers } = estimate({ it: instance({ multiAz: true, iops: 4_000 }) }, { region });
    expect(drivers.slice(1)).toEqual([
      { resource: 'it', what: '1000 IOPS above the included 3000, Multi-AZ', monthlyUSD: 44 },
      { resource: 'it', what: '100 GiB of gp3, Multi-AZ', monthlyUSD: 25.4 },
    ]);
  });
});

test('every priced kind, the highest cost first', () => {
  const container = { requests: { cpu: '250m' }, limits: { cpu: '1', memory: '512Mi' } };
  const sidecar = { name: 'proxy', restartPolicy: 'Always', resources: { requests: { cpu: '50m', memory: '512Mi' } } };
  const first = { name: 'migrate', resources: {} };
  const resources = {
    cache: managed('elasticache', 'ReplicationGroup', { engine: 'valkey', nodeType: 'cache.t4g.small', numCacheClusters: 2 }),
    sharded: managed('elasticache', 'ReplicationGroup', {
      engine: 'valkey',
      nodeType: 'cache.t4g.micro',
      numNodeGroups: 2,
      replicasPerNodeGroup: 1,
    }),
    app: pods('Deployment', container, {
      replicas: 2,
      template: { spec: { containers: [{ name: 'app', resources: container }], initContainers: [first, sidecar] } },
    }),
    files: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      spec: { resources: { requests: { storage: '10Gi' } } },
    },
    bucket: managed('s3', 'Bucket', {}),
    queue: managed('sqs', 'Queue', {}),
    fifo: managed('sqs', 'Queue', { fifoQueue: true }),
    key: managed('kms', 'Key', {}),
    secret: managed('secretsmanager', 'Secret', { replica: [{ region: 'us-west-2' }] }),
    service: { apiVersion: 'v1', kind: 'Service', spec: { clusterIP: 'None' } },
  };
  expect(estimate(resources, { region: 'us-east-1' })).toEqual({
    monthlyUSD: 101.58,
    drivers: [
      { resource: 'sharded', what: '4 × cache.t4g.micro', monthlyUSD: 37.38 },
      { resource: 'cache', what: '2 × cache.t4g.small', monthlyUSD: 37.38 },
      { resource: 'app', what: '2 × 0.3 vCPU at the Fargate rate', monthlyUSD: 17.73 },
      { resource: 'app', what: '2 × 1 GiB of memory at the Fargate rate', monthlyUSD: 6.49 },
      { resource: 'key', what: 'key', monthlyUSD: 1 },
      { resource: 'files', what: '10 GiB volume', monthlyUSD: 0.8 },
      { resource: 'secret', what: 'secret in 2 regions', monthlyUSD: 0.8 },
    ].sort((a, b) => b.monthlyUSD - a.monthlyUSD || (a.resource < b.resource ? -1 : 1)),
    byUse: [
      { resource: 'bucket', what: 'S3 Standard storage: 0.023 USD per GiB and month' },
      { resource: 'bucket', what: 'S3 reads: 0.0004 USD per 1000 requests' },
      { resource: 'bucket', what: 'S3 writes and lists: 0.005 USD per 1000 requests' },
      { resource: 'fifo', what: 'SQS FIFO requests: 0.5 USD per million requests' },
      { resource: 'queue', what: 'SQS requests: 0.4 USD per million requests' },
    ],
    unpriced: [],
  });
});

test('every kind that an API composes is priced or known to be free', () => {
  const composed = apis.flatMap(({ backends }) => Object.values(backends).flatMap(({ composes }) => Object.values(composes)));
  expect(composed.filter(({ price }) => price === 'unknown')).toEqual([]);
});

describe('never silently free:', () => {
  const kindWithoutPrice = (name: string) =>
    `${name} in eu-west-1: no price "${name}-month", want it in data.prices of the EnvironmentConfig`;

  test.each<[string, unknown, readonly string[]]>([
    ['an AWS kind that is not known', managed('ec2', 'Instance', {}), [kindWithoutPrice('ec2.aws.m.upbound.io/Instance')]],
    ['any other kind', { apiVersion: 'apps/v1', kind: 'DaemonSet' }, [kindWithoutPrice('apps/DaemonSet')]],
    ['an inherited key', { apiVersion: 'v1', kind: 'constructor' }, [kindWithoutPrice('constructor')]],
    ['no kind', {}, [kindWithoutPrice('?')]],
    ['null', null, [kindWithoutPrice('?')]],
    [
      'a load balancer',
      { apiVersion: 'v1', kind: 'Service', spec: { type: 'LoadBalancer' } },
      ['spec.type: got "LoadBalancer", want one of ClusterIP, NodePort, ExternalName'],
    ],
    ['another engine', instance({ engine: 'mysql' }), ['spec.forProvider.engine: got "mysql", want postgres']],
    [
      'another cache engine',
      managed('elasticache', 'ReplicationGroup', { engine: 'redis' }),
      ['spec.forProvider.engine: got "redis", want valkey'],
    ],
    [
      'a node type that is none',
      managed('elasticache', 'ReplicationGroup', { engine: 'valkey', nodeType: 'gp3' }),
      ['spec.forProvider.nodeType: got "gp3", want a node type such as cache.t4g.small'],
    ],
    [
      'no number of nodes',
      managed('elasticache', 'ReplicationGroup', {
        engine: 'valkey',
        nodeType: 'cache.t4g.small',
        numNodeGroups: 2,
        replicasPerNodeGroup: 'two',
      }),
      ['spec.forProvider.numCacheClusters: missing, want a number of nodes'],
    ],
    ['odd replicas of a secret', managed('secretsmanager', 'Secret', { replica: 2 }), ['spec.forProvider.replica: got 2, want a list']],
    ['odd volumes', pods('StatefulSet', {}, { volumeClaimTemplates: 'x' }), ['spec.volumeClaimTemplates: got "x", want a list']],
    ['an odd queue', managed('sqs', 'Queue', { fifoQueue: 'yes' }), ['spec.forProvider.fifoQueue: got "yes", want boolean']],
    [
      'a volume without a size',
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
      ['spec.resources.requests.storage: missing, want a quantity such as 20Gi'],
    ],
    ['no containers', pods('Deployment', {}, { template: {} }), ['spec.template.spec.containers: missing, want containers']],
    ['odd replicas', pods('Deployment', {}, { replicas: -1 }), ['spec.replicas: got -1, want a number of pods']],
    [
      'containers that request nothing',
      pods('StatefulSet', { requests: { cpu: 'much' } }, { volumeClaimTemplates: [{}] }),
      [
        'container "app": resources.requests.cpu: got "much", want a quantity such as 500m or 1Gi',
        'container "app": resources.requests.memory: missing, want a quantity such as 500m or 1Gi',
        'spec.volumeClaimTemplates: spec.resources.requests.storage: missing, want a quantity such as 20Gi',
      ],
    ],
  ])('%s', (_, object, expected) => {
    expect(unpriced(object)).toEqual({ drivers: [], unpriced: expected });
  });

  test.each<[string, Record<string, unknown>, readonly string[], readonly string[]]>([
    [
      'no instance class',
      { instanceClass: undefined },
      ['100 GiB of gp3'],
      ['spec.forProvider.instanceClass: missing, want an instance class such as db.m7g.large'],
    ],
    [
      'an instance class that is the id of something else',
      { instanceClass: 'gp3-gib-month' },
      ['100 GiB of gp3'],
      ['spec.forProvider.instanceClass: got "gp3-gib-month", want an instance class such as db.m7g.large'],
    ],
    ['another kind of storage', { storageType: 'io2' }, ['db.m7g.large'], ['spec.forProvider.storageType: got "io2", want gp3']],
    ['no size', { allocatedStorage: '100' }, ['db.m7g.large'], ['spec.forProvider.allocatedStorage: got "100", want a number of GiB']],
    ['odd IOPS', { iops: 'many' }, ['db.m7g.large', '100 GiB of gp3'], ['spec.forProvider.iops: got "many", want a number of IOPS']],
    ['odd zones', { multiAz: 'yes' }, [], ['spec.forProvider.multiAz: got "yes", want boolean']],
    [
      'a size that nobody means',
      { allocatedStorage: 1e300 },
      ['db.m7g.large'],
      ['1e+300 GiB of gp3: got 1.27e+299 USD, want 0 to 1000000000'],
    ],
  ])('an instance with %s', (_, forProvider, drivers, expected) => {
    expect(unpriced(instance(forProvider))).toEqual({ drivers, unpriced: expected });
  });
});

describe('whatever it is given', () => {
  const kind = fc.oneof(
    fc.constantFrom(...kinds).map(({ apiVersion, kind: name }) => ({ apiVersion, kind: name })),
    fc.record({ apiVersion: fc.jsonValue(), kind: fc.jsonValue() }, { requiredKeys: [] }),
  );
  const value = fc.oneof(
    fc.jsonValue(),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constantFrom('postgres', 'valkey', 'gp3', 'db.m7g.large', 'cache.t4g.small', '250m', '4Gi', 'eu-west-1', '__proto__'),
  );
  const record = (...keys: readonly string[]) => fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] });
  const container = fc.record({
    name: value,
    resources: fc.record({ requests: record('cpu', 'memory'), limits: record('cpu', 'memory') }),
  });
  const template = fc.record({
    spec: fc.record({ containers: fc.oneof(value, fc.array(container)), initContainers: fc.array(container) }),
  });
  const forProvider = record(
    ...[
      'region',
      'engine',
      'instanceClass',
      'multiAz',
      'storageType',
      'allocatedStorage',
      'maxAllocatedStorage',
      'iops',
      'storageThroughput',
    ],
    ...['nodeType', 'numCacheClusters', 'numNodeGroups', 'replicasPerNodeGroup', 'fifoQueue', 'replica', 'backupRetentionPeriod'],
  );
  const spec = fc.record(
    { forProvider, template, replicas: value, type: value, volumeClaimTemplates: value, resources: value },
    { requiredKeys: [] },
  );
  const object = fc.oneof(
    fc.tuple(kind, fc.oneof(spec, value)).map(([meta, specified]) => ({ ...meta, spec: specified }) as unknown as KubernetesObject),
    fc.jsonValue().map((odd) => odd as unknown as KubernetesObject),
  );
  const resources = fc.dictionary(fc.string(), object, { maxKeys: 8 });
  const given = fc.record({
    region: fc.option(fc.constantFrom('us-east-1', 'eu-west-1', 'eu-central-1', 'mars-1'), { nil: undefined }),
    prices: fc.option(
      fc.dictionary(fc.constantFrom('rds/db.m7g.large', 'compute/vcpu-hour', 'kms/key-month'), fc.double({ min: 0, noNaN: true })),
      {
        nil: undefined,
      },
    ),
  });

  test('the sum is finite, not negative and that of the drivers, and no resource is passed over', () => {
    fc.assert(
      fc.property(resources, given, (some, where) => {
        const { monthlyUSD, drivers, byUse, unpriced: rest } = estimate(some, where);
        expect(Number.isFinite(monthlyUSD) && monthlyUSD >= 0).toBe(true);
        expect(monthlyUSD).toBeCloseTo(
          drivers.reduce((sum, driver) => sum + driver.monthlyUSD, 0),
          2,
        );
        const mentioned = new Set([...drivers, ...byUse, ...rest].map(({ resource }) => resource));
        const passedOver = Object.entries(some).filter(([key]) => !mentioned.has(key));
        const priced = passedOver.map(([, it]) => goldenPath.cards.get(groupKind(it))?.price);
        expect(
          priced.filter((price) => price === undefined || (typeof price === 'object' && 'items' in price && price !== service.price)),
        ).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('the order of the resources changes nothing', () => {
    fc.assert(
      fc.property(resources, given, (some, where) => {
        expect(estimate(Object.fromEntries(Object.entries(some).reverse()), where)).toEqual(estimate(some, where));
      }),
    );
  });
});
