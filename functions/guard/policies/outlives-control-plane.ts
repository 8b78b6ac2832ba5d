import type { Policy } from '../../core/pipeline.ts';
import { asking } from '../inspect.ts';

export const outlivesControlPlane: Policy = {
  id: 'outlives-control-plane',
  severity: 'deny',
  tiers: ['prod'],
  text: 'Databases, caches, buckets and queues stay when their managed resource is deleted, unless the claim says spec.deletion.',
  why: 'Deleting a namespace, or losing the cluster that Crossplane runs in, would delete the data in AWS as well.',
  fix:
    'Leave `spec.deletion` of the claim at Protect, or say Snapshot or Delete there if the data is meant to go. In a template: list ' +
    '`managementPolicies` without `Delete` and without `*`.',
  ...asking(({ outliving }) => outliving),
};
