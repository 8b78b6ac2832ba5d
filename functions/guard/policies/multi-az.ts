import type { Policy } from '../../core/pipeline.ts';
import { companions, each, fields, isText, isTrue, kinds, refersTo, setting } from '../inspect.ts';

export const multiAz: Policy = {
  id: 'multi-az',
  severity: 'deny',
  tiers: ['prod'],
  text: 'Databases and caches have a standby in another availability zone.',
  why: 'When one data centre of AWS fails, or the machine is patched, the app would be down until AWS has made another, or longer.',
  fix:
    'Leave high availability on in the claim. In a template: `multiAz: true` on an Instance; two ClusterInstances or a ' +
    '`dbClusterInstanceClass` for a Cluster; `multiAzEnabled: true` and `automaticFailoverEnabled: true` on a ReplicationGroup.',
  check: each(
    fields([
      { kinds: [kinds.instance], path: 'spec.forProvider.multiAz', want: 'true', holds: isTrue },
      { kinds: [kinds.replicationGroup], path: 'spec.forProvider.multiAzEnabled', want: 'true', holds: isTrue },
      { kinds: [kinds.replicationGroup], path: 'spec.forProvider.automaticFailoverEnabled', want: 'true', holds: isTrue },
    ]),
    companions([
      {
        of: kinds.cluster,
        kind: kinds.clusterInstance,
        belongs: (instance, cluster) => refersTo(instance, 'clusterIdentifier', cluster),
        want: 'at least two, or a dbClusterInstanceClass',
        least: 2,
        // A cluster of such instances has two standbys of its own.
        unless: (cluster) => isText(setting(cluster, 'dbClusterInstanceClass')),
      },
    ]),
  ),
};
