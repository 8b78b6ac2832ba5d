import type { Policy } from '../../core/pipeline.ts';
import { asking } from '../inspect.ts';

export const multiAz: Policy = {
  id: 'multi-az',
  severity: 'deny',
  tiers: ['prod'],
  text: 'Databases and caches have a standby in another availability zone, and apps two pods.',
  why: 'When one data centre of AWS fails, or the machine is patched, the app would be down until AWS has made another, or longer.',
  fix: 'Leave high availability on in the claim, and at least two pods. In a template: set what the table below asks of the kind.',
  ...asking(({ standby }) => standby),
};
