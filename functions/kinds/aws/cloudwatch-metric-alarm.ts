import type { Item } from '../../core/card.ts';
import { at, numberAt, stringAt } from '../../core/kubernetes.ts';
import { dataless, defineKind, effectsOn, externalNames, inPlace, none, unreachable } from '../card.ts';
import { awsKind, tags } from './provider.ts';

const priceId = 'cloudwatch/alarm-metric-month';

/** An alarm is charged for each metric that it looks at. https://aws.amazon.com/cloudwatch/pricing/ */
function itemsOf(object: unknown): readonly Item[] {
  const said = at(object, 'spec', 'forProvider');
  const queries = at(said, 'metricQuery');
  const metrics =
    Array.isArray(queries) && queries.length > 0 ? queries.filter((query: unknown) => at(query, 'metric') !== undefined) : [said];
  const periods = metrics.map((query: unknown) => numberAt(query, 'period') ?? numberAt(at(query, 'metric'), 'period'));
  if (periods.some((period) => period !== undefined && period < 60)) {
    return [{ unpriced: 'spec.forProvider: a period under 60 seconds, whose price is another' }];
  }
  if (stringAt(said, 'thresholdMetricId') !== undefined) {
    return [{ unpriced: 'spec.forProvider.thresholdMetricId: anomaly detection, whose price is another' }];
  }
  if (metrics.length === 0)
    return [{ unpriced: 'spec.forProvider.metricQuery: a query of many metrics, whose price depends on what it finds' }];
  return [{ charge: metrics.length === 1 ? 'alarm' : `alarm on ${metrics.length} metrics`, price: priceId, units: metrics.length }];
}

export const cloudwatchMetricAlarm = defineKind({
  ...awsKind('cloudwatch', 'MetricAlarm', 'metricalarms'),
  ...dataless('it looks at what others record'),
  ...unreachable('nobody connects to it'),
  tags,
  apart: true,
  tells: true,
  access: none('it has no policy document'),
  classes: none('it runs on nothing'),
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  names: externalNames({ most: 255 }),
  price: { ids: [priceId], items: itemsOf },
  effects: effectsOn({ '': inPlace('no downtime; it is judged anew') }),
  failures: [],
});
