import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { policyPages } from '../docs/policies.ts';
import type { Environment } from '../functions/core/environment.ts';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import type { PolicyContext } from '../functions/core/pipeline.ts';
import { type Tier, tiers } from '../functions/core/tier.ts';
import { expand } from '../functions/expand/expand.ts';
import { goldenPath } from '../functions/golden-path.ts';
import { policies } from '../functions/guard/policies/index.ts';
import { definePlatform } from '../functions/platform.ts';
import { environmentConfig, everything, stepRequest } from './request.ts';

type Resources = Readonly<Record<string, KubernetesObject>>;

const sorted = (resources: Resources): Resources => Object.fromEntries(Object.entries(resources).sort(([a], [b]) => (a < b ? -1 : 1)));

function aws(service: string, kind: string, name: string, forProvider: object, more: object = {}): KubernetesObject {
  return {
    apiVersion: `${service}.aws.m.upbound.io/v1beta1`,
    kind,
    metadata: { name },
    spec: { forProvider, managementPolicies: ['Observe', 'Create', 'Update', 'LateInitialize'], ...more },
  };
}

const region = 'eu-west-1';
const tags = { owner: 'team-shop', environment: 'prod', claim: 'orders', namespace: 'shop' };
const document = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const refusesPlain = (service: string, ...Resource: readonly string[]) => ({
  Effect: 'Deny',
  Principal: '*',
  Action: `${service}:*`,
  Resource,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});
const bucketTls = refusesPlain('s3', 'arn:aws:s3:::orders-files', 'arn:aws:s3:::orders-files/*');
const queueArn = 'arn:aws:sqs:eu-west-1:111122223333:orders-queue';
const queueTls = refusesPlain('sqs', queueArn);

const container = {
  name: 'app',
  image: 'postgres:17',
  resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: 1, memory: '256Mi' } },
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
};
const podSpec = { securityContext: { runAsNonRoot: true }, containers: [container], initContainers: [container] };

/** For what gives access. */
const revocable = { managementPolicies: ['Observe', 'Create', 'Update', 'LateInitialize', 'Delete'] };

/** Everything that the rules know, as it should be. */
const good: Resources = sorted({
  instance: aws('rds', 'Instance', 'orders-instance', {
    region,
    tags,
    identifier: 'orders-instance',
    instanceClass: 'db.m7g.large',
    storageEncrypted: true,
    publiclyAccessible: false,
    multiAz: true,
    backupRetentionPeriod: 14,
    deleteAutomatedBackups: false,
    deletionProtection: true,
    skipFinalSnapshot: false,
    finalSnapshotIdentifier: 'orders-final',
    parameterGroupName: 'orders-parameters',
  }),
  parameters: aws('rds', 'ParameterGroup', 'orders-parameters', {
    region,
    tags,
    parameter: [{ name: 'rds.force_ssl', value: '1' }],
  }),
  cluster: aws('rds', 'Cluster', 'orders-cluster', {
    region,
    tags,
    storageEncrypted: true,
    backupRetentionPeriod: 7,
    deleteAutomatedBackups: false,
    deletionProtection: true,
    skipFinalSnapshot: false,
    finalSnapshotIdentifier: 'orders-final',
    dbClusterParameterGroupNameRef: { name: 'orders-cluster-parameters' },
  }),
  'cluster-parameters': aws('rds', 'ClusterParameterGroup', 'orders-cluster-parameters', {
    region,
    tags,
    parameter: [{ name: 'rds.force_ssl', value: '1' }],
  }),
  ...Object.fromEntries(
    ['a', 'b'].map((zone) => [
      `member-${zone}`,
      aws('rds', 'ClusterInstance', `orders-${zone}`, {
        region,
        tags,
        instanceClass: 'db.r7g.large',
        publiclyAccessible: false,
        clusterIdentifierRef: { name: 'orders-cluster' },
      }),
    ]),
  ),
  cache: aws('elasticache', 'ReplicationGroup', 'orders-cache', {
    region,
    tags,
    nodeType: 'cache.t4g.small',
    atRestEncryptionEnabled: 'true',
    transitEncryptionEnabled: true,
    multiAzEnabled: true,
    automaticFailoverEnabled: true,
    snapshotRetentionLimit: 1,
    finalSnapshotIdentifier: 'orders-cache-final',
  }),
  serverless: aws('elasticache', 'ServerlessCache', 'orders-serverless', { region, tags, snapshotRetentionLimit: 1 }),
  'cache-parameters': aws('elasticache', 'ParameterGroup', 'orders-cache-parameters', { region, tags, name: 'orders-cache-parameters' }),
  'cache-subnets': aws('elasticache', 'SubnetGroup', 'orders-cache-subnets', { region, tags }),
  bucket: aws('s3', 'Bucket', 'orders-files', { region, tags }),
  'bucket-encryption': aws('s3', 'BucketServerSideEncryptionConfiguration', 'orders-files-encryption', {
    region,
    bucketRef: { name: 'orders-files' },
    rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms' } }],
  }),
  'bucket-policy': aws('s3', 'BucketPolicy', 'orders-files-policy', { region, bucket: 'orders-files', policy: document(bucketTls) }),
  'bucket-privacy': aws('s3', 'BucketPublicAccessBlock', 'orders-files-privacy', {
    region,
    bucket: 'orders-files',
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  }),
  'bucket-versioning': aws('s3', 'BucketVersioning', 'orders-files-versioning', {
    region,
    bucket: 'orders-files',
    versioningConfiguration: { status: 'Enabled' },
  }),
  'bucket-lifecycle': aws('s3', 'BucketLifecycleConfiguration', 'orders-files-lifecycle', {
    region,
    bucket: 'orders-files',
    rule: [
      { id: 'old-versions', noncurrentVersionExpiration: [{ noncurrentDays: 7 }] },
      { id: 'objects', expiration: [{ days: 1 }] },
    ],
  }),
  queue: aws('sqs', 'Queue', 'orders-queue', { region, tags, name: 'orders-queue', sqsManagedSseEnabled: true }),
  'queue-policy': aws('sqs', 'QueuePolicy', 'orders-queue-policy', {
    region,
    queueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/orders-queue',
    policy: document(queueTls, {
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: 'sqs:SendMessage',
      Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
    }),
  }),
  'dead-letters': aws('sqs', 'Queue', 'orders-dead', {
    region,
    tags,
    name: 'orders-dead.fifo',
    fifoQueue: true,
    kmsMasterKeyId: 'alias/x',
  }),
  'dead-letters-policy': aws('sqs', 'QueuePolicy', 'orders-dead-policy', {
    region,
    queueUrlRef: { name: 'orders-dead' },
    policy: document(refusesPlain('sqs', '*')),
  }),
  rule: aws(
    'ec2',
    'SecurityGroupRule',
    'orders-rule',
    {
      region,
      type: 'ingress',
      cidrBlocks: ['10.0.0.0/8'],
      ipv6CidrBlocks: ['fc00::/7'],
    },
    revocable,
  ),
  egress: aws('ec2', 'SecurityGroupRule', 'orders-egress', { region, type: 'egress', cidrBlocks: ['0.0.0.0/0'] }, revocable),
  role: aws(
    'iam',
    'Role',
    'orders-role',
    {
      tags,
      assumeRolePolicy: document({ Effect: 'Allow', Principal: { Service: 'pods.eks.amazonaws.com' }, Action: 'sts:AssumeRole' }),
      inlinePolicy: [{ name: 'x', policy: document({ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }) }],
      managedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess'],
    },
    revocable,
  ),
  policy: aws(
    'iam',
    'Policy',
    'orders-policy',
    {
      tags,
      policy: document({ Effect: 'Allow', Action: ['s3:*'], Resource: ['arn:aws:s3:::orders-files/*'] }),
    },
    revocable,
  ),
  attachment: aws(
    'iam',
    'RolePolicyAttachment',
    'orders-attachment',
    {
      policyArn: 'arn:aws:iam::111122223333:policy/AdministratorAccess',
    },
    revocable,
  ),
  deployment: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'orders' },
    spec: { template: { spec: podSpec } },
  },
  'cron-job': {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'orders-nightly' },
    spec: {
      jobTemplate: {
        spec: {
          template: {
            spec: { containers: [{ ...container, securityContext: { ...container.securityContext, runAsNonRoot: true } }] },
          },
        },
      },
    },
  },
  service: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'orders' }, spec: { type: 'ClusterIP' } },
  'network-policy': {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'orders' },
    spec: { ingress: [{ from: [{ podSelector: {} }, { ipBlock: { cidr: '10.0.0.0/16' } }] }] },
  },
});

const environment: Environment = {
  name: 'prod',
  tier: 'prod',
  facts: { aws: { region, providerConfig: 'aws' }, images: { postgres: 'mirror.example.com/pg/postgres' } },
  region,
  budget: {},
  tags: {},
  prices: {},
  policies: {},
  defaults: {},
  rollouts: {},
};

interface Circumstances {
  readonly deletion?: string;
  readonly allowed?: readonly string[];
  readonly environment?: Environment;
  readonly observed?: Resources;
}

/** Of these APIs alone, since one more can bring an image of another registry, which the sentences would name. */
const platform = definePlatform({
  ...goldenPath,
  apis: goldenPath.apis.filter(({ kind }) => ['AppDatabase', 'AppCache', 'AppBucket', 'AppQueue', 'AppIdentity'].includes(kind)),
});

function contextOf(given: Circumstances = {}): PolicyContext {
  const observed = Object.fromEntries(
    Object.entries(given.observed ?? {}).map(([key, object]) => [key, { object, connectionDetails: {} }]),
  );
  const spec = { engine: 'postgres', ...(given.deletion !== undefined && { deletion: given.deletion }) };
  return {
    request: stepRequest({ platform, environment: 'prod', spec, observed }),
    environment: given.environment ?? environment,
    allowed: given.allowed ?? [],
  };
}

type Path = readonly (string | number)[];
type Change = (resources: Record<string, KubernetesObject>) => Record<string, KubernetesObject>;

function replaced(value: unknown, [head, ...rest]: Path, by: unknown): unknown {
  if (head === undefined) return by;
  if (Array.isArray(value)) return value.map((item: unknown, index) => (String(index) === String(head) ? replaced(item, rest, by) : item));
  const entries = new Map(Object.entries(typeof value === 'object' && value !== null ? value : {}));
  const inner = replaced(entries.get(String(head)), rest, by);
  if (inner === undefined) entries.delete(String(head));
  else entries.set(String(head), inner);
  return Object.fromEntries(entries);
}

/** One value at a dotted path of one resource; undefined takes it away. */
const set =
  (key: string, path: string, value: unknown): Change =>
  (resources) => ({ ...resources, [key]: replaced(resources[key], path.split('.'), value) as KubernetesObject });
const setting = (key: string, field: string, value: unknown) => set(key, `spec.forProvider.${field}`, value);
const annotated =
  (key: string, name: string): Change =>
  (resources) => ({
    ...resources,
    [key]: replaced(resources[key], ['metadata', 'annotations', 'crossplane.io/external-name'], name) as KubernetesObject,
  });
const add =
  (key: string, object: KubernetesObject): Change =>
  (resources) => ({ ...resources, [key]: object });
const without =
  (key: string): Change =>
  (resources) =>
    Object.fromEntries(Object.entries(resources).filter(([other]) => other !== key));

const none: readonly string[] = [];
const configMap = (name: string, namespace?: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...(namespace !== undefined && { namespace }) },
});
const instance = (sentence: string) => `instance (Instance orders-instance): spec.forProvider.${sentence}`;
const cache = (sentence: string) => `cache (ReplicationGroup orders-cache): spec.forProvider.${sentence}`;
const deployment = (sentence: string) => `deployment (Deployment orders): spec.template.spec.${sentence}`;
const bucket = (sentence: string) => `bucket (Bucket orders-files): ${sentence}`;
const queue = (sentence: string) => `queue (Queue orders-queue): ${sentence}`;
const pod = (path: string, value: unknown) => set('deployment', `spec.template.spec.${path}`, value);
const allowAll = { Effect: 'Allow', Action: '*', Resource: '*' };
const noTls = 'want one that denies everybody everything where aws:SecureTransport is false';
const tooMuch = 'want the actions and the resources that the app needs';
const clients = 'want the address ranges of the clients';
const images =
  'want an image from docker.io/amazon, docker.io/library, docker.io/softwaremill, docker.io/valkey, docker.io/versity, mirror.example.com/pg/postgres';
const manyCidrs = (kind: string, forProvider: object, more: object = {}) => add('open', aws('ec2', kind, 'open', forProvider, more));
const openRule = (sentence: string, kind = 'SecurityGroupRule') => `open (${kind} open): spec.${sentence}, ${clients}`;
const statement = (change: object) => setting('bucket-policy', 'policy', document({ ...bucketTls, ...change }));
const bucketPolicyBad = bucket(`BucketPolicy for it: got bucket-policy, ${noTls}`);

const noHost = 'want a host that data.policies.allowed-hosts.allow of the environment names';
const ingressOf = (...rules: readonly object[]): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'orders' },
  spec: { rules },
});
const routeOf = (hostnames: readonly string[] | undefined): KubernetesObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'orders' },
  spec: { ...(hostnames !== undefined && { hostnames }) },
});

const google = 'accounts.google.com';

type Case = readonly [what: string, change: Change, sentences: readonly string[], circumstances?: Circumstances];

/** By policy, changes to what is good, and what the policy says then. */
const cases: Readonly<Record<string, readonly Case[]>> = {
  'known-kinds': [
    [
      'a kind that nobody described',
      add('table', aws('timestreamwrite', 'Table', 'orders', {})),
      ['table (Table orders): kind: got "timestreamwrite.aws.m.upbound.io/Table", want one that has a card'],
    ],
    [
      'one that the environment accepts',
      add('table', aws('timestreamwrite', 'Table', 'orders', {})),
      none,
      { allowed: ['timestreamwrite.aws.m.upbound.io/Table'] },
    ],
    [
      'one that the environment accepts under another name',
      add('table', aws('timestreamwrite', 'Table', 'orders', {})),
      ['table (Table orders): kind: got "timestreamwrite.aws.m.upbound.io/Table", want one that has a card'],
      { allowed: ['Table', 'timestreamwrite.aws.m.upbound.io', '*'] },
    ],
    [
      'a cluster-scoped managed resource',
      add('a', { apiVersion: 's3.aws.upbound.io/v1beta1', kind: 'Bucket', metadata: { name: 'x' } }),
      ['a (Bucket x): kind: got "s3.aws.upbound.io/Bucket", want one that has a card'],
    ],
    [
      'a kind of the core group',
      add('a', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'x' } }),
      ['a (Node x): kind: got "Node", want one that has a card'],
    ],
    [
      'another version of a kind, whose fields may have other names',
      set('network-policy', 'apiVersion', 'networking.k8s.io/v1beta1'),
      [
        'network-policy (NetworkPolicy orders): apiVersion: got "networking.k8s.io/v1beta1", want "networking.k8s.io/v1", which its card is of',
      ],
    ],
  ],
  'unique-objects': [
    [
      'one object under two keys',
      (desired) => ({ ...desired, a: configMap('x'), b: configMap('x') }),
      ['b (ConfigMap x): the same object as key a, want one key for each object'],
    ],
    [
      "one that says the claim's namespace, and one that leaves it out",
      (desired) => ({ ...desired, a: configMap('x'), b: configMap('x', 'shop') }),
      ['b (ConfigMap x): the same object as key a, want one key for each object'],
    ],
    ['objects of one name in two namespaces', (desired) => ({ ...desired, a: configMap('x', 'one'), b: configMap('x', 'two') }), none],
    [
      'objects without a name yet',
      (desired) => ({ ...desired, a: { ...configMap('x'), metadata: {} }, b: { ...configMap('x'), metadata: {} } }),
      none,
    ],
  ],
  'own-namespace': [
    [
      'a foreign namespace',
      add('a', configMap('x', 'kube-system')),
      ['a (ConfigMap x): metadata.namespace: got "kube-system", want "shop"'],
    ],
    ["the claim's namespace", add('a', configMap('x', 'shop')), none],
    [
      'a cluster-scoped kind',
      add('a', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } }),
      ['a (Namespace x): kind: got "v1 Namespace", which is cluster-scoped, want a namespaced kind'],
    ],
    ['a Usage', add('a', { apiVersion: 'protection.crossplane.io/v1beta1', kind: 'Usage', metadata: { name: 'x' } }), none],
  ],
  'names-within-limits': [
    [
      'a security group that looks like the id of one',
      add('group', aws('ec2', 'SecurityGroup', 'group', { region, tags, name: 'sg-orders' })),
      [
        'group (SecurityGroup group): spec.forProvider.name: got "sg-orders", want one that does not begin with sg-, as the ids of groups do',
      ],
    ],
    [
      'a role that PostgreSQL keeps for itself',
      add('login', { apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1', kind: 'Role', metadata: { name: 'pg_shop' } }),
      [
        'login (Role pg_shop): metadata.name: got "pg_shop", want a match of ^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
        'login (Role pg_shop): metadata.name: got "pg_shop", want one that does not begin with pg_, as those of PostgreSQL do',
      ],
    ],
    [
      'a name that is too long',
      set('service', 'metadata.name', 'x'.repeat(64)),
      [`service (Service ${'x'.repeat(64)}): metadata.name: got "${'x'.repeat(59)}… (64 characters), want at most 63 characters`],
    ],
    [
      'a name that Kubernetes refuses',
      add('a', configMap('Orders')),
      ['a (ConfigMap Orders): metadata.name: got "Orders", want a match of ^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'],
    ],
    [
      'an RDS identifier that AWS refuses',
      setting('instance', 'identifier', 'a--b'),
      [instance('identifier: got "a--b", want a match of ^[a-z](-?[a-z0-9])*$')],
    ],
    [
      'a cache whose own name is too long for AWS',
      set('cache', 'metadata.name', 'a'.repeat(41)),
      [`cache (ReplicationGroup ${'a'.repeat(41)}): metadata.name: got "${'a'.repeat(41)}", want at most 40 characters`],
    ],
    [
      'a cache with a long name and a short one outside',
      (desired) => annotated('cache', 'short')(set('cache', 'metadata.name', 'a'.repeat(41))(desired)),
      none,
    ],
    [
      'the name of a cache outside',
      annotated('cache', 'Orders'),
      [
        'cache (ReplicationGroup orders-cache): metadata.annotations.crossplane.io/external-name: got "Orders", want a match of ^[a-z](-?[a-z0-9])*$',
      ],
    ],
    [
      'the parameter group of a cache',
      setting('cache-parameters', 'name', 'a-'),
      ['cache-parameters (ParameterGroup orders-cache-parameters): spec.forProvider.name: got "a-", want a match of ^[a-z](-?[a-z0-9])*$'],
    ],
    [
      'the subnet group of a cache',
      annotated('cache-subnets', 'a_b'),
      [
        'cache-subnets (SubnetGroup orders-cache-subnets): metadata.annotations.crossplane.io/external-name: got "a_b", want a match of ^[a-z0-9-]+$',
      ],
    ],
    ...['ab', 'a..b', '10.0.0.1', 'xn--bucket', 'files-s3alias', 'a_b', 'Files'].map(
      (name): Case => [
        `bucket ${name}`,
        annotated('bucket', name),
        [expect.stringContaining(`external-name: got "${name}", want a match of `) as unknown as string],
      ],
    ),
    ['a bucket with dots', annotated('bucket', 'files.shop.example'), none],
    [
      'a queue that is too long',
      setting('queue', 'name', 'a'.repeat(81)),
      [queue(`spec.forProvider.name: got "${'a'.repeat(59)}… (81 characters), want at most 80 characters`)],
    ],
    ['a queue with a dot', setting('queue', 'name', 'a.fifo'), [queue('spec.forProvider.name: got "a.fifo", want a match of ^[\\w-]+$')]],
    [
      'a FIFO queue without the suffix',
      setting('dead-letters', 'name', 'orders-dead'),
      ['dead-letters (Queue orders-dead): spec.forProvider.name: got "orders-dead", want a match of ^[\\w-]+\\.fifo$'],
    ],
    [
      'a role that is too long',
      annotated('role', 'r'.repeat(65)),
      [
        `role (Role orders-role): metadata.annotations.crossplane.io/external-name: got "${'r'.repeat(59)}… (65 characters), want at most 64 characters`,
      ],
    ],
    [
      'a policy with a slash',
      annotated('policy', 'a/b'),
      ['policy (Policy orders-policy): metadata.annotations.crossplane.io/external-name: got "a/b", want a match of ^[\\w+=,.@-]+$'],
    ],
  ],
  'encrypted-at-rest': [
    ['a database', setting('instance', 'storageEncrypted', false), [instance('storageEncrypted: got false, want true')]],
    ['a text for true', setting('instance', 'storageEncrypted', 'true'), [instance('storageEncrypted: got "true", want true')]],
    [
      'a cluster',
      setting('cluster', 'storageEncrypted', undefined),
      ['cluster (Cluster orders-cluster): spec.forProvider.storageEncrypted: got undefined, want true'],
    ],
    ['a cache', setting('cache', 'atRestEncryptionEnabled', 'false'), [cache('atRestEncryptionEnabled: got "false", want "true"')]],
    [
      'a queue',
      setting('queue', 'sqsManagedSseEnabled', false),
      [queue('spec.forProvider.sqsManagedSseEnabled: got false, want true, or a kmsMasterKeyId')],
    ],
    [
      'a bucket',
      without('bucket-encryption'),
      [bucket('BucketServerSideEncryptionConfiguration for it: got none, want one with sseAlgorithm AES256, aws:kms or aws:kms:dsse')],
    ],
    [
      'the encryption of another bucket',
      setting('bucket-encryption', 'bucket', 'other'),
      [bucket('BucketServerSideEncryptionConfiguration for it: got none, want one with sseAlgorithm AES256, aws:kms or aws:kms:dsse')],
    ],
    [
      'no algorithm',
      setting('bucket-encryption', 'rule', []),
      [
        bucket(
          'BucketServerSideEncryptionConfiguration for it: got bucket-encryption, want one with sseAlgorithm AES256, aws:kms or aws:kms:dsse',
        ),
      ],
    ],
    [
      'a second rule without encryption',
      setting(
        'bucket-encryption',
        'rule',
        ['AES256', 'none'].map((sseAlgorithm) => ({ applyServerSideEncryptionByDefault: { sseAlgorithm } })),
      ),
      [
        bucket(
          'BucketServerSideEncryptionConfiguration for it: got bucket-encryption, want one with sseAlgorithm AES256, aws:kms or aws:kms:dsse',
        ),
      ],
    ],
    [
      'encryption that the provider only looks at',
      set('bucket-encryption', 'spec.managementPolicies', ['Observe']),
      [bucket('BucketServerSideEncryptionConfiguration for it: got none, want one with sseAlgorithm AES256, aws:kms or aws:kms:dsse')],
    ],
    [
      'a database that the provider only looks at',
      (desired) => set('instance', 'spec.managementPolicies', ['Observe'])(setting('instance', 'storageEncrypted', false)(desired)),
      none,
    ],
  ],
  'encrypted-in-transit': [
    [
      'the default parameter group',
      setting('instance', 'parameterGroupName', 'default.postgres17'),
      [instance('parameterGroupName: got "default.postgres17", want a composed ParameterGroup with rds.force_ssl = 1')],
    ],
    [
      'no parameter group, and one without a name',
      (desired) => set('parameters', 'metadata', {})(setting('instance', 'parameterGroupName', undefined)(desired)),
      [instance('parameterGroupName: got undefined, want a composed ParameterGroup with rds.force_ssl = 1')],
    ],
    [
      'a parameter group that does not force TLS',
      setting('parameters', 'parameter', [{ name: 'rds.force_ssl', value: '0' }]),
      [instance('parameterGroupName: got "orders-parameters", want a composed ParameterGroup with rds.force_ssl = 1')],
    ],
    [
      'a parameter group with other parameters too',
      setting('parameters', 'parameter', [
        { name: 'log_statement', value: 'ddl' },
        { name: 'rds.force_ssl', value: '1' },
      ]),
      none,
    ],
    [
      'two parameter groups of one name that disagree',
      (desired) => annotated('other', 'orders-parameters')({ ...desired, other: aws('rds', 'ParameterGroup', 'other', {}) }),
      [instance('parameterGroupName: got "orders-parameters", want a composed ParameterGroup with rds.force_ssl = 1')],
    ],
    [
      'a parameter group by its name outside',
      (desired) => annotated('parameters', 'p')(setting('instance', 'parameterGroupName', 'p')(desired)),
      none,
    ],
    [
      'a cluster',
      setting('cluster-parameters', 'parameter', 'none'),
      [
        'cluster (Cluster orders-cluster): spec.forProvider.dbClusterParameterGroupName: got "orders-cluster-parameters", want a composed ClusterParameterGroup with rds.force_ssl = 1',
      ],
    ],
    ['a cache', setting('cache', 'transitEncryptionEnabled', undefined), [cache('transitEncryptionEnabled: got undefined, want true')]],
    [
      'a cache that lets clients choose',
      setting('cache', 'transitEncryptionMode', 'preferred'),
      [cache('transitEncryptionMode: got "preferred", want required')],
    ],
    [
      'a cache that lets clients choose at first',
      set('cache', 'spec.initProvider.transitEncryptionMode', 'preferred'),
      ['cache (ReplicationGroup orders-cache): spec.initProvider.transitEncryptionMode: got "preferred", want required'],
    ],
    ['a bucket without a policy', without('bucket-policy'), [bucket(`BucketPolicy for it: got none, ${noTls}`)]],
    ['a policy that is no JSON', setting('bucket-policy', 'policy', '{'), [bucketPolicyBad]],
    ['a policy that allows', statement({ Effect: 'Allow' }), [bucketPolicyBad]],
    ['a policy for some', statement({ Principal: { AWS: 'arn:aws:iam::1:root' } }), [bucketPolicyBad]],
    ['a policy for all but some', statement({ Principal: undefined, NotPrincipal: { AWS: 'arn:aws:iam::1:root' } }), [bucketPolicyBad]],
    ['a policy on one action', statement({ Action: 's3:GetObject' }), [bucketPolicyBad]],
    ['a policy on the objects only', statement({ Resource: 'arn:aws:s3:::orders-files/*' }), [bucketPolicyBad]],
    ['a policy on another bucket', statement({ Resource: ['arn:aws:s3:::x', 'arn:aws:s3:::x/*'] }), [bucketPolicyBad]],
    ['a policy where TLS is used', statement({ Condition: { Bool: { 'aws:SecureTransport': 'true' } } }), [bucketPolicyBad]],
    [
      'a policy with one condition more',
      statement({ Condition: { ...bucketTls.Condition, IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }),
      [bucketPolicyBad],
    ],
    [
      'a policy with two keys',
      statement({ Condition: { Bool: { ...bucketTls.Condition.Bool, 'aws:ViaAWSService': 'false' } } }),
      [bucketPolicyBad],
    ],
    ['a policy for both', statement({ Condition: { Bool: { 'aws:SecureTransport': ['false', 'true'] } } }), [bucketPolicyBad]],
    ['a policy without a condition', statement({ Condition: undefined }), [bucketPolicyBad]],
    [
      'other ways to write it',
      statement({
        Principal: { AWS: '*' },
        Action: ['s3:GetObject', 'S3:*'],
        Condition: { BoolIfExists: { 'AWS:SecureTransport': [false] } },
      }),
      none,
    ],
    ['a queue without a policy', without('queue-policy'), [queue(`QueuePolicy for it: got none, ${noTls}`)]],
    [
      'a queue of the same name elsewhere',
      setting('queue-policy', 'queueUrl', 'https://sqs.us-east-1.amazonaws.com/111122223333/orders-queue'),
      [queue(`QueuePolicy for it: got none, ${noTls}`)],
    ],
    [
      'dead letters',
      setting('dead-letters-policy', 'policy', document()),
      [`dead-letters (Queue orders-dead): QueuePolicy for it: got dead-letters-policy, ${noTls}`],
    ],
    ['a queue whose name AWS makes', setting('dead-letters', 'name', undefined), none],
    [
      'two policies that disagree',
      add('bucket-policy-2', aws('s3', 'BucketPolicy', 'second', { bucketRef: { name: 'orders-files' }, policy: document() })),
      [bucket(`BucketPolicy for it: got bucket-policy, bucket-policy-2, ${noTls}`)],
    ],
  ],
  'not-public': [
    ['a database', setting('instance', 'publiclyAccessible', true), [instance('publiclyAccessible: got true, want false')]],
    [
      'a member of a cluster',
      setting('member-a', 'publiclyAccessible', undefined),
      ['member-a (ClusterInstance orders-a): spec.forProvider.publiclyAccessible: got undefined, want false'],
    ],
    [
      'a bucket',
      without('bucket-privacy'),
      [
        bucket(
          'BucketPublicAccessBlock for it: got none, want one with blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets true',
        ),
      ],
    ],
    [
      'a bucket with half a block',
      setting('bucket-privacy', 'ignorePublicAcls', false),
      [
        bucket(
          'BucketPublicAccessBlock for it: got bucket-privacy, want one with blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets true',
        ),
      ],
    ],
    [
      'an ACL',
      add('acl', aws('s3', 'BucketACL', 'acl', { acl: 'public-read' })),
      [
        'acl (BucketACL acl): spec.forProvider.acl: got "public-read", want one of private, bucket-owner-read, bucket-owner-full-control, log-delivery-write',
      ],
    ],
    [
      'an ACL at first only',
      add('acl', aws('s3', 'BucketACL', 'acl', {}, { initProvider: { acl: 'public-read-write' } })),
      [
        'acl (BucketACL acl): spec.initProvider.acl: got "public-read-write", want one of private, bucket-owner-read, bucket-owner-full-control, log-delivery-write',
      ],
    ],
    [
      'a grant to everybody at first only',
      add(
        'acl',
        aws('s3', 'BucketACL', 'acl', {}, { initProvider: { accessControlPolicy: 'http://acs.amazonaws.com/groups/global/AllUsers' } }),
      ),
      [expect.stringMatching(/^acl \(BucketACL acl\): spec\.initProvider\.accessControlPolicy: got /) as unknown as string],
    ],
    ['a private ACL', add('acl', aws('s3', 'BucketACL', 'acl', { acl: 'private' })), none],
    [
      'an ACL that nobody knows',
      add('acl', aws('s3', 'BucketACL', 'acl', { acl: 'aws-exec-read' })),
      [
        'acl (BucketACL acl): spec.forProvider.acl: got "aws-exec-read", want one of private, bucket-owner-read, bucket-owner-full-control, log-delivery-write',
      ],
    ],
    [
      'grants to an account and to the logs of S3',
      add(
        'acl',
        aws('s3', 'BucketACL', 'acl', {
          accessControlPolicy: {
            grant: [
              { grantee: { id: 'abc', type: 'CanonicalUser' } },
              { grantee: { uri: 'http://acs.amazonaws.com/groups/s3/LogDelivery' } },
            ],
          },
        }),
      ),
      none,
    ],
    [
      'a grant to everybody',
      add(
        'acl',
        aws('s3', 'BucketACL', 'acl', {
          accessControlPolicy: { grant: [{ grantee: { uri: 'http://acs.amazonaws.com/groups/global/AllUsers' } }] },
        }),
      ),
      [
        expect.stringMatching(
          /^acl \(BucketACL acl\): spec\.forProvider\.accessControlPolicy: got .*, want grants to accounts by id only$/,
        ) as unknown as string,
      ],
    ],
    [
      'a policy for everybody',
      setting('bucket-policy', 'policy', document(bucketTls, { Effect: 'Allow', Principal: '*', Action: 's3:GetObject' })),
      [
        'bucket-policy (BucketPolicy orders-files-policy): spec.forProvider.policy.Statement.1.Principal: got "*", want named principals, or a Condition on who asks',
      ],
    ],
    [
      'a policy for everybody but some, with an empty condition',
      setting('queue', 'policy', document({ effect: 'allow', notPrincipal: { AWS: 'x' }, Action: 'sqs:SendMessage', Condition: {} })),
      [
        queue(
          'spec.forProvider.policy.Statement.0.Principal: got {"NotPrincipal":{"AWS":"x"}}, want named principals, or a Condition on who asks',
        ),
      ],
    ],
    ...(
      [
        ['over TLS', { Bool: { 'aws:SecureTransport': 'true' } }, false],
        ['from anywhere', { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } }, false],
        ['in any account', { StringLike: { 'aws:SourceAccount': '*' } }, false],
        ['in one of two accounts, one of which is any', { StringLike: { 'aws:SourceAccount': ['111122223333', '1*'] } }, false],
        ['in an account, if it says so', { StringEqualsIfExists: { 'aws:SourceAccount': '111122223333' } }, false],
        ['outside an account', { StringNotEquals: { 'aws:SourceAccount': '111122223333' } }, false],
        ['in no account', { StringEquals: { 'aws:SourceAccount': [] } }, false],
        ['in the account that it says', { StringEquals: { 'aws:SourceAccount': '$'.concat('{aws:PrincipalTag/account}') } }, false],
        ['of no condition', { StringEquals: {} }, false],
        ['in an account', { stringEquals: { 'AWS:SourceAccount': '111122223333' } }, true],
        ['for one topic, over TLS', { ArnEquals: { 'aws:SourceArn': 'arn:aws:sns:x' }, Bool: { 'aws:SecureTransport': 'true' } }, true],
      ] as const
    ).map(
      ([who, Condition, isNamed]): Case => [
        `a policy for everybody ${who}`,
        setting('queue', 'policy', document({ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Condition })),
        isNamed
          ? none
          : [queue('spec.forProvider.policy.Statement.0.Principal: got "*", want named principals, or a Condition on who asks')],
      ],
    ),
    ...(
      [
        ['of everybody', '*', undefined, false],
        ['of a provider of identities', { Federated: google }, undefined, false],
        ['of what such a provider has been asked for', { federated: [google] }, { StringEquals: { 'sts:RoleSessionName': 'x' } }, false],
        ['of any identity', { Federated: google }, { StringLike: { 'accounts.google.com:sub': '*' } }, false],
        ['of an identity', { Federated: google }, { StringLike: { 'accounts.google.com:sub': '1*' } }, true],
        ['of a service', { Service: 'pods.eks.amazonaws.com' }, undefined, true],
      ] as const
    ).map(([whose, Principal, Condition, isNamed]): Case => {
      const Action = 'sts:AssumeRoleWithWebIdentity';
      const trust = document({ Effect: 'Allow', Principal, Action, ...(Condition !== undefined && { Condition }) });
      const got = JSON.stringify(Principal);
      return [
        `a role ${whose}`,
        setting('role', 'assumeRolePolicy', trust),
        isNamed
          ? none
          : [
              `role (Role orders-role): spec.forProvider.assumeRolePolicy.Statement.0.Principal: got ${got}, want named principals, or a Condition on who asks`,
            ],
      ];
    }),
    [
      'a key for everybody',
      add(
        'key',
        aws('kms', 'Key', 'key', { policy: document({ Effect: 'Allow', Principal: { AWS: ['*'] }, Action: 'kms:*', Resource: '*' }) }),
      ),
      [
        'key (Key key): spec.forProvider.policy.Statement.0.Principal: got {"AWS":["*"]}, want named principals, or a Condition on who asks',
      ],
    ],
    ...['NodePort', 'LoadBalancer'].map(
      (type): Case => [type, set('service', 'spec.type', type), [`service (Service orders): spec.type: got "${type}", want ClusterIP`]],
    ),
    ['a Service that says nothing', set('service', 'spec', {}), none],
    [
      'an address outside the cluster',
      set('service', 'spec.externalIPs', ['192.0.2.1']),
      ['service (Service orders): spec.externalIPs: got "192.0.2.1", want no address outside the cluster'],
    ],
  ],
  'revocable-access': [
    ...(
      [
        ['rule', 'SecurityGroupRule orders-rule'],
        ['egress', 'SecurityGroupRule orders-egress'],
        ['role', 'Role orders-role'],
        ['policy', 'Policy orders-policy'],
        ['attachment', 'RolePolicyAttachment orders-attachment'],
      ] as const
    ).map(
      ([key, name]): Case => [
        name,
        set(key, 'spec.managementPolicies', ['Observe', 'Create']),
        [`${key} (${name}): spec.managementPolicies: got ["Observe","Create"], want them with Delete`],
      ],
    ),
    ['a provider that may do everything', set('rule', 'spec.managementPolicies', undefined), none],
    ['what only restricts', set('bucket-policy', 'spec.managementPolicies', ['Observe', 'Create']), none],
  ],
  'no-open-ingress': [
    [
      'a rule',
      manyCidrs('SecurityGroupRule', { type: 'ingress', cidrBlocks: ['10.0.0.0/8', '0.0.0.0/0'] }),
      [openRule('forProvider.cidrBlocks: got "0.0.0.0/0"')],
    ],
    [
      'half of the internet each',
      manyCidrs('SecurityGroupRule', { type: 'ingress', cidrBlocks: ['0.0.0.0/1', '128.0.0.0/1'] }),
      [openRule('forProvider.cidrBlocks: got "0.0.0.0/1"'), openRule('forProvider.cidrBlocks: got "128.0.0.0/1"')],
    ],
    [
      'IPv6',
      manyCidrs('SecurityGroupRule', { type: 'ingress', ipv6CidrBlocks: ['::/0'] }),
      [openRule('forProvider.ipv6CidrBlocks: got "::/0"')],
    ],
    [
      'one that is no list',
      manyCidrs('SecurityGroupRule', { type: 'ingress', cidrBlocks: '0.0.0.0/0' }),
      [openRule('forProvider.cidrBlocks: got "0.0.0.0/0"')],
    ],
    [
      'at first only',
      manyCidrs('SecurityGroupRule', { type: 'ingress' }, { initProvider: { cidrBlocks: ['0.0.0.0/0'] } }),
      [openRule('initProvider.cidrBlocks: got "0.0.0.0/0"')],
    ],
    [
      'the newer kind',
      manyCidrs('SecurityGroupIngressRule', { cidrIpv4: '0.0.0.0/0', cidrIpv6: '::/0' }),
      [
        openRule('forProvider.cidrIpv4: got "0.0.0.0/0"', 'SecurityGroupIngressRule'),
        openRule('forProvider.cidrIpv6: got "::/0"', 'SecurityGroupIngressRule'),
      ],
    ],
    [
      'the internet in pieces',
      manyCidrs('SecurityGroupRule', { type: 'ingress', cidrBlocks: ['10.0.0.0/8', '52.0.0.0/17', '54.0.0.0/17', '203.0.113.0/24'] }),
      ['52.0.0.0/17', '54.0.0.0/17', '203.0.113.0/24'].map((cidr) => openRule(`forProvider.cidrBlocks: got "${cidr}"`)),
    ],
    [
      'all of IPv6 that is given out',
      manyCidrs('SecurityGroupRule', { type: 'ingress', ipv6CidrBlocks: ['2000::/8'] }),
      [openRule('forProvider.ipv6CidrBlocks: got "2000::/8"')],
    ],
    [
      'more than what is private around it',
      manyCidrs('SecurityGroupRule', { type: 'ingress', cidrBlocks: ['192.168.0.0/15', '172.16.0.0/12'] }),
      [openRule('forProvider.cidrBlocks: got "192.168.0.0/15"')],
    ],
    [
      'what is no range',
      manyCidrs('SecurityGroupRule', { type: 'ingress', cidrBlocks: ['10.0.0.1', '10.0.0.0/33', 'fc00::/200'] }),
      ['10.0.0.1', '10.0.0.0/33', 'fc00::/200'].map((cidr) => openRule(`forProvider.cidrBlocks: got "${cidr}"`)),
    ],
    [
      'a network of the internet and private ranges',
      manyCidrs('SecurityGroupRule', { type: 'ingress', cidrBlocks: ['52.1.0.0/16', '100.64.0.0/10'], ipv6CidrBlocks: ['fd00::/8'] }),
      none,
    ],
    [
      'a network policy that names nobody, which lets everybody in',
      set('network-policy', 'spec.ingress', [{ ports: [{ port: 5432 }] }, { from: [] }]),
      [
        'network-policy (NetworkPolicy orders): spec.ingress.0.from: got undefined, want who may come in',
        'network-policy (NetworkPolicy orders): spec.ingress.1.from: got [], want who may come in',
      ],
    ],
    [
      'a network policy',
      set('network-policy', 'spec.ingress', [{ from: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }] }]),
      [`network-policy (NetworkPolicy orders): spec.ingress.0.from.0.ipBlock.cidr: got "0.0.0.0/0", ${clients}`],
    ],
  ],
  'own-login': [
    [
      'a database that RDS makes',
      setting('instance', 'dbName', 'app'),
      [
        instance(
          'dbName: got "app", want none, since RDS makes its administrator the owner of that database, whom the app then logs in as',
        ),
      ],
    ],
    [
      'one of a cluster',
      setting('cluster', 'databaseName', 'app'),
      [
        'cluster (Cluster orders-cluster): spec.forProvider.databaseName: got "app", ' +
          'want none, since RDS makes its administrator the owner of that database, whom the app then logs in as',
      ],
    ],
    ['a database of the login that owns it', setting('instance', 'dbName', undefined), none],
  ],
  'multi-az': [
    ['a database', setting('instance', 'multiAz', undefined), [instance('multiAz: got undefined, want true')]],
    ['a cache', setting('cache', 'multiAzEnabled', false), [cache('multiAzEnabled: got false, want true')]],
    [
      'a cache without failover',
      setting('cache', 'automaticFailoverEnabled', undefined),
      [cache('automaticFailoverEnabled: got undefined, want true')],
    ],
    [
      'a cluster of one',
      without('member-b'),
      ['cluster (Cluster orders-cluster): ClusterInstance for it: got member-a, want at least two, or a dbClusterInstanceClass'],
    ],
    [
      'a cluster of instances of its own',
      (desired) => without('member-b')(setting('cluster', 'dbClusterInstanceClass', 'db.m7g.large')(desired)),
      none,
    ],
  ],
  'kept-running': [
    [
      'what is stopped',
      (desired) =>
        set('deployment', 'metadata.annotations', { 'platform.internal/stopped': 'true' })(set('deployment', 'spec.replicas', 0)(desired)),
      ['deployment (Deployment orders): spec.replicas: got 0 of what is stopped, want at least 1'],
    ],
    ['what needs no pods any more', set('deployment', 'spec.replicas', 0), none],
  ],
  'backed-up': [
    ['short backups', setting('instance', 'backupRetentionPeriod', 6), [instance('backupRetentionPeriod: got 6, want at least 7')]],
    [
      'a text for a number',
      setting('instance', 'backupRetentionPeriod', '7'),
      [instance('backupRetentionPeriod: got "7", want at least 7')],
    ],
    [
      'backups that go with the database',
      setting('instance', 'deleteAutomatedBackups', true),
      [instance('deleteAutomatedBackups: got true, want false')],
    ],
    ['backups that the claim gives up', setting('instance', 'deleteAutomatedBackups', true), none, { deletion: 'Delete' }],
    [
      'backups that the claim does not give up',
      setting('instance', 'deleteAutomatedBackups', true),
      [instance('deleteAutomatedBackups: got true, want false')],
      { deletion: 'Snapshot' },
    ],
    ['a cache', setting('cache', 'snapshotRetentionLimit', 0), [cache('snapshotRetentionLimit: got 0, want at least 1')]],
    [
      'a serverless cache',
      setting('serverless', 'snapshotRetentionLimit', undefined),
      ['serverless (ServerlessCache orders-serverless): spec.forProvider.snapshotRetentionLimit: got undefined, want at least 1'],
    ],
    [
      'a bucket',
      setting('bucket-versioning', 'versioningConfiguration.status', 'Suspended'),
      [bucket('BucketVersioning for it: got bucket-versioning, want one with versioningConfiguration.status Enabled')],
    ],
    [
      'old versions of a bucket that go within a week',
      setting('bucket-lifecycle', 'rule.0.noncurrentVersionExpiration.0.noncurrentDays', 6),
      [
        'bucket-lifecycle (BucketLifecycleConfiguration orders-files-lifecycle): spec.forProvider.rule.0.noncurrentVersionExpiration.0.noncurrentDays: got 6, want at least 7',
      ],
    ],
  ],
  'deletion-protected': [
    ['a database', setting('instance', 'deletionProtection', false), [instance('deletionProtection: got false, want true')]],
    ...['Snapshot', 'Delete'].map(
      (deletion): Case => [`a claim that says ${deletion}`, setting('instance', 'deletionProtection', false), none, { deletion }],
    ),
    ['a bucket', setting('bucket', 'forceDestroy', true), [bucket('spec.forProvider.forceDestroy: got true, want false')]],
    [
      'a bucket that is only to be kept as a snapshot',
      setting('bucket', 'forceDestroy', true),
      [bucket('spec.forProvider.forceDestroy: got true, want false')],
      { deletion: 'Snapshot' },
    ],
    ['a bucket that the claim gives up', setting('bucket', 'forceDestroy', true), none, { deletion: 'Delete' }],
  ],
  'final-snapshot': [
    ['a database', setting('instance', 'skipFinalSnapshot', true), [instance('skipFinalSnapshot: got true, want false')]],
    ['a database that the claim gives up', setting('instance', 'skipFinalSnapshot', true), none, { deletion: 'Delete' }],
    [
      'no name',
      setting('instance', 'finalSnapshotIdentifier', undefined),
      [instance('finalSnapshotIdentifier: got undefined, want a name')],
      { deletion: 'Delete' },
    ],
    ['a cache', setting('cache', 'finalSnapshotIdentifier', ''), [cache('finalSnapshotIdentifier: got "", want a name')]],
    ['a cache that the claim gives up', setting('cache', 'finalSnapshotIdentifier', undefined), none, { deletion: 'Delete' }],
  ],
  'outlives-control-plane': [
    ...(
      [
        ['instance', 'Instance orders-instance'],
        ['cluster', 'Cluster orders-cluster'],
        ['cache', 'ReplicationGroup orders-cache'],
        ['serverless', 'ServerlessCache orders-serverless'],
        ['bucket', 'Bucket orders-files'],
        ['queue', 'Queue orders-queue'],
      ] as const
    ).map(
      ([key, name]): Case => [
        name,
        set(key, 'spec.managementPolicies', ['Observe', 'Delete']),
        [`${key} (${name}): spec.managementPolicies: got ["Observe","Delete"], want them without Delete`],
      ],
    ),
    [
      'everything',
      set('instance', 'spec.managementPolicies', ['*']),
      ['instance (Instance orders-instance): spec.managementPolicies: got ["*"], want them without Delete'],
    ],
    [
      'the default',
      set('instance', 'spec.managementPolicies', undefined),
      ['instance (Instance orders-instance): spec.managementPolicies: got undefined, want them without Delete'],
    ],
    ['a claim that gives it up', set('instance', 'spec.managementPolicies', ['*']), none, { deletion: 'Snapshot' }],
  ],
  'allowed-regions': [
    ['another region', setting('queue', 'region', 'us-east-1'), [queue('spec.forProvider.region: got "us-east-1", want one of eu-west-1')]],
    ['a region that the environment adds', setting('queue', 'region', 'us-east-1'), none, { allowed: ['us-east-1'] }],
    [
      'a region that is not the one added',
      setting('queue', 'region', 'us-east-2'),
      [queue('spec.forProvider.region: got "us-east-2", want one of eu-west-1, us-east-1')],
      { allowed: ['us-east-1'] },
    ],
    [
      'where the claim is already',
      setting('queue', 'region', 'us-east-1'),
      none,
      { observed: { queue: aws('sqs', 'Queue', 'orders-queue', { region: 'us-east-1' }) } },
    ],
    [
      'an environment without AWS',
      () => ({ a: aws('sqs', 'Queue', 'a', { region }) }),
      ['a (Queue a): spec.forProvider.region: got "eu-west-1", want a region that the environment names'],
      { environment: { ...environment, facts: {}, region: undefined } },
    ],
    ['what is not in AWS', set('deployment', 'spec.forProvider', { region: 'x' }), none],
  ],
  'allowed-instance-families': [
    [
      'a database',
      setting('instance', 'instanceClass', 'db.x2g.16xlarge'),
      [instance('instanceClass: got "db.x2g.16xlarge", want a class of one of db.t4g, db.m7g, db.r7g, db.m8g, db.r8g')],
    ],
    ['a family that the environment adds', setting('instance', 'instanceClass', 'db.x2g.large'), none, { allowed: ['db.x2g'] }],
    [
      'a member of a cluster',
      setting('member-a', 'instanceClass', 7),
      [
        'member-a (ClusterInstance orders-a): spec.forProvider.instanceClass: got 7, want a class of one of db.t4g, db.m7g, db.r7g, db.m8g, db.r8g',
      ],
    ],
    [
      'a cluster',
      setting('cluster', 'dbClusterInstanceClass', 'db.m5.large'),
      [
        'cluster (Cluster orders-cluster): spec.forProvider.dbClusterInstanceClass: got "db.m5.large", want a class of one of db.t4g, db.m7g, db.r7g, db.m8g, db.r8g',
      ],
    ],
    [
      'a cache',
      setting('cache', 'nodeType', 'cache.m7gx.large'),
      [cache('nodeType: got "cache.m7gx.large", want a class of one of cache.t4g, cache.m7g, cache.r7g')],
    ],
  ],
  'required-tags': [
    ['one tag', setting('queue', 'tags.owner', ''), [queue('spec.forProvider.tags.owner: got "", want a value')]],
    [
      'all of them',
      setting('role', 'tags', undefined),
      ['owner', 'environment', 'claim', 'namespace'].map(
        (tag) => `role (Role orders-role): spec.forProvider.tags.${tag}: got undefined, want a value`,
      ),
    ],
  ],
  'iam-least-privilege': [
    [
      'everything',
      setting('policy', 'policy', document(allowAll)),
      [`policy (Policy orders-policy): spec.forProvider.policy.Statement.0: got Allow "*" on "*", ${tooMuch}`],
    ],
    [
      'a whole service, in one statement that is no list',
      setting('policy', 'policy', JSON.stringify({ Statement: { ...allowAll, Action: ['s3:GetObject', 's3:*'] } })),
      [`policy (Policy orders-policy): spec.forProvider.policy.Statement.0: got Allow "s3:*" on "*", ${tooMuch}`],
    ],
    [
      'every bucket',
      setting('policy', 'policy', document({ ...allowAll, Resource: ['arn:aws:s3:::x', 'arn:aws:s3:::*'] })),
      [`policy (Policy orders-policy): spec.forProvider.policy.Statement.0: got Allow "*" on "arn:aws:s3:::*", ${tooMuch}`],
    ],
    ...['NotAction', 'NotResource'].map(
      (element): Case => [
        element,
        setting('policy', 'policy', document({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::x/*', [element]: 'x' })),
        [`policy (Policy orders-policy): spec.forProvider.policy.Statement.0: got Allow with ${element}, want what is allowed named`],
      ],
    ),
    ['what is denied', setting('policy', 'policy', document({ ...allowAll, Effect: 'Deny', NotAction: 'x' })), none],
    ...[
      ['RolePolicy', 'iam'],
      ['BucketPolicy', 's3'],
      ['QueuePolicy', 'sqs'],
      ['Queue', 'sqs'],
      ['Topic', 'sns'],
    ].map(
      ([kind = '', service = '']): Case => [
        `a ${kind}`,
        add('p', aws(service, kind, 'p', { policy: document(allowAll) })),
        [`p (${kind} p): spec.forProvider.policy.Statement.0: got Allow "*" on "*", ${tooMuch}`],
      ],
    ),
    [
      'an inline policy',
      setting('role', 'inlinePolicy.0.policy', document(allowAll)),
      [`role (Role orders-role): spec.forProvider.inlinePolicy.0.policy.Statement.0: got Allow "*" on "*", ${tooMuch}`],
    ],
    [
      'a role for everybody',
      setting(
        'role',
        'assumeRolePolicy',
        document({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole', Condition: { Bool: { x: 'y' } } }),
      ),
      ['role (Role orders-role): spec.forProvider.assumeRolePolicy.Statement.0: got Allow to everybody, want named principals'],
    ],
    ...['{', '"text"', '[]', '{"Statement":[{},"x"]}', {}].map(
      (policy): Case => [
        `${JSON.stringify(policy)}, which is no policy document`,
        setting('policy', 'policy', policy),
        [`policy (Policy orders-policy): spec.forProvider.policy: got ${JSON.stringify(policy)}, want a policy document in JSON`],
      ],
    ),
    [
      'a policy attached at first only',
      set('attachment', 'spec.initProvider.policyArn', 'arn:aws:iam::aws:policy/AdministratorAccess'),
      [
        'attachment (RolePolicyAttachment orders-attachment): spec.initProvider.policyArn: got "arn:aws:iam::aws:policy/AdministratorAccess", want a policy with what the app needs',
      ],
    ],
    ...['AdministratorAccess', 'PowerUserAccess', 'IAMFullAccess'].flatMap((name): readonly Case[] => [
      [
        `${name} attached`,
        setting('attachment', 'policyArn', `arn:aws:iam::aws:policy/${name}`),
        [
          `attachment (RolePolicyAttachment orders-attachment): spec.forProvider.policyArn: got "arn:aws:iam::aws:policy/${name}", want a policy with what the app needs`,
        ],
      ],
      [
        `${name} in the role`,
        setting('role', 'managedPolicyArns', [`arn:aws:iam::aws:policy/${name}`]),
        [
          `role (Role orders-role): spec.forProvider.managedPolicyArns: got "arn:aws:iam::aws:policy/${name}", want a policy with what the app needs`,
        ],
      ],
    ]),
  ],
  'allowed-hosts': [
    ...[
      ['www.example.com', 'www.example.com', true],
      ['www.example.com', 'shop.www.example.com', false],
      ['*.apps.example.com', 'orders.apps.example.com', true],
      ['*.apps.example.com', 'orders.shop.apps.example.com', true],
      ['*.apps.example.com', 'apps.example.com', false],
      ['*.apps.example.com', '.apps.example.com', false],
      ['*.apps.example.com', 'orders.evil-apps.example.com', false],
      ['*.{namespace}.apps.example.com', 'orders.shop.apps.example.com', true],
      ['{namespace}.apps.example.com', 'shop.apps.example.com', true],
      ['*.{namespace}.apps.example.com', 'orders.shop-payments.apps.example.com', false],
      ['*.{namespace}.apps.example.com', 'orders.shop.evil.apps.example.com', false],
      ['*-{namespace}.apps.example.com', 'orders-shop.apps.example.com', false],
      ['*', 'orders.example.com', false],
    ].map(
      ([allow, host, holds]): Case => [
        `host ${host} where ${allow} is allowed`,
        add('ingress', ingressOf({ host })),
        holds === true
          ? none
          : [`ingress (Ingress orders): spec.rules.0.host: got "${host}", want one of ${String(allow).replace('{namespace}', 'shop')}`],
        { allowed: [String(allow)] },
      ],
    ),
    [
      'where none is allowed',
      add('ingress', ingressOf({ host: 'www.example.com' })),
      [`ingress (Ingress orders): spec.rules.0.host: got "www.example.com", ${noHost}`],
    ],
    ['every host, by a rule', add('ingress', ingressOf({})), [`ingress (Ingress orders): spec.rules.0.host: got undefined, ${noHost}`]],
    ['every host, by no rule', add('ingress', ingressOf()), [`ingress (Ingress orders): spec.rules.*.host: got undefined, ${noHost}`]],
    ['every host of a Gateway', add('route', routeOf(undefined)), [`route (HTTPRoute orders): spec.hostnames.*: got undefined, ${noHost}`]],
    [
      'one of two of an HTTPRoute',
      add('route', routeOf(['www.example.com', 'shop.example.com'])),
      ['route (HTTPRoute orders): spec.hostnames: got "shop.example.com", want one of www.example.com'],
      { allowed: ['www.example.com'] },
    ],
  ],
  'allowed-registries': [
    ...['acme/app:1', 'ghcr.io/acme/app:1', 'localhost/app', 'docker.io/valkeys/valkey:8', 'mirror.example.com/pg/postgres-evil:1'].map(
      (image): Case => [`image ${image}`, pod('containers.0.image', image), [deployment(`containers.0.image: got "${image}", ${images}`)]],
    ),
    ...[
      'postgres',
      'postgres:17',
      'docker.io/postgres@sha256:abc',
      'index.docker.io/library/postgres:17',
      'valkey/valkey:8',
      'mirror.example.com/pg/postgres:17@sha256:abc',
    ].map((image): Case => [`image ${image}`, pod('containers.0.image', image), none]),
    ...[
      ['registry.example.com', 'registry.example.com/x:1', true],
      ['registry.example.com/', 'registry.example.com/x:1', true],
      ['registry.example.com', 'registry.example.com.evil/x:1', false],
      ['registry.example.com:5000', 'registry.example.com:5000/x', true],
      ['registry.example.com:5000', 'registry.example.com/x', false],
      ['ghcr.io/acme', 'ghcr.io/acme/app:1', true],
      ['ghcr.io/acme', 'ghcr.io/acme2/app:1', false],
      ['ghcr.io/acme/app:1', 'ghcr.io/acme/app:2', true],
      ['acme/app', 'docker.io/acme/app:2', true],
    ].map(
      ([allow, image, holds]): Case => [
        `image ${image} where ${allow} is allowed`,
        pod('containers.0.image', image),
        holds === true ? none : [expect.stringContaining(`containers.0.image: got "${image}", want an image from `) as unknown as string],
        { allowed: [String(allow)] },
      ],
    ),
    ...(
      [
        ['that runs already, since it cannot change and ends', 'Job', 'quay.io/x:1', true],
        ['of a Job that had another', 'Job', 'quay.io/x:2', false],
        ['of a Deployment, which could change it', 'Deployment', 'quay.io/x:1', false],
      ] as const
    ).map(([what, kind, ran, holds]): Case => {
      const running = (image: string): KubernetesObject => ({
        apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
        kind,
        metadata: { name: 'x' },
        spec: { template: { spec: { containers: [{ image }] } } },
      });
      const sentence = `x (${kind} x): spec.template.spec.containers.0.image: got "quay.io/x:1", ${images}`;
      return [`an image ${what}`, add('x', running('quay.io/x:1')), holds ? none : [sentence], { observed: { x: running(ran) } }];
    }),
    ['an init container', pod('initContainers.0.image', 'quay.io/x'), [deployment(`initContainers.0.image: got "quay.io/x", ${images}`)]],
    [
      'a container for debugging',
      pod('ephemeralContainers', [{ image: 'quay.io/x' }]),
      [deployment(`ephemeralContainers.0.image: got "quay.io/x", ${images}`)],
    ],
    [
      'an image as a volume',
      pod('volumes', [{ name: 'x', image: { reference: 'quay.io/x' } }]),
      [deployment(`volumes.0.image.reference: got "quay.io/x", ${images}`)],
    ],
    ...(
      [
        ['v1', 'Pod', 'spec'],
        ['v1', 'ReplicationController', 'spec.template.spec'],
        ['apps/v1', 'StatefulSet', 'spec.template.spec'],
        ['apps/v1', 'DaemonSet', 'spec.template.spec'],
        ['apps/v1', 'ReplicaSet', 'spec.template.spec'],
        ['batch/v1', 'Job', 'spec.template.spec'],
        ['batch/v1', 'CronJob', 'spec.jobTemplate.spec.template.spec'],
      ] as const
    ).map(
      ([apiVersion, kind, path]): Case => [
        `a ${kind}`,
        (desired) =>
          set('a', `${path}.containers`, [{ image: 'quay.io/x' }])({ ...desired, a: { apiVersion, kind, metadata: { name: 'a' } } }),
        [`a (${kind} a): ${path}.containers.0.image: got "quay.io/x", ${images}`],
      ],
    ),
  ],
  'images-pinned': [
    ...['postgres', 'postgres:latest', 'registry.example.com:5000/postgres'].map(
      (image): Case => [
        `image ${image}`,
        pod('containers.0.image', image),
        [deployment(`containers.0.image: got "${image}", want a tag other than latest, or a digest`)],
      ],
    ),
    ...['registry.example.com:5000/postgres:17', 'postgres@sha256:abc', 'postgres:latest@sha256:abc'].map(
      (image): Case => [`image ${image}`, pod('containers.0.image', image), none],
    ),
  ],
  'non-root-containers': [
    ...['hostNetwork', 'hostPID', 'hostIPC'].map(
      (field): Case => [field, pod(field, true), [deployment(`${field}: got true, want false`)]],
    ),
    [
      'a folder of the node',
      pod('volumes', [{ name: 'x', hostPath: { path: '/' } }]),
      [deployment('volumes.0.hostPath: got {"path":"/"}, want no folder of the node')],
    ],
    [
      'nobody says who runs',
      pod('securityContext', undefined),
      ['containers', 'initContainers'].map((list) =>
        deployment(`${list}.0.securityContext.runAsNonRoot: got undefined, want true, here or for the pod`),
      ),
    ],
    [
      'the container says otherwise',
      pod('containers.0.securityContext.runAsNonRoot', false),
      [deployment('containers.0.securityContext.runAsNonRoot: got false, want true, here or for the pod')],
    ],
    [
      'privileges',
      pod('initContainers.0.securityContext.privileged', true),
      [deployment('initContainers.0.securityContext.privileged: got true, want false')],
    ],
    [
      'escalation',
      pod('containers.0.securityContext.allowPrivilegeEscalation', undefined),
      [deployment('containers.0.securityContext.allowPrivilegeEscalation: got undefined, want false')],
    ],
    [
      'capabilities that are kept',
      pod('containers.0.securityContext.capabilities', { drop: ['NET_RAW'] }),
      [deployment('containers.0.securityContext.capabilities.drop: got ["NET_RAW"], want ["ALL"]')],
    ],
    [
      'capabilities that are added',
      pod('containers.0.securityContext.capabilities.add', ['NET_BIND_SERVICE', 'SYS_ADMIN']),
      [deployment('containers.0.securityContext.capabilities.add: got "SYS_ADMIN", want none but NET_BIND_SERVICE')],
    ],
    [
      'a container for debugging',
      pod('ephemeralContainers', [{ image: 'x', securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: 'ALL' } } }]),
      [deployment('ephemeralContainers.0.securityContext.capabilities.drop: got "ALL", want ["ALL"]')],
    ],
    [
      'management policies are nothing to a Deployment',
      (desired) => set('deployment', 'spec.managementPolicies', ['Observe'])(pod('hostPID', true)(desired)),
      [deployment('hostPID: got true, want false')],
    ],
  ],
  'limited-containers': [
    ...['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'].map(
      (quantity): Case => [
        quantity,
        pod(`containers.0.resources.${quantity}`, undefined),
        [deployment(`containers.0.resources.${quantity}: got undefined, want a quantity`)],
      ],
    ),
    [
      'none at all',
      pod('initContainers.0.resources', undefined),
      ['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'].map((quantity) =>
        deployment(`initContainers.0.resources.${quantity}: got undefined, want a quantity`),
      ),
    ],
    [
      'a limit of 0, which is none',
      pod('containers.0.resources.limits.memory', '0'),
      [deployment('containers.0.resources.limits.memory: got "0", want a quantity')],
    ],
  ],
};

test('every policy has a case that breaks it and one that keeps it', () => {
  const broken = Object.entries(cases).flatMap(([id, rows]) => (rows.some(([, , sentences]) => sentences.length > 0) ? [id] : []));
  expect(broken.sort()).toEqual(policies.map(({ id }) => id).sort());
});

describe.each(policies.map((policy) => [policy.id, policy] as const))('%s', (id, policy) => {
  test('has nothing against what is good', () => {
    expect(policy.check(good, contextOf())).toEqual([]);
  });

  for (const [what, change, sentences, circumstances] of cases[id] ?? []) {
    test(what, () => {
      expect(policy.check(sorted(change({ ...good })), contextOf(circumstances))).toEqual(sentences);
    });
  }
});

describe('what a policy says of itself', () => {
  test('only what Crossplane would fail over, and what nothing is known of, is fixed', () => {
    const fixed = policies.filter((policy) => policy.fixed);
    expect(fixed.map(({ id, severity }) => [id, severity])).toEqual([
      ['known-kinds', 'deny'],
      ['unique-objects', 'deny'],
      ['own-namespace', 'deny'],
      ['names-within-limits', 'deny'],
    ]);
  });

  test('ids are unique and fit for a file', () => {
    expect(new Set(policies.map(({ id }) => id)).size).toBe(policies.length);
    expect(policies.filter(({ id }) => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
  });

  test.each(policies)('$id has sentences', ({ text, why, fix, allows }) => {
    for (const sentence of [text, why, fix, ...(allows === undefined ? [] : [allows])]) {
      expect(sentence).toMatch(/^[A-Z][^\n|]+\.$/);
    }
  });
});

/** What every backend of every tier comes to. */
const tierBackends = tiers.flatMap((tier) => ['container', 'shared', 'rds'].map((backend): [Tier, string] => [tier, backend]));

test.each(tierBackends)('what expand makes in tier %s with backend %s keeps every policy', (tier, backend) => {
  const data = { ...everything, tier, defaults: { AppDatabase: { backend } } };
  const request = stepRequest({ environment: 'live', environments: [environmentConfig('live', data)], spec: { extensions: ['pgcrypto'] } });
  const response = expand(request);
  expect(response.refusal).toBeUndefined();
  const resources = sorted(Object.fromEntries(Object.entries(response.desired).map(([key, { object }]) => [key, object])));
  expect(Object.keys(resources).length).toBeGreaterThan(0);
  const facts = { aws: { region, providerConfig: 'aws' } };
  const context = { request, environment: { ...environment, tier, facts }, allowed: [] };
  const problems = policies
    .filter(({ tiers: held }) => held === undefined || held.includes(tier))
    .flatMap(({ id, check }) => check(resources, context).map((problem) => `${problem} [${id}]`));
  expect(problems).toEqual([]);
});

/** Every path into an object. */
function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [...(path.length === 0 ? [] : [path]), ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

/** Everything but what Crossplane itself needs to be able to apply an object. */
const places = Object.entries(good).flatMap(([key, object]) =>
  pathsOf(object)
    .filter(([first]) => first === 'spec')
    .concat([
      ['metadata', 'annotations'],
      ['metadata', 'annotations', 'crossplane.io/external-name'],
      ['spec', 'initProvider'],
    ])
    .map((path) => ({ key, path })),
);
const statements = fc.record(
  {
    Effect: fc.oneof(fc.constantFrom('Allow', 'Deny'), fc.jsonValue()),
    Principal: fc.oneof(fc.constantFrom('*', { AWS: '*' }), fc.jsonValue()),
    Action: fc.oneof(fc.constantFrom('*', ['s3:*']), fc.jsonValue()),
    NotAction: fc.jsonValue(),
    Resource: fc.oneof(fc.constantFrom('*'), fc.jsonValue()),
    Condition: fc.oneof(
      fc.record({ Bool: fc.record({ 'aws:SecureTransport': fc.oneof(fc.jsonValue(), fc.constant({ toString: 1 })) }) }),
      fc.jsonValue(),
    ),
  },
  { requiredKeys: [] },
);
const values = fc.oneof(
  fc.jsonValue(),
  fc.constant(undefined),
  fc.constantFrom('*', 'x\ny', '0.0.0.0/0', { toString: 1 }, { __proto__: null }, [[]], [null], ['Observe']),
  fc.array(statements, { maxLength: 3 }).map((list) => document(...list)),
  fc.jsonValue().map((value) => JSON.stringify(value)),
);

/** `npm run test:nightly` sets more. */
const runs = Number(process.env['PROPERTY_RUNS'] ?? 200);

test('no policy fails over what a template may write, and each sentence is one line', { timeout: 20_000 + runs * 20 }, () => {
  const changes = fc.array(fc.record({ place: fc.constantFrom(...places), value: values }), { minLength: 1, maxLength: 4 });
  const deletion = fc.constantFrom(undefined, 'Protect', 'Snapshot', 'Delete');
  fc.assert(
    fc.property(changes, deletion, (given, said) => {
      const resources: Record<string, KubernetesObject> = { ...good };
      for (const { place, value } of given) {
        resources[place.key] = replaced(resources[place.key], place.path, value) as KubernetesObject;
      }
      const context = contextOf(said === undefined ? {} : { deletion: said });
      for (const policy of policies) {
        const sentences = policy.check(resources, context);
        expect(policy.check(structuredClone(resources), context)).toEqual(sentences);
        expect(sentences.filter((sentence) => /[\r\n]/.test(sentence))).toEqual([]);
      }
    }),
    { numRuns: runs },
  );
});

describe('the pages of policies', () => {
  const pages = policyPages(goldenPath);

  test('are one for each, and their list', () => {
    expect([...pages.keys()]).toEqual(['README.md', ...policies.map(({ id }) => `${id}.md`)]);
    for (const { id, text } of policies)
      expect(pages.get('README.md')).toMatch(new RegExp(`^\\| \\[${id}\\]\\(${id}\\.md\\) \\| .* \\| ${text} \\|$`, 'm'));
    for (const { id, text, why, fix } of policies) {
      for (const part of [`# ${id}\n`, text, why, fix]) expect(pages.get(`${id}.md`)).toContain(part);
    }
  });

  test('say what is asked of each kind', () => {
    const row = '| `rds.aws.m.upbound.io/Instance` | `multiAz`: true |';
    expect(pages.get('multi-az.md')).toContain(row);
    expect(pages.get('multi-az.md')).toContain(
      '| `rds.aws.m.upbound.io/Cluster` | ClusterInstance, composed beside it: at least two, or a dbClusterInstanceClass |',
    );
  });

  test.each(policies)('$id shows only the settings that it has', ({ id, allows, fixed }) => {
    const page = pages.get(`${id}.md`) ?? '';
    expect(page.includes('      allow: [] # ')).toBe(allows !== undefined);
    expect(page.includes('      severity: ')).toBe(fixed !== true);
    expect(page.includes(`platform.internal/waive-policies: ${id}\n`)).toBe(fixed !== true);
  });
});
