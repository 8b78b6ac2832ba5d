import type { Policy } from '../../core/pipeline.ts';
import { each, holding } from '../inspect.ts';

export const multiAz: Policy = {
  id: 'multi-az',
  severity: 'deny',
  tiers: ['prod'],
  text: 'Databases and caches have a standby in another availability zone.',
  why: 'When one data centre of AWS fails, or the machine is patched, the app would be down until AWS has made another, or longer.',
  fix:
    'Leave high availability on in the claim. In a template: `multiAz: true` on an Instance; two ClusterInstances or a ' +
    '`dbClusterInstanceClass` for a Cluster; `multiAzEnabled: true` and `automaticFailoverEnabled: true` on a ReplicationGroup.',
  check: each(holding(({ standby }) => standby)),
};
