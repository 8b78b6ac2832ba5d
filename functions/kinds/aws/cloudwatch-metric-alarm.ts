import { dataless, defineKind, externalNames, none, unreachable } from '../card.ts';
import { awsKind, tags } from './provider.ts';

export const cloudwatchMetricAlarm = defineKind({
  ...awsKind('cloudwatch', 'MetricAlarm', 'metricalarms'),
  ...dataless('it looks at what others record'),
  ...unreachable('nobody connects to it'),
  tags,
  access: none('it has no policy document'),
  classes: none('it runs on nothing'),
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  names: externalNames({ most: 255 }),
  price: 'unknown',
  effects: {},
  failures: [],
});
