import { at, groupKind, type KubernetesObject, numberAt } from '../functions/core/kubernetes.ts';
import { durable, majorOf } from '../functions/guard/durable.ts';

/** What a change does to what runs, the mildest first. */
const impacts = ['in place', 'restart', 'replace'] as const;
type Impact = (typeof impacts)[number];

export interface Effect {
  readonly impact: Impact;
  /** False where nothing is known of the field, so that `in place` is only what usually happens. */
  readonly known: boolean;
  /** What to expect, in half a sentence. */
  readonly what: string;
}

interface FieldChange {
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
  readonly was: KubernetesObject;
  readonly is: KubernetesObject;
}

type Rule = Effect | ((change: FieldChange) => Effect);
type Row = Readonly<Record<string, Rule>>;

const inPlace = (what = 'no downtime'): Effect => ({ impact: 'in place', known: true, what });
const restart = (what: string): Effect => ({ impact: 'restart', known: true, what });
const replace = (what: string): Effect => ({ impact: 'replace', known: true, what });
const unknown: Effect = { impact: 'in place', known: false, what: "no entry: see the provider's documentation" };

const forProvider = (fields: Row): Row =>
  Object.fromEntries(Object.entries(fields).map(([field, rule]) => [`spec.forProvider.${field}`, rule]));
const none = (...fields: readonly string[]): Row => Object.fromEntries(fields.map((field) => [field, inPlace()]));

/** A standby takes over within one or two minutes; without one the database is away while it starts again. */
function outage({ was, is }: FieldChange, ofOne: string): Effect {
  const standby = at(was, 'spec', 'forProvider', 'multiAz') === true && at(is, 'spec', 'forProvider', 'multiAz') === true;
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html: failover takes 60 to 120 seconds.
  const length = standby ? '60 to 120 seconds of failover (Multi-AZ)' : ofOne;
  const later = at(is, 'spec', 'forProvider', 'applyImmediately') === false ? ', in the maintenance window' : '';
  return restart(`${length}${later}`);
}

/**
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html, "Settings for DB instances", and
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
 */
const rdsInstance: Row = forProvider({
  instanceClass: (change) => outage(change, 'minutes of downtime (single-AZ)'),
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html: a major upgrade stops primary and standby.
  engineVersion(change) {
    const path = ['spec', 'forProvider', 'engineVersion'];
    const major = majorOf(change.was, path) !== majorOf(change.is, path);
    if (!major) return outage(change, 'minutes of downtime (single-AZ)');
    const later = at(change.is, 'spec', 'forProvider', 'applyImmediately') === false ? ', in the maintenance window' : '';
    return restart(`minutes of downtime or longer, by the size of the database, also with Multi-AZ${later}`);
  },
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.ModifyingExisting.html
  allocatedStorage: inPlace('no downtime; slower during storage optimization, and no other storage change for 6 hours'),
  iops: inPlace('no downtime; slower during storage optimization'),
  storageThroughput: inPlace('no downtime; slower during storage optimization'),
  storageType: inPlace('no downtime between SSD types; slower during storage optimization'),
  backupRetentionPeriod: (change) =>
    (change.before === 0) === (change.after === 0) ? inPlace() : outage(change, 'a brief outage, since backups are turned on or off'),
  multiAz: inPlace('no downtime; slower while the standby is made'),
  parameterGroupName: restart('static parameters apply at the next reboot, dynamic ones at once'),
  dbSubnetGroupNameRef: restart('an outage while the database moves to other subnets'),
  dbSubnetGroupName: restart('an outage while the database moves to other subnets'),
  port: restart('a reboot at once, whatever the maintenance window'),
  publiclyAccessible: inPlace('no downtime; the address changes'),
  ...none(
    'allowMajorVersionUpgrade',
    'applyImmediately',
    'autoMinorVersionUpgrade',
    'backupWindow',
    'copyTagsToSnapshot',
    'deleteAutomatedBackups',
    'deletionProtection',
    'enabledCloudwatchLogsExports',
    'finalSnapshotIdentifier',
    'maintenanceWindow',
    'maxAllocatedStorage',
    'passwordSecretRef',
    'performanceInsightsEnabled',
    'performanceInsightsRetentionPeriod',
    'skipFinalSnapshot',
    'vpcSecurityGroupIdRefs',
  ),
});

/** https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/redis-cluster-vertical-scaling.html */
const replicationGroup: Row = forProvider({
  nodeType: inPlace('online scaling: it goes on serving; connections to the old nodes break for a few seconds'),
  // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/VersionManagement.HowTo.html
  engineVersion: ({ is }) =>
    (numberAt(is, 'spec', 'forProvider', 'numCacheClusters') ?? 1) > 1 || at(is, 'spec', 'forProvider', 'automaticFailoverEnabled') === true
      ? restart('a failover of seconds while the nodes are upgraded one after the other')
      : restart('minutes of downtime: the only node is upgraded'),
  // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Modifying.html
  parameterGroupName: restart('static parameters apply when the nodes restart, dynamic ones at once'),
  numCacheClusters: inPlace('no downtime; replicas come or go'),
  numNodeGroups: inPlace('online resharding: no downtime, slower during it'),
  automaticFailoverEnabled: inPlace(),
  multiAzEnabled: inPlace(),
  ...none('applyImmediately', 'maintenanceWindow', 'snapshotWindow', 'snapshotRetentionLimit', 'autoMinorVersionUpgrade', 'description'),
  authTokenSecretRef: inPlace('the old token goes on working until it is removed'),
});

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const queue: Row = forProvider({
  fifoQueue: replace('a queue stays of the type that it was made with; its messages would be lost'),
  ...Object.fromEntries(
    [
      'contentBasedDeduplication',
      'deduplicationScope',
      'delaySeconds',
      'fifoThroughputLimit',
      'kmsDataKeyReusePeriodSeconds',
      'kmsMasterKeyId',
      'maxMessageSize',
      'messageRetentionSeconds',
      'policy',
      'receiveWaitTimeSeconds',
      'redriveAllowPolicy',
      'redrivePolicy',
      'sqsManagedSseEnabled',
      'visibilityTimeoutSeconds',
    ].map((field) => [field, inPlace('no downtime; takes up to 60 seconds, and a new retention up to 15 minutes')]),
  ),
});

const podTemplate: Rule = ({ is }) => {
  const persistent = Array.isArray(at(is, 'spec', 'volumeClaimTemplates'));
  const volumes = at(is, 'spec', 'template', 'spec', 'volumes');
  const data = Array.isArray(volumes) && volumes.some((volume) => at(volume, 'name') === 'data' && at(volume, 'emptyDir') !== undefined);
  if (data && !persistent) return restart('the pod is replaced and its data is lost, since persistence is Ephemeral');
  return restart('down until the new pod is ready');
};

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/: all else of its spec is immutable. */
const statefulSet: Row = {
  'spec.template': podTemplate,
  ...none(
    'spec.replicas',
    'spec.persistentVolumeClaimRetentionPolicy',
    'spec.updateStrategy',
    'spec.minReadySeconds',
    'spec.revisionHistoryLimit',
  ),
  spec: replace('the apiserver refuses it: the field is immutable'),
};

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/ */
const deployment: Row = {
  'spec.selector': replace('the apiserver refuses it: the field is immutable'),
  'spec.template': ({ is }) =>
    at(is, 'spec', 'strategy', 'type') === 'Recreate'
      ? restart('down until the new pods are ready')
      : restart('a rolling update: new pods come before the old ones go'),
  spec: inPlace(),
};

/** By `<group> <Kind>` and field; the longest field that leads to a changed one counts. */
const rows: Readonly<Record<string, Row>> = {
  'rds.aws.m.upbound.io Instance': rdsInstance,
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
  'rds.aws.m.upbound.io ParameterGroup': forProvider({
    family: replace('a group stays of one family'),
    parameter: restart('static parameters apply at the next reboot, dynamic ones at once'),
  }),
  'rds.aws.m.upbound.io SubnetGroup': forProvider({ subnetIds: inPlace() }),
  // https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
  'ec2.aws.m.upbound.io SecurityGroup': forProvider({
    name: replace('its name never changes'),
    description: replace('its description never changes'),
    vpcId: replace('it stays in its VPC'),
  }),
  'ec2.aws.m.upbound.io SecurityGroupRule': forProvider({
    description: inPlace(),
    '': replace('the rule is deleted and made again'),
  }),
  'elasticache.aws.m.upbound.io ReplicationGroup': replicationGroup,
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingBucket.html
  's3.aws.m.upbound.io Bucket': forProvider({
    objectLockEnabled: replace('object lock is chosen when a bucket is made'),
    forceDestroy: inPlace(),
  }),
  'sqs.aws.m.upbound.io Queue': queue,
  // https://www.postgresql.org/docs/current/sql-alterrole.html and sql-alterdatabase.html
  'postgresql.sql.m.crossplane.io Role': forProvider({
    privileges: inPlace(),
    connectionLimit: inPlace('no downtime; for new connections'),
  }),
  'postgresql.sql.m.crossplane.io Database': forProvider({ owner: inPlace(), allowConnections: inPlace(), connectionLimit: inPlace() }),
  'apps StatefulSet': statefulSet,
  'apps Deployment': deployment,
  ' Service': { 'spec.clusterIP': replace('the apiserver refuses it: the field is immutable'), spec: inPlace() },
  // https://kubernetes.io/docs/concepts/configuration/secret/
  ' Secret': {
    type: replace('the apiserver refuses it: the field is immutable'),
    data: inPlace('mounted files follow; pods that read it into variables keep the old value until they restart'),
  },
  ' ConfigMap': { data: inPlace('mounted files follow; pods that read it into variables keep the old value until they restart') },
  'networking.k8s.io NetworkPolicy': { spec: inPlace('at once, for new connections') },
  'protection.crossplane.io Usage': { spec: inPlace() },
};

/** What holds of every kind. */
const everywhere: Row = {
  'metadata.labels': inPlace(),
  'metadata.annotations': inPlace(),
  'metadata.name': replace('another name is another object'),
  'spec.managementPolicies': inPlace(),
  'spec.providerConfigRef': inPlace('another login to the cloud, from the next reconcile on'),
  'spec.writeConnectionSecretToRef': inPlace(),
  'spec.forProvider.tags': inPlace(),
};

/** What a changed field of a resource that exists does to it. */
export function effectOf(change: FieldChange): Effect {
  const { path, was } = change;
  const fixed = durable(was)?.fixed.some((field) => field.length === path.length && field.every((part, index) => part === path[index]));
  if (fixed === true) return replace('it cannot change without losing the data: the guard refuses it');
  const row = { ...everywhere, ...rows[groupKind(was)] };
  for (let length = path.length; length > 0; length -= 1) {
    const prefix = path.slice(0, length).join('.');
    const rule = row[prefix] ?? (prefix === 'spec.forProvider' ? row['spec.forProvider.'] : undefined);
    if (rule !== undefined) return typeof rule === 'function' ? rule(change) : rule;
  }
  return unknown;
}

/** The worst of effects; undefined of none. */
export function worstOf(effects: readonly Effect[]): Effect | undefined {
  const weight = ({ impact, known }: Effect) => impacts.indexOf(impact) * 2 + (known ? 0 : 1);
  return effects.reduce<Effect | undefined>(
    (worst, each) => (worst === undefined || weight(each) > weight(worst) ? each : worst),
    undefined,
  );
}
