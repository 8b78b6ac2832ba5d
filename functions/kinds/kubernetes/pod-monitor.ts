import { defineKind } from '../card.ts';
import { plainKind } from './built-in.ts';

export const podMonitor = defineKind({
  ...plainKind('monitoring.coreos.com/v1', 'PodMonitor', 'podmonitors', 'which pods are measured'),
  broughtBy: 'cluster',
});
