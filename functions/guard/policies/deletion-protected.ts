import type { Policy } from '../../core/pipeline.ts';
import { asking } from '../inspect.ts';

export const deletionProtected: Policy = {
  id: 'deletion-protected',
  severity: 'deny',
  tiers: ['prod'],
  text: 'Databases and full buckets are protected against deletion, unless the claim says spec.deletion.',
  why: 'One kubectl delete, or one wrong name in a script, would take the data of production with it.',
  fix:
    'Leave `spec.deletion` of the claim at Protect, or say Snapshot or Delete there if the data is meant to go. In a template: set what the ' +
    'table below asks of the kind.',
  ...asking(({ deletionProtection }) => deletionProtection),
};
