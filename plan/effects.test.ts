import { describe, expect, test } from 'vitest';
import type { Effect } from '../functions/core/card.ts';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import { goldenPath } from '../functions/golden-path.ts';
import { fieldsOf } from './compare.ts';
import { worstOf } from './effects.ts';

const object = (apiVersion: string, kind: string, spec: object): KubernetesObject => ({ apiVersion, kind, metadata: { name: 'x' }, spec });

/** The effect of the one field that differs. */
function effectOf(apiVersion: string, kind: string, before: object, after: object): Effect | undefined {
  const fields = fieldsOf(object(apiVersion, kind, before), object(apiVersion, kind, after), goldenPath.cards, 'whole');
  expect(fields.length).toBe(1);
  return fields[0]?.effect;
}

const rds = (before: object, after: object, common: object = {}) =>
  effectOf('rds.aws.m.upbound.io/v1beta1', 'Instance', { forProvider: { ...common, ...before } }, { forProvider: { ...common, ...after } });

describe('of a database on RDS', () => {
  test.each<[string, object, object, object, Partial<Effect>]>([
    ['another class', { instanceClass: 'a' }, { instanceClass: 'b' }, {}, { impact: 'restart', what: 'minutes of downtime (single-AZ)' }],
    [
      'another class with a standby',
      { instanceClass: 'a' },
      { instanceClass: 'b' },
      { multiAz: true },
      { impact: 'restart', what: '60 to 120 seconds of failover (Multi-AZ)' },
    ],
    [
      'another class later',
      { instanceClass: 'a' },
      { instanceClass: 'b' },
      { applyImmediately: false },
      { impact: 'restart', what: 'minutes of downtime (single-AZ), in the maintenance window' },
    ],
    ['the first backup', { backupRetentionPeriod: 0 }, { backupRetentionPeriod: 7 }, {}, { impact: 'restart' }],
    ['longer backups', { backupRetentionPeriod: 7 }, { backupRetentionPeriod: 14 }, {}, { impact: 'in place', what: 'no downtime' }],
    ['a minor version', { engineVersion: '17.1' }, { engineVersion: '17.2' }, {}, { what: 'minutes of downtime (single-AZ)' }],
    [
      'shorter backups',
      { backupRetentionPeriod: 14 },
      { backupRetentionPeriod: 7 },
      {},
      { impact: 'in place', data: 'deletes the automated backups that are older than 7 days' },
    ],
    [
      'no final snapshot',
      { skipFinalSnapshot: false },
      { skipFinalSnapshot: true },
      {},
      { data: 'no snapshot is left when the database goes' },
    ],
    [
      'another key',
      { kmsKeyId: 'a' },
      { kmsKeyId: 'b' },
      {},
      { impact: 'replace', known: true, data: expect.stringMatching('^is lost; what is left: a final snapshot') as unknown as string },
    ],
    ['a field that nobody knows', { novel: 1 }, { novel: 2 }, {}, { impact: 'in place', known: false }],
  ])('%s', (_, before, after, common, expected) => {
    expect(rds(before, after, common)).toMatchObject(expected);
  });
});

test('of other kinds', () => {
  const queue = (fifoQueue: boolean) => ({ forProvider: { fifoQueue } });
  expect(effectOf('sqs.aws.m.upbound.io/v1beta1', 'Queue', queue(false), queue(true))?.impact).toBe('replace');
  const cache = (nodeType: string) => ({ forProvider: { nodeType } });
  expect(effectOf('elasticache.aws.m.upbound.io/v1beta1', 'ReplicationGroup', cache('a'), cache('b'))?.impact).toBe('in place');
  expect(effectOf('apps/v1', 'StatefulSet', { serviceName: 'a' }, { serviceName: 'b' })?.impact).toBe('replace');
  const pod = (image: string) => ({ template: { spec: { containers: [{ name: 'c', image }] } } });
  expect(effectOf('apps/v1', 'Deployment', pod('a'), pod('b'))).toMatchObject({ impact: 'restart', known: true });
  expect(effectOf('apps/v1', 'StatefulSet', pod('a'), pod('b'))?.what).toBe('down until the new pod is ready');
  expect(effectOf('novel.example.com/v1', 'Novel', { a: 1 }, { a: 2 })).toEqual({
    impact: 'in place',
    known: false,
    what: "no entry: see the provider's documentation",
  });
});

test('on data', () => {
  const rule = (noncurrentDays: number) => ({ forProvider: { rule: [{ id: 'old', noncurrentVersionExpiration: [{ noncurrentDays }] }] } });
  const lifecycle = (before: object, after: object) =>
    effectOf('s3.aws.m.upbound.io/v1beta1', 'BucketLifecycleConfiguration', before, after)?.data;
  expect([lifecycle(rule(90), rule(30)), lifecycle(rule(30), rule(90))]).toEqual([
    'deletes old versions that are older than it says now',
    undefined,
  ]);
  const expiring = { forProvider: { rule: [...rule(30).forProvider.rule, { id: 'objects', expiration: [{ days: 7 }] }] } };
  expect(lifecycle(rule(30), expiring)).toBe('deletes objects that are older than it says now');
  const queue = (days: number) => ({ forProvider: { messageRetentionSeconds: days } });
  expect(effectOf('sqs.aws.m.upbound.io/v1beta1', 'Queue', queue(2), queue(1))?.data).toBe(
    'deletes messages that are older than it says now',
  );
  const data = (volume: object) => ({ template: { spec: { volumes: [{ name: 'data', ...volume }], containers: [{ name: 'c' }] } } });
  expect(effectOf('apps/v1', 'StatefulSet', data({ emptyDir: { sizeLimit: '1Gi' } }), data({ emptyDir: { sizeLimit: '2Gi' } }))).toEqual({
    impact: 'restart',
    known: true,
    what: 'down until the new pod is ready',
    data: 'is lost with the pod, since it is on no volume',
  });
  const policies = (...managementPolicies: readonly string[]) => ({ managementPolicies });
  const deletable = (apiVersion: string, kind: string) =>
    effectOf(apiVersion, kind, policies('Observe'), policies('Observe', 'Delete'))?.data;
  expect([
    deletable('s3.aws.m.upbound.io/v1beta1', 'Bucket'),
    deletable('ec2.aws.m.upbound.io/v1beta1', 'SecurityGroupRule'),
    deletable('novel.example.com/v1', 'Novel'),
  ]).toEqual(['what is outside the cluster goes when the object does', undefined, 'what is outside the cluster goes when the object does']);
});

test('the worst of many counts, and what is unknown more than what is known to be harmless', () => {
  const effect = (impact: Effect['impact'], known = true): Effect => ({ impact, known, what: '' });
  expect(worstOf([])).toBeUndefined();
  expect(worstOf([effect('in place'), effect('in place', false)])).toEqual(effect('in place', false));
  expect(worstOf([effect('restart'), effect('replace'), effect('in place', false)])).toEqual(effect('replace'));
  const deleting = { ...effect('in place'), data: 'deletes it' };
  expect(worstOf([effect('replace'), deleting])).toEqual(deleting);
});

test('a secret is never shown, and defaults of the apiserver are no change', () => {
  const secret = (password: string): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    data: { password },
  });
  expect(fieldsOf(secret('b25l'), secret('dHdv'), goldenPath.cards).map(({ field, before, after }) => [field, before, after])).toEqual([
    ['data.password', '(secret)', '(secret)'],
  ]);
  expect(
    fieldsOf(
      object('v1', 'Service', { ports: [{ name: 'a', port: 1, nodePort: 3 }], type: 'ClusterIP' }),
      object('v1', 'Service', { ports: [{ name: 'a', port: 1 }] }),
      goldenPath.cards,
    ),
  ).toEqual([]);
});
