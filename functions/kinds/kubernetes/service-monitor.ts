import { defineKind, inPlace } from '../card.ts';
import { plainKind } from './built-in.ts';

export const serviceMonitor = defineKind({
  ...plainKind('monitoring.coreos.com/v1', 'ServiceMonitor', 'servicemonitors', 'which Services are measured'),
  broughtBy: 'cluster',
  effects: { spec: inPlace('at the next scrape') },
});
