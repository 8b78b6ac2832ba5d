import { describe, expect, test } from 'vitest';
import { awsIn, environmentConfig, everything, observedAfter, stepRequest } from '../../test/request.ts';
import { at, type KubernetesObject } from '../core/kubernetes.ts';
import { estimate } from '../cost/estimate.ts';
import { expand } from '../expand/expand.ts';
import { goldenPath } from '../golden-path.ts';
import { guard } from '../guard/guard.ts';

const topic = everything.aws.notificationTopicArn;

function asked(kind: string, spec: object, aws: object = {}, observed = {}) {
  const data = { ...everything, tier: 'prod', aws: { ...everything.aws, ...aws } };
  return stepRequest({ kind, spec, environment: 'prod', environments: [environmentConfig('prod', data)], claims: [], observed });
}

const alarmsIn = (desired: ReturnType<typeof expand>['desired']) =>
  Object.entries(desired).flatMap(([key, { object }]) => (object.kind === 'MetricAlarm' ? [[key, object] as const] : []));
const alarmsOf = (...given: Parameters<typeof asked>) => alarmsIn(expand(asked(...given)).desired);
const measures = (...given: Parameters<typeof asked>) =>
  alarmsOf(...given).map(([key, object]) => {
    const said = (field: string) => at(object, 'spec', 'forProvider', field);
    return [key, said('metricName') ?? at(said('metricQuery'), '1', 'metric', 'metricName'), said('comparisonOperator'), said('threshold')];
  });

describe('alarms', () => {
  test('are told to the environment’s topic, in words that name the claim and its owner', () => {
    const [, alarm] = alarmsOf('AppDatabase', { engine: 'postgres', storageGiB: 100 })[0] ?? [];
    const tags = {
      team: 'shop',
      owner: 'shop',
      'control-plane': 'shop-eu-1',
      environment: 'prod',
      namespace: 'shop',
      claim: 'orders',
      kind: 'AppDatabase',
      'managed-by': 'golden-path',
    };
    const identifier = at(expand(asked('AppDatabase', {})).desired['instance']?.object, 'spec', 'forProvider', 'identifier');
    expect(alarm).toEqual({
      apiVersion: 'cloudwatch.aws.m.upbound.io/v1beta1',
      kind: 'MetricAlarm',
      metadata: {
        name: 'orders-database-alarm-free-storage',
        annotations: { 'crossplane.io/external-name': expect.stringMatching(/^prod-shop-orders-[0-9a-v]{16}-free-storage$/) },
      },
      spec: {
        forProvider: {
          region: 'eu-west-1',
          alarmDescription: 'AppDatabase shop/orders of shop has less than a tenth of its storage left',
          namespace: 'AWS/RDS',
          metricName: 'FreeStorageSpace',
          statistic: 'Minimum',
          dimensions: { DBInstanceIdentifier: identifier },
          period: 300,
          comparisonOperator: 'LessThanThreshold',
          threshold: 10_737_418_240,
          evaluationPeriods: 3,
          treatMissingData: 'missing',
          alarmActions: [topic],
          okActions: [topic],
          tags,
        },
        managementPolicies: ['Observe', 'Create', 'Update', 'LateInitialize', 'Delete'],
        providerConfigRef: { kind: 'ClusterProviderConfig', name: 'aws' },
      },
    });
  });

  test.each([
    ['small', 337],
    ['medium', 675],
    ['large', 2703],
    ['xlarge', 3750],
  ])('of a database of size %s are about storage, connections and CPU', (size, connections) => {
    expect(measures('AppDatabase', { engine: 'postgres', size, storageGiB: 20 })).toEqual([
      ['alarm-free-storage', 'FreeStorageSpace', 'LessThanThreshold', 2_147_483_648],
      ['alarm-connections', 'DatabaseConnections', 'GreaterThanThreshold', connections],
      ['alarm-cpu', 'CPUUtilization', 'GreaterThanThreshold', 90],
    ]);
  });

  const cpu = ['alarm-cpu', 'EngineCPUUtilization', 'GreaterThanThreshold', 90];
  const memory = ['alarm-memory', 'DatabaseMemoryUsagePercentage', 'GreaterThanThreshold', 90];
  const evictions = ['alarm-evictions', 'Evictions', 'GreaterThanThreshold', 0];
  test.each([
    ['allkeys-lru', [cpu, evictions]],
    ['volatile-lru', [cpu, memory, evictions]],
    ['noeviction', [cpu, memory]],
  ])('of a cache with %s are about what it does when it is full', (evictionPolicy, wanted) => {
    expect(measures('AppCache', { engine: 'valkey', evictionPolicy })).toEqual(wanted);
  });

  test('of a cache look at the highest of its nodes, each by the name that AWS gives it', () => {
    const [, alarm] = alarmsOf('AppCache', { engine: 'valkey' })[0] ?? [];
    const id = at(
      expand(asked('AppCache', {})).desired['replication-group']?.object,
      'metadata',
      'annotations',
      'crossplane.io/external-name',
    );
    const node = (index: number) => ({
      id: `m${index}`,
      metric: {
        namespace: 'AWS/ElastiCache',
        metricName: 'EngineCPUUtilization',
        stat: 'Average',
        dimensions: { CacheClusterId: `${id}-00${index}` },
        period: 300,
      },
    });
    const highest = { id: 'highest', expression: 'MAX([m1,m2])', label: 'EngineCPUUtilization', returnData: true };
    expect(at(alarm, 'spec', 'forProvider', 'metricQuery')).toEqual([highest, node(1), node(2)]);
    const [, single] = alarmsOf('AppCache', { engine: 'valkey', highAvailability: false })[0] ?? [];
    expect(at(single, 'spec', 'forProvider', 'dimensions')).toEqual({ CacheClusterId: `${id}-001` });
  });

  test.each([
    ['a quarter of an hour', {}, 900],
    ['as long as every attempt may take', { visibilityTimeoutSeconds: 600, maxReceives: 10 }, 6000],
    ['half of the retention', { visibilityTimeoutSeconds: 43_200, maxReceives: 10, retentionDays: 1 }, 43_200],
  ])('of a queue are about dead letters, and messages that are older than %s', (_, spec, age) => {
    expect(measures('AppQueue', spec)).toEqual([
      ['alarm-oldest-message', 'ApproximateAgeOfOldestMessage', 'GreaterThanThreshold', age],
      ['alarm-dead-letters', 'ApproximateNumberOfMessagesVisible', 'GreaterThanThreshold', 0],
    ]);
  });

  test('there are none without a topic, and none of what was made in another region than that of the topic', () => {
    const silent = { notificationTopicArn: undefined };
    expect(alarmsOf('AppQueue', {}, silent)).toEqual([]);
    const moved = awsIn('eu-central-1');
    const [, alarm] = alarmsOf('AppQueue', {}, moved)[0] ?? [];
    expect(at(alarm, 'spec', 'forProvider', 'alarmActions')).toEqual([moved.notificationTopicArn]);
    expect(alarmsOf('AppQueue', {}, moved, observedAfter(expand(asked('AppQueue', {}, silent))))).toEqual([]);
  });

  test('are told to the topic of the region in which the claim was made, whatever the environment says later', () => {
    const before = observedAfter(expand(asked('AppQueue', {})));
    expect(alarmsOf('AppQueue', {}, awsIn('eu-central-1'), before)).toEqual(alarmsOf('AppQueue', {}, {}, before));
  });

  test('go when the environment has no topic any more', () => {
    const before = expand(asked('AppQueue', {}));
    const request = asked('AppQueue', {}, { notificationTopicArn: undefined }, observedAfter(before));
    const after = expand(request);
    expect(Object.keys(before.desired).filter((key) => !(key in after.desired))).toEqual(['alarm-oldest-message', 'alarm-dead-letters']);
    expect(guard({ ...request, desired: after.desired, desiredStatus: after.status ?? {} }).refusal).toBeUndefined();
  });

  test.each([
    [
      'arn:aws:sns:eu-central-1:111122223333:alarms',
      'cannot use EnvironmentConfig "prod" for AppQueue with backend sqs: ',
      'want a topic in data.aws.region, since CloudWatch tells no other',
    ],
    [
      'arn:aws:sns:eu-west-1:111122223333:alarms.fifo',
      'cannot use EnvironmentConfig "prod": ',
      'want the ARN of a standard topic such as arn:aws:sns:eu-west-1:111122223333:alarms; namespace "shop" belongs to it',
    ],
  ])('cannot be told to %s', (notificationTopicArn, cannot, want) => {
    expect(expand(asked('AppQueue', {}, { notificationTopicArn })).refusal?.message).toBe(
      `${cannot}data.aws.notificationTopicArn: got "${notificationTopicArn}", ${want}`,
    );
  });

  const alarm = (forProvider: object): KubernetesObject => ({
    apiVersion: 'cloudwatch.aws.m.upbound.io/v1beta1',
    kind: 'MetricAlarm',
    spec: { forProvider: { region: 'eu-west-1', ...forProvider } },
  });
  const costOf = (forProvider: object) =>
    estimate({ alarm: alarm(forProvider) }, { cards: goldenPath.cards, observed: {}, region: 'eu-west-1' });
  const metric = { metric: { metricName: 'CPUUtilization', period: 300 } };

  test.each([
    [{ metricName: 'CPUUtilization', period: 300 }, 0.1, 'alarm'],
    [{ metricQuery: [{ expression: 'MAX([m1,m2])' }, metric, metric] }, 0.2, 'alarm on 2 metrics'],
  ])('with %j cost what each of its metrics does', (forProvider, monthlyUSD, what) => {
    expect(costOf(forProvider)).toEqual({ monthlyUSD, drivers: [{ resource: 'alarm', what, monthlyUSD }], byUse: [], unpriced: [] });
  });

  test.each([
    [{ metricName: 'CPUUtilization', period: 10 }, 'spec.forProvider: a period under 60 seconds, whose price is another'],
    [{ thresholdMetricId: 'e1', metricQuery: [metric] }, 'spec.forProvider.thresholdMetricId: anomaly detection, whose price is another'],
    [
      { metricQuery: [{ expression: 'SELECT MAX(CPUUtilization) FROM "AWS/RDS"' }] },
      'spec.forProvider.metricQuery: a query of many metrics, whose price depends on what it finds',
    ],
  ])('with %j have no price that is known', (forProvider, what) => {
    expect(costOf(forProvider).unpriced.map((each) => each.what.startsWith(what))).toEqual([true]);
  });
});
