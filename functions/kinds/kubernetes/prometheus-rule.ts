import { defineKind, inPlace } from '../card.ts';
import { plainKind } from './built-in.ts';

export const prometheusRule = defineKind({
  ...plainKind('monitoring.coreos.com/v1', 'PrometheusRule', 'prometheusrules', 'when somebody is told'),
  broughtBy: 'cluster',
  tells: true,
  effects: { spec: inPlace('at once; an alert that is changed begins anew') },
});
