import { at, numberAt } from '../core/kubernetes.ts';
import { shown } from '../core/problem.ts';
import { type PriceId, priceId } from './prices.ts';
import { parseQuantity } from './quantity.ts';

/** 365 days of 24 hours, over 12 months: what AWS reckons with. */
const hoursPerMonth = 730;

/** One thing that an object is charged for. */
export type Item =
  /** A cost that stands whatever the use: so many of the price's units a month. */
  | { readonly charge: string; readonly price: PriceId; readonly units: number }
  /** A cost that only use can tell; `factor` is how many of the price's units one `per` is. */
  | { readonly use: string; readonly price: PriceId; readonly per: string; readonly factor: number }
  /** What claims use together, so that no one of them is charged for it. */
  | { readonly shared: string }
  /** What cannot be priced, and why. */
  | { readonly unpriced: string };

export interface PricedKind {
  /** Where its price is found: the region that the object names, or that of the cluster. */
  readonly priced: 'in its region' | 'in the cluster';
  readonly items: (object: unknown) => readonly Item[];
}

const gib = 2 ** 30;

/** An amount that a person may read: 0.1 + 0.2 is 0.3. */
export const plain = (amount: number) => String(Number(amount.toPrecision(12)));

const got = (field: string, value: unknown, want: string): Item => ({
  unpriced: value === undefined ? `${field}: missing, want ${want}` : `${field}: got ${shown(value)}, want ${want}`,
});

function countAt(object: unknown, field: string): number | undefined {
  const found = numberAt(object, field);
  return found !== undefined && Number.isInteger(found) && found >= 0 ? found : undefined;
}

const isPriceId = (id: string): id is PriceId => priceId.safeParse(id).success;

/** The price id of an instance class or node type, if it is one; an environment can give a price for any that is. */
function typeId(service: 'rds' | 'elasticache', prefix: 'db.' | 'cache.', type: unknown): PriceId | undefined {
  const id = typeof type === 'string' && type.startsWith(prefix) ? `${service}/${type}` : '';
  return isPriceId(id) ? id : undefined;
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** From this size on a gp3 volume of a PostgreSQL instance includes more; https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html */
const gp3StepGiB = 400;
const gp3Included = { below: { iops: 3_000, mibps: 125 }, above: { iops: 12_000, mibps: 500 } };

function rdsStorage(provider: unknown, copies: number, suffix: string): readonly Item[] {
  const type = at(provider, 'storageType');
  if (type !== 'gp3') return [got('spec.forProvider.storageType', type, 'gp3')];
  const size = countAt(provider, 'allocatedStorage');
  if (size === undefined) return [got('spec.forProvider.allocatedStorage', at(provider, 'allocatedStorage'), 'a number of GiB')];
  const included = size < gp3StepGiB ? gp3Included.below : gp3Included.above;
  const above = (field: string, unit: string, free: number, price: PriceId): readonly Item[] => {
    const value = at(provider, field);
    if (value === undefined) return [];
    const wanted = countAt(provider, field);
    if (wanted === undefined) return [got(`spec.forProvider.${field}`, value, `a number of ${unit}`)];
    return wanted <= free
      ? []
      : [{ charge: `${wanted - free} ${unit} above the included ${free}${suffix}`, price, units: (wanted - free) * copies }];
  };
  const most = countAt(provider, 'maxAllocatedStorage') ?? size;
  return [
    { charge: `${size} GiB of gp3${suffix}`, price: 'rds/gp3-gib-month', units: size * copies },
    ...above('iops', 'IOPS', included.iops, 'rds/gp3-iops-month'),
    ...above('storageThroughput', 'MiB/s', included.mibps, 'rds/gp3-mibps-month'),
    ...(most <= size
      ? []
      : [
          {
            use: `storage grown beyond ${size} GiB, to ${most} GiB at most`,
            price: 'rds/gp3-gib-month',
            per: 'GiB and month',
            factor: copies,
          } as const,
        ]),
    ...(at(provider, 'backupRetentionPeriod') === 0
      ? []
      : [{ use: `backups beyond ${size} GiB`, price: 'rds/backup-gib-month', per: 'GiB and month', factor: 1 } as const]),
  ];
}

function rdsInstance(object: unknown): readonly Item[] {
  const provider = at(object, 'spec', 'forProvider');
  const engine = at(provider, 'engine');
  if (engine !== 'postgres') return [got('spec.forProvider.engine', engine, 'postgres')];
  const multiAz = at(provider, 'multiAz') ?? false;
  if (typeof multiAz !== 'boolean') return [got('spec.forProvider.multiAz', multiAz, 'boolean')];
  const copies = multiAz ? 2 : 1;
  const suffix = multiAz ? ', Multi-AZ' : '';
  const instanceClass = at(provider, 'instanceClass');
  const price = typeId('rds', 'db.', instanceClass);
  return [
    price === undefined
      ? got('spec.forProvider.instanceClass', instanceClass, 'an instance class such as db.m7g.large')
      : { charge: `${instanceClass}${suffix}`, price, units: hoursPerMonth * copies },
    ...rdsStorage(provider, copies, suffix),
  ];
}

function replicationGroup(object: unknown): readonly Item[] {
  const provider = at(object, 'spec', 'forProvider');
  const engine = at(provider, 'engine');
  if (engine !== 'valkey') return [got('spec.forProvider.engine', engine, 'valkey')];
  const nodeType = at(provider, 'nodeType');
  const price = typeId('elasticache', 'cache.', nodeType);
  if (price === undefined) return [got('spec.forProvider.nodeType', nodeType, 'a node type such as cache.t4g.small')];
  const shards = countAt(provider, 'numNodeGroups');
  const replicas = at(provider, 'replicasPerNodeGroup') === undefined ? 0 : countAt(provider, 'replicasPerNodeGroup');
  const nodes =
    countAt(provider, 'numCacheClusters') ?? (shards === undefined || replicas === undefined ? undefined : shards * (1 + replicas));
  if (nodes === undefined) return [got('spec.forProvider.numCacheClusters', at(provider, 'numCacheClusters'), 'a number of nodes')];
  return [{ charge: `${nodes} × ${nodeType}`, price, units: hoursPerMonth * nodes }];
}

const bucket: readonly Item[] = [
  { use: 'S3 Standard storage', price: 's3/standard-gib-month', per: 'GiB and month', factor: 1 },
  { use: 'S3 writes and lists', price: 's3/thousand-writes', per: '1000 requests', factor: 1 },
  { use: 'S3 reads', price: 's3/thousand-reads', per: '1000 requests', factor: 1 },
];

function queue(object: unknown): readonly Item[] {
  const fifo = at(object, 'spec', 'forProvider', 'fifoQueue') ?? false;
  if (typeof fifo !== 'boolean') return [got('spec.forProvider.fifoQueue', fifo, 'boolean')];
  return [
    fifo
      ? { use: 'SQS FIFO requests', price: 'sqs/fifo-million-requests', per: 'million requests', factor: 1 }
      : { use: 'SQS requests', price: 'sqs/standard-million-requests', per: 'million requests', factor: 1 },
  ];
}

/** A secret is charged in each region that it is replicated to. */
function secret(object: unknown): readonly Item[] {
  const replicas = at(object, 'spec', 'forProvider', 'replica') ?? [];
  if (!Array.isArray(replicas)) return [got('spec.forProvider.replica', replicas, 'a list')];
  const regions = 1 + replicas.length;
  return [{ charge: regions === 1 ? 'secret' : `secret in ${regions} regions`, price: 'secretsmanager/secret-month', units: regions }];
}

const times = (count: number) => (count === 1 ? '' : `${count} × `);

function volume(claim: unknown, path: string, count: number): Item {
  const storage = at(claim, 'spec', 'resources', 'requests', 'storage');
  const bytes = parseQuantity(storage);
  if (bytes === undefined) return got(`${path}spec.resources.requests.storage`, storage, 'a quantity such as 20Gi');
  return { charge: `${times(count)}${plain(bytes / gib)} GiB volume`, price: 'ebs/gp3-gib-month', units: (bytes / gib) * count };
}

/** The scheduler sets aside what the containers request, and their limit where they request nothing. Sidecars run all the time too. */
function pods(object: unknown): readonly Item[] {
  const said = at(object, 'spec', 'replicas');
  const replicas = said === undefined ? 1 : countAt(at(object, 'spec'), 'replicas');
  if (replicas === undefined) return [got('spec.replicas', said, 'a number of pods')];
  const templates = at(object, 'spec', 'volumeClaimTemplates') ?? [];
  if (!Array.isArray(templates)) return [got('spec.volumeClaimTemplates', templates, 'a list')];
  const pod = at(object, 'spec', 'template', 'spec');
  const containers = [
    ...list(at(pod, 'initContainers')).filter((container) => at(container, 'restartPolicy') === 'Always'),
    ...list(at(pod, 'containers')),
  ];
  if (containers.length === 0) return [got('spec.template.spec.containers', at(pod, 'containers'), 'containers')];
  const requested = (resource: 'cpu' | 'memory', price: PriceId, unit: number, name: string): readonly Item[] => {
    const amounts = containers.map((container) => {
      const request = at(container, 'resources', 'requests', resource) ?? at(container, 'resources', 'limits', resource);
      return { container, request, amount: parseQuantity(request) };
    });
    const bad = amounts.flatMap(({ container, request, amount }) =>
      amount === undefined
        ? [got(`container ${shown(at(container, 'name'))}: resources.requests.${resource}`, request, 'a quantity such as 500m or 1Gi')]
        : [],
    );
    if (bad.length > 0) return bad;
    const units = amounts.reduce((sum, { amount }) => sum + (amount ?? 0), 0) / unit;
    return [{ charge: `${times(replicas)}${plain(units)} ${name} at the Fargate rate`, price, units: units * replicas * hoursPerMonth }];
  };
  return [
    ...requested('cpu', 'compute/vcpu-hour', 1, 'vCPU'),
    ...requested('memory', 'compute/gib-hour', gib, 'GiB of memory'),
    ...templates.map((template) => volume(template, 'spec.volumeClaimTemplates: ', replicas)),
  ];
}

/** Whatever the cluster makes for it, a load balancer is charged by the hour and by use. */
function service(object: unknown): readonly Item[] {
  const type = at(object, 'spec', 'type') ?? 'ClusterIP';
  return type === 'ClusterIP' || type === 'NodePort' || type === 'ExternalName'
    ? []
    : [got('spec.type', type, 'one of ClusterIP, NodePort, ExternalName')];
}

/** By `<group> <Kind>`, or `v1 <Kind>` in the core group. */
export const pricedKinds: ReadonlyMap<string, PricedKind> = new Map([
  ['apps Deployment', { priced: 'in the cluster', items: pods }],
  ['apps StatefulSet', { priced: 'in the cluster', items: pods }],
  ['elasticache.aws.m.upbound.io ReplicationGroup', { priced: 'in its region', items: replicationGroup }],
  ['kms.aws.m.upbound.io Key', { priced: 'in its region', items: () => [{ charge: 'key', price: 'kms/key-month', units: 1 }] }],
  [
    'postgresql.sql.m.crossplane.io Database',
    { priced: 'in the cluster', items: () => [{ shared: 'its part of the server that claims share' }] },
  ],
  ['rds.aws.m.upbound.io Instance', { priced: 'in its region', items: rdsInstance }],
  ['s3.aws.m.upbound.io Bucket', { priced: 'in its region', items: () => bucket }],
  ['secretsmanager.aws.m.upbound.io Secret', { priced: 'in its region', items: secret }],
  ['sqs.aws.m.upbound.io Queue', { priced: 'in its region', items: queue }],
  ['v1 PersistentVolumeClaim', { priced: 'in the cluster', items: (object) => [volume(object, '', 1)] }],
  ['v1 Service', { priced: 'in the cluster', items: service }],
]);

/** Kinds that cost nothing of their own. A kind that is in neither list is reported, not taken for free. */
export const freeKinds: ReadonlySet<string> = new Set([
  'ec2.aws.m.upbound.io SecurityGroup',
  'ec2.aws.m.upbound.io SecurityGroupEgressRule',
  'ec2.aws.m.upbound.io SecurityGroupIngressRule',
  'ec2.aws.m.upbound.io SecurityGroupRule',
  'eks.aws.m.upbound.io PodIdentityAssociation',
  'elasticache.aws.m.upbound.io ParameterGroup',
  'elasticache.aws.m.upbound.io SubnetGroup',
  'elasticache.aws.m.upbound.io User',
  'elasticache.aws.m.upbound.io UserGroup',
  'gateway.networking.k8s.io HTTPRoute',
  'iam.aws.m.upbound.io Policy',
  'iam.aws.m.upbound.io Role',
  'iam.aws.m.upbound.io RolePolicy',
  'iam.aws.m.upbound.io RolePolicyAttachment',
  'kms.aws.m.upbound.io Alias',
  'monitoring.coreos.com PodMonitor',
  'monitoring.coreos.com PrometheusRule',
  'monitoring.coreos.com ServiceMonitor',
  'networking.k8s.io NetworkPolicy',
  'policy PodDisruptionBudget',
  'postgresql.sql.m.crossplane.io DefaultPrivileges',
  'postgresql.sql.m.crossplane.io Extension',
  'postgresql.sql.m.crossplane.io Grant',
  'postgresql.sql.m.crossplane.io ProviderConfig',
  'postgresql.sql.m.crossplane.io Role',
  'postgresql.sql.m.crossplane.io Schema',
  'protection.crossplane.io Usage',
  'rbac.authorization.k8s.io Role',
  'rbac.authorization.k8s.io RoleBinding',
  'rds.aws.m.upbound.io ParameterGroup',
  'rds.aws.m.upbound.io SubnetGroup',
  's3.aws.m.upbound.io BucketLifecycleConfiguration',
  's3.aws.m.upbound.io BucketOwnershipControls',
  's3.aws.m.upbound.io BucketPolicy',
  's3.aws.m.upbound.io BucketPublicAccessBlock',
  's3.aws.m.upbound.io BucketServerSideEncryptionConfiguration',
  's3.aws.m.upbound.io BucketVersioning',
  'secretsmanager.aws.m.upbound.io SecretVersion',
  'sqs.aws.m.upbound.io QueuePolicy',
  'sqs.aws.m.upbound.io QueueRedriveAllowPolicy',
  'sqs.aws.m.upbound.io QueueRedrivePolicy',
  'v1 ConfigMap',
  'v1 Secret',
  'v1 ServiceAccount',
]);
