import { defineKind } from '../card.ts';
import { plainKind } from './built-in.ts';

export const prometheusRule = defineKind({
  ...plainKind('monitoring.coreos.com/v1', 'PrometheusRule', 'prometheusrules', 'when somebody is told'),
  broughtBy: 'cluster',
});
