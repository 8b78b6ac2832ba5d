import { isAwaited } from '../../../aws/adopted.ts';
import { type Alarm, alarmKinds, alarms, notifications } from '../../../aws/alarms.ts';
import { account, key as encryptionKey, network } from '../../../aws/facts.ts';
import { firewall, firewallKinds, longestGroupName, subnetGroup } from '../../../aws/network.ts';
import { majorOf, parameterGroupKey, parameterGroups } from '../../../aws/parameter-groups.ts';
import { awsResources, finalSnapshotName, finalSnapshotStatus } from '../../../aws/resources.ts';
import { shortestOfElastiCache, windows, windowsOf } from '../../../aws/windows.ts';
import type { Backend, Context, Expansion } from '../../../core/api.ts';
import { bind, bindingKey } from '../../../core/binding.ts';
import { type FactsOf, needsOf } from '../../../core/facts.ts';
import { at, type KubernetesObject, stringAt } from '../../../core/kubernetes.ts';
import { policiesFor } from '../../../core/managed.ts';
import { controlPlane } from '../../../core/names.ts';
import { elasticacheParameterGroup } from '../../../kinds/aws/elasticache-parameter-group.ts';
import { elasticacheSubnetGroup } from '../../../kinds/aws/elasticache-subnet-group.ts';
import { replicationGroup } from '../../../kinds/aws/replication-group.ts';
import { protection, usage } from '../../../kinds/crossplane/usage.ts';
import { secret } from '../../../kinds/kubernetes/secret.ts';
import { binding, type CacheSettings, completeBinding, port, type Size, suffix, versions } from '../schema.ts';
import { takenOver } from './elasticache-adopt.ts';

const needs = needsOf(controlPlane, account, encryptionKey, network, windows, notifications);
type Needs = FactsOf<typeof needs>;

interface Required {
  readonly token: readonly KubernetesObject[];
}

const composes = {
  binding: secret,
  'subnet-group': elasticacheSubnetGroup,
  ...firewallKinds,
  'parameter-group-*': elasticacheParameterGroup,
  'replication-group': replicationGroup,
  ...alarmKinds,
  protection: usage,
};

/** AWS's limit on the ids of replication groups. */
const longestId = 40;

const nodeTypes: Readonly<Record<Size, string>> = {
  small: 'cache.t4g.small',
  medium: 'cache.m7g.large',
  large: 'cache.r7g.large',
  xlarge: 'cache.r7g.2xlarge',
};

/** AWS wants the minor version too; the ones after it come by themselves. */
const newest: Readonly<Record<(typeof versions)[number], string>> = { 7: '7.2', 8: '8.2', 9: '9.1' };

/** `8.1` of `8.1.0`. */
const minorOf = (version: string | undefined) => /^[0-9]+\.[0-9]+/.exec(version ?? '')?.[0];

/** What AWS calls the nodes of a group. */
const nodesOf = (id: string, count: number) => Array.from({ length: count }, (_, index) => `${id}-${String(index + 1).padStart(3, '0')}`);

/**
 * What somebody is told of a cache. A full one that gives up keys does what it is for, until it does so all the time.
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.WhichShouldIMonitor.html
 */
function alarmsOf({ evictionPolicy }: CacheSettings, nodes: readonly string[]): readonly Alarm[] {
  const common = { namespace: 'AWS/ElastiCache', of: nodes.map((CacheClusterId) => ({ CacheClusterId })) };
  return [
    {
      ...common,
      part: 'cpu',
      says: 'uses more than nine tenths of the CPU that commands run on',
      metric: 'EngineCPUUtilization',
      statistic: 'Average',
      minutes: 15,
      breach: { above: 90 },
    },
    ...(evictionPolicy.startsWith('allkeys-')
      ? []
      : [
          {
            ...common,
            part: 'memory',
            says: `has more than nine tenths of its memory full, and refuses writes once it is full of keys that ${evictionPolicy} keeps`,
            metric: 'DatabaseMemoryUsagePercentage',
            statistic: 'Maximum' as const,
            minutes: 15,
            breach: { above: 90 },
          },
        ]),
    ...(evictionPolicy === 'noeviction'
      ? []
      : [
          {
            ...common,
            part: 'evictions',
            says: 'has given up keys for an hour on end, since it is too small for what is kept in it',
            metric: 'Evictions',
            statistic: 'Sum' as const,
            minutes: 60,
            breach: { above: 0 },
          },
        ]),
  ];
}

function expand(context: Context<CacheSettings, Needs, Required>): Expansion {
  const { claim, settings, facts, observed, required } = context;
  const { aws } = facts;
  const { adopt } = settings;
  const key = 'replication-group';
  const policies = policiesFor(settings.deletion, ['Snapshot', 'Delete']);
  const resources = awsResources(context, suffix, key, policies);
  const { identity, nameOf, resource, look, externalNameOf, description, tags } = resources;
  const id = adopt?.replicationGroup ?? externalNameOf(longestId);
  const finalSnapshot = finalSnapshotName(claim, id);
  const hours = windowsOf(identity, aws.windows, shortestOfElastiCache);
  const group = observed[key];
  const made = (field: string) => stringAt(group?.object, 'spec', 'forProvider', field);
  const reported = (field: string) => stringAt(group?.object, 'status', 'atProvider', field);
  const isWaiting = isAwaited(adopt, group);
  const taken = adopt && takenOver({ claim, facts, observed, id, anchor: key, look, secrets: required.token });

  const major = settings.version;
  // AWS moves to newer minor versions by itself, and going back would be another cache.
  const engineVersion = [minorOf(reported('engineVersionActual')), made('engineVersion')].find((running) => majorOf([major], running));
  // What AWS fixes when it makes the group stays as it was made, whatever the environment says later.
  const kmsKeyId = group === undefined ? aws.kmsKeyArn : made('kmsKeyId');

  const groupName = (part: string) => externalNameOf(longestGroupName, part);
  const groups = parameterGroups(versions, major, replicationGroup, group, observed, (part, family, superseded) =>
    resource(
      part,
      elasticacheParameterGroup,
      {
        name: groupName(part),
        family: `valkey${family}`,
        description,
        parameter: [{ name: 'maxmemory-policy', value: settings.evictionPolicy }],
        tags,
      },
      { externalName: groupName(part), ...superseded },
    ),
  );

  const count = settings.highAvailability ? 2 : 1;
  const members = at(group?.object, 'status', 'atProvider', 'memberClusters');
  // Whoever made what is adopted may have named its nodes otherwise.
  const nodes = adopt !== undefined && Array.isArray(members) && members.length > 0 ? members.map(String).sort() : nodesOf(id, count);
  const groupSpec = {
    description,
    engine: settings.engine,
    engineVersion: engineVersion ?? newest[major],
    autoMinorVersionUpgrade: 'true',
    nodeType: nodeTypes[settings.size],
    numCacheClusters: count,
    automaticFailoverEnabled: settings.highAvailability,
    multiAzEnabled: settings.highAvailability,
    applyImmediately: settings.applyChanges === 'Immediately',
    atRestEncryptionEnabled: 'true',
    transitEncryptionEnabled: true,
    transitEncryptionMode: 'required',
    port,
    parameterGroupName: groupName(parameterGroupKey(major)),
    ...(taken?.fields ?? {
      autoGenerateAuthToken: true,
      authTokenSecretRef: { name: nameOf('password'), key: 'password' },
      authTokenUpdateStrategy: 'ROTATE',
      // If this and the security group were both references, resolving one could undo the other.
      // https://github.com/crossplane-contrib/provider-aws/issues/2264
      subnetGroupName: groupName('subnet-group'),
      ...(kmsKeyId !== undefined && { kmsKeyId }),
    }),
    securityGroupIdRefs: [{ name: nameOf('security-group') }],
    snapshotRetentionLimit: settings.persistence === 'Snapshots' ? settings.snapshotRetentionDays : 0,
    snapshotWindow: hours.backup,
    maintenanceWindow: hours.maintenance,
    ...(settings.deletion !== 'Delete' && { finalSnapshotIdentifier: finalSnapshot }),
    tags,
  };

  const connection = group?.connectionDetails ?? {};
  const host = connection['primary_endpoint_address'];
  const password = taken === undefined ? connection['attribute.auth_token'] : taken.password;
  const fresh =
    !isWaiting && host && password
      ? completeBinding({ provider: 'elasticache', host, port: connection['port'] ?? String(port), password, tls: 'true' })
      : undefined;
  const bound = bind(claim, nameOf(), binding, fresh, observed[bindingKey], 'the replication group and its endpoint');
  const address = bound.values?.['host'] ?? (isWaiting ? undefined : reported('primaryEndpointAddress'));
  const refusal = taken?.refusal ?? bound.refusal;
  return {
    resources: {
      ...(taken?.resources ?? { 'subnet-group': subnetGroup(resources, 'subnet-group', elasticacheSubnetGroup, aws) }),
      ...firewall(resources, aws, observed, port),
      ...groups.resources,
      [key]: resource(key, replicationGroup, groupSpec, {
        externalName: id,
        adopts: adopt?.replicationGroup,
        connectionSecret: nameOf('connection'),
        // The provider would record nodes and their zones in the spec, and refuse every change of theirs from then on: a failover too.
        managementPolicies: policies.filter((policy) => policy !== 'LateInitialize'),
      }),
      ...bound.resources,
      ...alarms(resources, context, aws.notificationTopicArn, alarmsOf(settings, nodes)),
      // A claim that has nothing yet may go, and be made again.
      ...(isWaiting && observed['protection'] === undefined ? {} : protection(claim, nameOf(), settings.deletion)),
    },
    pending: bound.pending,
    status: { ...(address !== undefined && { host: address }), port, ...finalSnapshotStatus(claim, settings.deletion, finalSnapshot) },
    awaiting: groups.handingOver,
    ...(taken && { remarks: taken.remarks }),
    ...(refusal && { refusal }),
  };
}

/** A Valkey of its own on ElastiCache, with its own groups. */
export const elasticache: Backend<CacheSettings, Needs, Required, keyof typeof composes> = {
  needs,
  composes,
  anchor: 'replication-group',
  stops: { cannot: 'AWS can delete and cannot stop' },
  explains: {
    'ReplicationGroup.engineVersion': 'version',
    'ReplicationGroup.nodeType': 'size',
    'ReplicationGroup.snapshotRetentionLimit': 'snapshotRetentionDays',
  },
  calls: { size: nodeTypes },
  hastens: { applyChanges: 'Immediately' },
  expand,
};
