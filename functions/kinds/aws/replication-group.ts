import type { Item } from '../../core/card.ts';
import { at, numberAt, stringAt } from '../../core/kubernetes.ts';
import { shown } from '../../core/problem.ts';
import {
  defineKind,
  deleting,
  effectsOn,
  externalNames,
  fixedExternalName,
  forProvider,
  inPlace,
  none,
  restart,
  unnoticed,
  words,
} from '../card.ts';
import { regionOf, wanted } from '../failures.ts';
import { isAtLeast, isText, isTrue } from '../fields.ts';
import { outliving } from '../outliving.ts';
import { classId, countAt, got, hoursPerMonth } from '../price.ts';
import { awsKind, tags } from './provider.ts';
import { deletedByFewerDays } from './retention.ts';

function items(object: unknown): readonly Item[] {
  const provider = at(object, 'spec', 'forProvider');
  const engine = at(provider, 'engine');
  if (engine !== 'valkey') return [got('spec.forProvider.engine', engine, 'valkey')];
  const nodeType = at(provider, 'nodeType');
  const price = classId('elasticache', 'cache', nodeType);
  if (price === undefined) return [got('spec.forProvider.nodeType', nodeType, 'a node type such as cache.t4g.small')];
  const shards = countAt(provider, 'numNodeGroups');
  const replicas = at(provider, 'replicasPerNodeGroup') === undefined ? 0 : countAt(provider, 'replicasPerNodeGroup');
  const nodes =
    countAt(provider, 'numCacheClusters') ?? (shards === undefined || replicas === undefined ? undefined : shards * (1 + replicas));
  if (nodes === undefined) return [got('spec.forProvider.numCacheClusters', at(provider, 'numCacheClusters'), 'a number of nodes')];
  return [{ charge: `${nodes} × ${nodeType}`, price, units: hoursPerMonth * nodes }];
}

/**
 * Of the nodes of the families below.
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html
 */
const memoryGiB: ReadonlyMap<unknown, number> = new Map(
  [
    { families: ['t3', 't4g'], sizes: { micro: 0.5, small: 1.37, medium: 3.09 } },
    {
      families: ['m5', 'm6g', 'm7g'],
      sizes: {
        large: 6.38,
        xlarge: 12.93,
        '2xlarge': 26.04,
        '4xlarge': 52.26,
        '8xlarge': 103.68,
        '12xlarge': 157.12,
        '16xlarge': 209.55,
        '24xlarge': 314.32,
      },
    },
    {
      families: ['r5', 'r6g', 'r7g'],
      sizes: {
        large: 13.07,
        xlarge: 26.32,
        '2xlarge': 52.82,
        '4xlarge': 105.81,
        '8xlarge': 209.55,
        '12xlarge': 317.77,
        '16xlarge': 419.09,
        '24xlarge': 635.61,
      },
    },
  ].flatMap(({ families, sizes }) =>
    families.flatMap((family) => Object.entries(sizes).map(([size, memory]) => [`cache.${family}.${size}`, memory] as const)),
  ),
);

/** Of a node whose memory is not known it is assumed. */
function mayBeSmaller(before: unknown, after: unknown): boolean {
  const [had, has] = [memoryGiB.get(before), memoryGiB.get(after)];
  return had === undefined || has === undefined || has < had;
}

/** In AWS, on a group that is to be adopted. Whoever administers AWS writes it, and nobody who writes claims. */
const tokenTag = 'auth-token';

/** provider-aws does not report the state that ElastiCache has it in, so that it is ready by its conditions alone. */
export const replicationGroup = defineKind({
  ...awsKind('elasticache', 'ReplicationGroup', 'replicationgroups'),
  tags,
  access: none('who may connect, its security groups and its token say'),
  privacy: none('a cache has no public address'),
  ingress: none('its security groups let clients in'),
  deletionProtection: none('ElastiCache has none'),
  data: {
    fixed: [fixedExternalName, ...forProvider('region', 'engine', 'atRestEncryptionEnabled', 'kmsKeyId')],
    growing: [],
    // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/VersionManagement.HowTo.html
    version: { path: ['spec', 'forProvider', 'engineVersion'], majors: { 7: [8, 9], 8: [9] } },
    survives: 'a final snapshot, where the claim did not give it up',
  },
  // https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
  names: externalNames({ most: 40, pattern: words }),
  classes: { path: 'spec.forProvider.nodeType', families: ['cache.t4g', 'cache.m7g', 'cache.r7g'] },
  // A cache takes its final snapshot because of the name alone, so there it can be given up.
  finalSnapshot: [{ path: 'spec.forProvider.finalSnapshotIdentifier', want: 'a name', holds: isText, waivedBy: ['Delete'] }],
  outliving,
  atRest: [{ path: 'spec.forProvider.atRestEncryptionEnabled', want: '"true"', holds: (value) => value === 'true' }],
  inTransit: [
    { path: 'spec.forProvider.transitEncryptionEnabled', want: 'true', holds: isTrue },
    { path: 'spec.forProvider.transitEncryptionMode', want: 'required', holds: (value) => value === 'required', optional: true },
  ],
  standby: ['multiAzEnabled', 'automaticFailoverEnabled'].map((field) => ({
    path: `spec.forProvider.${field}`,
    want: 'true',
    holds: isTrue,
  })),
  backups: [{ path: 'spec.forProvider.snapshotRetentionLimit', want: 'at least 1', holds: isAtLeast(1) }],
  backupReport: { what: 'daily snapshots', days: 'snapshotRetentionLimit', window: 'snapshotWindow' },
  defers: { fields: { engineVersion: 'engineVersionActual', nodeType: 'nodeType' }, window: 'maintenanceWindow' },
  adoption: {
    reported: { engineVersion: 'engineVersionActual', securityGroupIdRefs: 'securityGroupIds' },
    silent: ['applyImmediately', 'finalSnapshotIdentifier'],
    renewed: {},
    unfit(atProvider, forProvider) {
      if (at(atProvider, 'transitEncryptionEnabled') !== true || at(atProvider, 'transitEncryptionMode') !== 'required') {
        return 'who connects to it need not use TLS: have the platform team require that in ElastiCache first, once all of its clients do';
      }
      // ElastiCache says it, and provider-aws does not.
      if (stringAt(atProvider, 'tags', tokenTag) !== 'required') {
        return `its provider does not report whether it asks for a token: have the platform team tag it with ${tokenTag}=required, once nobody gets in without one`;
      }
      const [users, whole] = ['userGroupIds', 'globalReplicationGroupId'].map((field) => at(atProvider, field));
      const [runs, would] = [atProvider, forProvider].map((of) => at(of, 'port'));
      if (Array.isArray(users) && users.length > 0) return 'its users are those of a user group, want one that has a token alone';
      if (at(atProvider, 'clusterEnabled') === true)
        return 'its keys are in shards, for clients of a cluster: want one without cluster mode';
      if (whole !== undefined && whole !== '')
        return `it belongs to ${shown(whole)}, of more than one region: have the platform team take it out in ElastiCache first`;
      return runs === would ? undefined : `it listens on port ${shown(runs)}, want ${shown(would)}`;
    },
  },
  price: { ids: ['elasticache/cache.*.*'], items },
  // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/redis-cluster-vertical-scaling.html
  effects: effectsOn({
    nodeType: ({ before, after }) =>
      deleting(
        mayBeSmaller(before, after) ? 'evicts the keys that have no room any more' : undefined,
        'online scaling: it goes on serving; connections to the old nodes break for a few seconds',
      ),
    // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/VersionManagement.HowTo.html
    engineVersion: ({ is }) =>
      (numberAt(is, 'spec', 'forProvider', 'numCacheClusters') ?? 1) > 1 ||
      at(is, 'spec', 'forProvider', 'automaticFailoverEnabled') === true
        ? restart('a failover of seconds while the nodes are upgraded one after the other')
        : restart('minutes of downtime: the only node is upgraded', 'is kept if a snapshot of it succeeds, as a cache holds it in memory'),
    // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Modifying.html
    parameterGroupName: restart('static parameters apply when the nodes restart, dynamic ones at once'),
    numCacheClusters: inPlace('no downtime; replicas come or go'),
    numNodeGroups: inPlace('online resharding: no downtime, slower during it'),
    securityGroupIdRefs: inPlace('no downtime; whom the groups of before alone let in is shut out'),
    authTokenSecretRef: inPlace('the old token goes on working until it is removed'),
    // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-automatic.html
    snapshotRetentionLimit: ({ before, after }) => deleting(deletedByFewerDays('the automatic snapshots', before, after)),
    ...unnoticed(
      'applyImmediately',
      'autoMinorVersionUpgrade',
      'automaticFailoverEnabled',
      'description',
      'maintenanceWindow',
      'multiAzEnabled',
      'snapshotWindow',
    ),
  }),
  failures: [
    {
      pattern: /Expected a parameter group of family (\S+) but found one of family ([\w.-]*\w)/,
      says: ({ captured }) => `its parameter group is of family ${captured(2)}, want one of ${captured(1)}: tell the platform team`,
      // https://github.com/hashicorp/terraform/pull/11269
      example:
        'Error creating Elasticache Replication Group: InvalidParameterCombination: Expected a parameter group of family redis3.2 but found one of family redis2.8\n\tstatus code: 400, request id: 9e6563a4-dd91-11e6-bc8b-ed011a44f429',
    },
    {
      pattern: /\b(?:InvalidReplicationGroupState|InvalidCacheClusterState)\b|unexpected state '(?:modifying|snapshotting)'/,
      waitsFor: 'AWS to finish what it does to the cache',
      // https://github.com/umotif-public/terraform-aws-elasticache-redis/issues/54
      example:
        'modifying ElastiCache Replication Group (orders) shard configuration: error modifying ElastiCache Replication Group shard configuration: InvalidReplicationGroupState: Replication group must be in available state to modify.',
    },
    {
      pattern: /\bCache(Parameter|Subnet)GroupNotFound/,
      waitsFor: ({ captured }) => `its ${captured(1) === 'Parameter' ? 'parameter' : 'subnet'} group`,
      // https://github.com/azavea/terraform-aws-redis-elasticache/issues/12
      example:
        'Error creating Elasticache Replication Group: CacheParameterGroupNotFound: CacheParameterGroup not found: redis3.2\n\tstatus code: 404, request id: ba8f1fc5-d9d6-11e7-a7f4-316f2d54c477',
    },
    {
      pattern: /Cannot find version (\S+) for ([\w-]+)/,
      about: { field: 'engineVersion' },
      says: (failure) =>
        `ElastiCache does not offer ${failure.captured(2)} ${shown(failure.captured(1))} in ${regionOf(failure)}, choose another version`,
      // https://github.com/ministryofjustice/cloud-platform-environments/pull/5753
      example:
        'Error creating ElastiCache Replication Group (cp-66508e899082f511): InvalidParameterCombination: Cannot find version 4.0.13 for redis',
    },
    {
      pattern: /InsufficientCacheClusterCapacity/,
      about: { field: 'nodeType' },
      says: (failure) =>
        `AWS has no ${wanted(failure, 'nodeType')} free in ${regionOf(failure)} now, wait for the next attempts or choose another size`,
      // https://github.com/winglang/wing/issues/4126
      example:
        'creating ElastiCache Cache Cluster: InsufficientCacheClusterCapacity: cache.t4g.small (VPC) is not currently supported in the availability zone us-east-1e.  Retry the launch with no availability zone or target: us-east-1a, us-east-1f, us-east-1b, us-east-1c, us-east-1d.\n\tstatus code: 400, request id: e31f9630-7993-4bcb-9225-9415cd1c1ddd',
    },
    {
      pattern: /unexpected state 'create-failed'/,
      says: (failure) =>
        `AWS gave up making it, mostly for want of ${wanted(failure, 'nodeType')} in ${regionOf(failure)}: have the platform team read its events in ElastiCache and clear away there what never served, it is then made again`,
      // https://github.com/ministryofjustice/cloud-platform/pull/8304, in the words of https://github.com/hashicorp/terraform-provider-aws/issues/35896
      example:
        "waiting for ElastiCache Replication Group (orders) create: unexpected state 'create-failed', wanted target 'available'. last error: %!s(<nil>)",
    },
  ],
});
