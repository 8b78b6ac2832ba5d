import * as z from 'zod';
import type { Composed, Context } from '../core/api.ts';
import { facts } from '../core/facts.ts';
import { stringAt } from '../core/kubernetes.ts';
import { release } from '../core/managed.ts';
import { cloudwatchMetricAlarm } from '../kinds/aws/cloudwatch-metric-alarm.ts';
import { aws } from './facts.ts';
import type { AwsResources } from './resources.ts';

const regionOf = (arn: string) => arn.split(':')[3];

/** Who is told of alarms. A FIFO topic takes none: https://docs.aws.amazon.com/sns/latest/dg/sns-fifo-topics.html */
export const notifications = facts(
  aws,
  {
    notificationTopicArn: z
      .string()
      .max(400)
      .regex(
        /^arn:aws(-cn|-us-gov)?:sns:[a-z0-9-]+:[0-9]{12}:[\w-]{1,256}$/,
        'want the ARN of a standard topic such as arn:aws:sns:eu-west-1:111122223333:alarms',
      )
      .optional()
      .describe(
        'ARN of the SNS topic that is told of alarms, in the same region; without it there are none. Its policy has to let cloudwatch.amazonaws.com publish.',
      ),
  },
  {
    check: {
      field: 'notificationTopicArn',
      want: 'want a topic in data.aws.region, since CloudWatch tells no other',
      holds: ({ region, notificationTopicArn: arn }) => arn === undefined || regionOf(arn) === region,
    },
  },
);

/** What `alarms` composes. */
export const alarmKinds = { 'alarm-*': cloudwatchMetricAlarm };

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const longestAlarmName = 255;

const periodSeconds = 300;

/** When somebody is told of something that AWS measures. */
export interface Alarm {
  /** What it is about, such as `free-storage`: of its key and its name. */
  readonly part: string;
  /** What is wrong, after the claim's name. */
  readonly says: string;
  /** Of AWS, such as `AWS/RDS`. */
  readonly namespace: string;
  readonly metric: string;
  readonly statistic: 'Average' | 'Maximum' | 'Minimum' | 'Sum';
  /** Of each that is measured; the highest of them counts. */
  readonly of: readonly Readonly<Record<string, string>>[];
  readonly breach: { readonly above: number } | { readonly below: number };
  /** How long it has to be so. */
  readonly minutes: number;
  /** That AWS records nothing where all is well. */
  readonly isSilentWhenWell?: true;
}

function measured({ namespace, metric, statistic, of }: Alarm): object {
  const [only, ...others] = of;
  if (others.length === 0) return { namespace, metricName: metric, statistic, dimensions: only, period: periodSeconds };
  const each = of.map((dimensions, index) => ({
    id: `m${index + 1}`,
    metric: { namespace, metricName: metric, stat: statistic, dimensions, period: periodSeconds },
  }));
  return {
    metricQuery: [{ id: 'highest', expression: `MAX([${each.map(({ id }) => id).join(',')}])`, label: metric, returnData: true }, ...each],
  };
}

/** Alarms on what a claim made, told to the environment's topic; none where it has none. */
export function alarms(
  { externalNameOf, resource, region, tags }: AwsResources,
  { claim: { kind, namespace, name }, observed }: Pick<Context<unknown, unknown>, 'claim' | 'observed'>,
  topic: string | undefined,
  wanted: readonly Alarm[],
): Readonly<Record<string, Composed>> {
  if (topic === undefined) return {};
  return Object.fromEntries(
    wanted.flatMap((alarm) => {
      const key = `alarm-${alarm.part}`;
      // What was made stays in its region whatever the environment says later, and so does whom its alarms are told to.
      const told = stringAt(observed[key]?.object, 'spec', 'forProvider', 'alarmActions', '0');
      const to = [topic, told].find((each) => each !== undefined && regionOf(each) === region);
      if (to === undefined) return [];
      const { breach, minutes, says, isSilentWhenWell } = alarm;
      const forProvider = {
        alarmDescription: `${kind} ${namespace}/${name} of ${tags['owner']} ${says}`,
        ...measured(alarm),
        ...('above' in breach
          ? { comparisonOperator: 'GreaterThanThreshold', threshold: breach.above }
          : { comparisonOperator: 'LessThanThreshold', threshold: breach.below }),
        evaluationPeriods: (minutes * 60) / periodSeconds,
        treatMissingData: isSilentWhenWell ? 'notBreaching' : 'missing',
        alarmActions: [to],
        okActions: [to],
        tags,
      };
      const externalName = `${externalNameOf(longestAlarmName - alarm.part.length - 1, key)}-${alarm.part}`;
      // It holds nothing, so that one that nobody asks for any more goes, even where the data would stay.
      return [[key, resource(key, cloudwatchMetricAlarm, forProvider, { externalName, managementPolicies: release })]];
    }),
  );
}
