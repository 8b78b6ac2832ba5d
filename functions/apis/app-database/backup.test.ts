import { describe, expect, test } from 'vitest';
import {
  bindingOf,
  claimed,
  environmentConfig,
  everything,
  type Given,
  instanceDetails,
  loginDetails,
  observedAfter,
  roleDetails,
  stepRequest,
} from '../../../test/request.ts';
import { at, type KubernetesObject } from '../../core/kubernetes.ts';
import type { ObservedResource, StepResponse } from '../../core/step.ts';
import { expand } from '../../expand/expand.ts';

const bucketOf = (writers: readonly string[]): KubernetesObject => ({ ...claimed('AppBucket', 'dumps'), spec: { writers } });
const bucket = bucketOf(['orders-database']);
const bucketBinding = bindingOf(bucket, 'dumps-bucket', { type: 's3', bucket: 'dumps-bucket-0' });

const drill = { query: { configMap: 'orders-drill' } };
const details = { role: roleDetails, instance: instanceDetails, login: loginDetails };

type Observed = Readonly<Record<string, ObservedResource>>;

function given(backend: string, more: Partial<Given> = {}): Given {
  const environment = environmentConfig('here', { ...everything, tier: 'staging', defaults: { AppDatabase: { backend } } });
  const spec = { engine: 'postgres', backups: { bucket: 'dumps', drill } };
  return { environment: 'here', environments: [environment], spec, claims: [bucket, bucketBinding], ...more };
}

/** What comes of it after some rounds, in each of which `seen` is what is observed in place of what was asked for. */
function lived(claim: Given, rounds = 6, seen: (observed: Observed) => Observed = (observed) => observed): StepResponse {
  let response = expand(stepRequest(claim));
  for (let round = 1; round < rounds; round += 1) {
    response = expand(stepRequest({ ...claim, status: response.status, observed: seen(observedAfter(response, details)) }));
  }
  return response;
}

/** A CronJob with what its controller says of it. */
const ran =
  (key: string, status: object, created = '2026-11-01T00:00:00Z') =>
  (observed: Observed): Observed => {
    const cronJob = observed[key];
    if (cronJob === undefined) return observed;
    const object = { ...cronJob.object, metadata: { ...cronJob.object.metadata, creationTimestamp: created }, status };
    return { ...observed, [key]: { ...cronJob, object: object as KubernetesObject } };
  };

const conditionIn = ({ conditions }: StepResponse, type: string) => conditions.find((each) => each.type === type);
const podOf = (response: StepResponse, key: string) =>
  at(response.desired[key]?.object, 'spec', 'jobTemplate', 'spec', 'template', 'spec') as Readonly<Record<string, unknown>>;

describe.each(['container', 'shared', 'rds'])('a database on %s with backups', (backend) => {
  test('has a CronJob for them and one for drills once the bucket lets them in', () => {
    const { desired, conditions, claimReady } = lived(given(backend));
    expect(['account', 'backup', 'drill', 'use-dumps'].map((key) => desired[key]?.object.kind)).toEqual([
      'ServiceAccount',
      'CronJob',
      'CronJob',
      'Usage',
    ]);
    expect(claimReady).toBeUndefined();
    expect(conditions.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ['Resolved', 'True', 'Settled'],
      ['Provisioned', 'True', 'Ready'],
      ['BackedUp', 'Unknown', 'NoneYet'],
      ['RestoreProven', 'Unknown', 'NoneYet'],
    ]);
  });

  test.each([
    ['AppBucket dumps, which namespace shop does not have', []],
    ['ServiceAccount orders-database in spec.writers of AppBucket dumps, which lets in no others', [bucketOf(['orders'])]],
    ['the binding of AppBucket dumps', [bucket]],
    ['the binding of AppBucket dumps', [bucket, { ...bucketBinding, metadata: { ...bucketBinding.metadata, ownerReferences: [] } }]],
  ])('says that it waits for %s', (what, claims) => {
    const response = lived(given(backend, { claims }));
    expect([response.claimReady, response.desired['backup'], conditionIn(response, 'Provisioned')?.message]).toEqual([
      false,
      undefined,
      `CronJob orders-database-backup waits for ${what}; CronJob orders-database-drill waits for ${what}`,
    ]);
    expect(conditionIn(response, 'BackedUp')).toEqual({
      type: 'BackedUp',
      status: 'Unknown',
      reason: 'Waiting',
      message: `No backup yet: it waits for ${what}`,
    });
  });

  test('goes on with them whatever becomes of the bucket, and lets go of them when the claim does', () => {
    const claim = given(backend);
    const settled = lived(claim);
    const observed = observedAfter(settled, details);
    const without = expand(stepRequest({ ...claim, claims: [], status: settled.status, observed }));
    expect(without.desired).toEqual(settled.desired);
    const no = expand(stepRequest({ ...claim, spec: { engine: 'postgres' }, status: settled.status, observed }));
    expect(Object.keys(settled.desired).filter((key) => no.desired[key] === undefined)).toEqual([
      'account',
      'backup',
      'drill',
      'use-dumps',
    ]);
  });
});

test('each pod has the Secrets that it needs, one at a time, and nothing that it could do to its node', () => {
  const response = lived(given('shared'));
  const security = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };
  const resources = (least: string, most: string) => ({ requests: { cpu: '100m', memory: least }, limits: { cpu: '1', memory: most } });
  const pod = {
    serviceAccountName: 'orders-database',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: 'Never',
    securityContext: { runAsNonRoot: true, runAsUser: 999, runAsGroup: 999, fsGroup: 999, seccompProfile: { type: 'RuntimeDefault' } },
  };
  const work = { name: 'work', mountPath: '/work' };
  const inBucket = (name: string, script: string, own: { readonly name: string; readonly value: string }) => ({
    name,
    image: 'docker.io/amazon/aws-cli:2.23.6',
    command: ['/bin/sh', '-c', expect.stringContaining(script)],
    env: [
      { name: 'AWS_CONFIG_FILE', value: '/bindings/dumps-bucket/config' },
      { name: 'BUCKET', value: '/bindings/dumps-bucket' },
      { name: 'HOME', value: '/work' },
      { name: 'LC_ALL', value: 'C' },
      { name: 'OF', value: 'orders' },
      own,
    ],
    resources: resources('128Mi', '512Mi'),
    securityContext: security,
    volumeMounts: [{ name: 'bucket', mountPath: '/bindings/dumps-bucket', readOnly: true }, work],
  });
  const bucketVolume = { name: 'bucket', secret: { secretName: 'dumps-bucket' } };
  expect(podOf(response, 'backup')).toEqual({
    ...pod,
    initContainers: [
      {
        name: 'dump',
        image: 'docker.io/library/postgres:18',
        command: ['/bin/sh', '-c', expect.stringContaining('pg_dump --format=custom')],
        env: [
          { name: 'SOURCE', value: '/bindings/orders-database' },
          { name: 'UNHURRIED', value: expect.stringContaining('statement_timeout=0') },
        ],
        resources: resources('128Mi', '512Mi'),
        securityContext: security,
        volumeMounts: [{ name: 'source', mountPath: '/bindings/orders-database', readOnly: true }, work],
      },
    ],
    containers: [inBucket('put', 'delete-object', { name: 'KEEP', value: '14' })],
    volumes: [
      { name: 'source', secret: { secretName: 'orders-database' } },
      bucketVolume,
      { name: 'work', emptyDir: { sizeLimit: '20Gi' } },
    ],
  });
  expect(podOf(response, 'drill')).toEqual({
    ...pod,
    initContainers: [inBucket('fetch', 'list-objects-v2', { name: 'AT', value: '' })],
    containers: [
      {
        name: 'drill',
        image: 'docker.io/library/postgres:18',
        command: ['/bin/sh', '-c', expect.stringContaining('pg_restore --single-transaction')],
        env: [],
        resources: resources('256Mi', '1Gi'),
        securityContext: security,
        volumeMounts: [{ name: 'query', mountPath: '/query', readOnly: true }, work],
      },
    ],
    volumes: [
      bucketVolume,
      { name: 'query', configMap: { name: 'orders-drill', items: [{ key: 'query.sql', path: 'query.sql' }] } },
      { name: 'work', emptyDir: { sizeLimit: '60Gi' } },
    ],
  });
});

test('both run when the claim says, or at times of its own, and not while it is stopped', () => {
  const when = (spec: object, name = 'orders') => {
    const { desired } = lived(
      given('container', { spec: { engine: 'postgres', ...spec }, name, claims: [bucketOf([`${name}-database`]), bucketBinding] }),
    );
    return ['backup', 'drill'].map((key) => {
      const { schedule, timeZone, suspend, concurrencyPolicy } = at(desired[key]?.object, 'spec') as Readonly<Record<string, unknown>>;
      return [schedule, timeZone, suspend, concurrencyPolicy];
    });
  };
  const said = { bucket: 'dumps', schedule: '@hourly', drill: { ...drill, schedule: '0 12 * * sat' } };
  expect(when({ backups: said })).toEqual([
    ['@hourly', 'Etc/UTC', false, 'Forbid'],
    ['0 12 * * sat', 'Etc/UTC', false, 'Forbid'],
  ]);
  expect(when({ backups: said, running: false }).map(([, , suspend]) => suspend)).toEqual([true, true]);
  const [orders, ledger] = ['orders', 'ledger'].map((name) =>
    when({ backups: { bucket: 'dumps', drill } }, name).map(([schedule]) => schedule),
  );
  expect(orders).toEqual([expect.stringMatching(/^\d+ [0-5] \* \* \*$/), expect.stringMatching(/^\d+ ([6-9]|1[01]) \* \* [0-6]$/)]);
  expect(ledger).not.toEqual(orders);
});

describe('of its runs', () => {
  const claim = (more: Partial<Given> = {}) =>
    given('shared', {
      now: '2026-11-29T15:00:00Z',
      spec: { engine: 'postgres', backups: { bucket: 'dumps', schedule: '30 2 * * *', drill: { ...drill, schedule: '@weekly' } } },
      ...more,
    });
  const told = (key: 'backup' | 'drill', status: object, created?: string, more?: Partial<Given>) => {
    const response = lived(claim(more), 7, ran(key, status, created));
    const { lastBackup, drill: drills } = response.status as { readonly lastBackup?: string; readonly drill?: object };
    const { status: is, reason, message } = conditionIn(response, key === 'backup' ? 'BackedUp' : 'RestoreProven') ?? {};
    const ready = [response.claimReady, conditionIn(response, 'Provisioned')?.status];
    expect(ready).toEqual([undefined, 'True']);
    return { is, reason, message, lastBackup, drills };
  };

  test('one that succeeded is told with its time', () => {
    const status = { lastScheduleTime: '2026-11-29T02:30:00Z', lastSuccessfulTime: '2026-11-29T02:31:10Z' };
    expect(told('backup', status)).toEqual({
      is: 'True',
      reason: 'Succeeded',
      message: 'The last dump was in AppBucket dumps at 2026-11-29T02:31:10Z',
      lastBackup: '2026-11-29T02:31:10Z',
      drills: {},
    });
    expect(told('drill', status)).toEqual({
      is: 'True',
      reason: 'Succeeded',
      message: 'The last dump was restored, and the query was true of it, at 2026-11-29T02:31:10Z',
      lastBackup: undefined,
      drills: { lastPassed: '2026-11-29T02:31:10Z', lastTried: '2026-11-29T02:31:10Z' },
    });
  });

  test('one that failed is told with its log, and the claim is ready all the same', () => {
    const status = { lastScheduleTime: '2026-11-29T02:30:00Z', lastSuccessfulTime: '2026-11-28T02:31:10Z' };
    expect(told('backup', status)).toEqual({
      is: 'False',
      reason: 'Failed',
      message:
        'The backup of 2026-11-29T02:30:00Z failed, and the last that succeeded ended at 2026-11-28T02:31:10Z: kubectl logs -n shop job/orders-database-backup-29931990 says why',
      lastBackup: '2026-11-28T02:31:10Z',
      drills: {},
    });
    expect(told('drill', { lastScheduleTime: '2026-11-29T00:00:00Z' })).toEqual({
      is: 'False',
      reason: 'Failed',
      message:
        'The drill of 2026-11-29T00:00:00Z failed, and none has succeeded yet: kubectl logs -n shop job/orders-database-drill-29931840 says why',
      lastBackup: undefined,
      drills: { lastTried: '2026-11-29T00:00:00Z' },
    });
  });

  test('one that runs is neither, and what the last came to stays said', () => {
    const [began, succeeded] = [{ lastScheduleTime: '2026-11-29T02:30:00Z' }, { lastSuccessfulTime: '2026-11-28T02:31:10Z' }];
    const running = { ...began, active: [{ kind: 'Job' }] };
    expect(told('backup', { ...running, ...succeeded })).toEqual({
      is: 'True',
      reason: 'Succeeded',
      message: 'The last dump was in AppBucket dumps at 2026-11-28T02:31:10Z',
      lastBackup: '2026-11-28T02:31:10Z',
      drills: {},
    });
    expect(told('backup', running)).toEqual({
      is: 'Unknown',
      reason: 'NoneYet',
      message: 'No backup yet: one is running',
      lastBackup: undefined,
      drills: {},
    });
    const before = { type: 'BackedUp', status: 'False', reason: 'Failed', message: 'The backup of 2026-11-28T02:30:00Z failed …' };
    const meanwhile = (status: object, was: object) => {
      const last = lived(claim());
      const observed = ran('backup', status)(observedAfter(last, details));
      const said = { ...last.status, conditions: [was] };
      return conditionIn(expand(stepRequest({ ...claim(), status: said, observed })), 'BackedUp');
    };
    expect(meanwhile({ ...running, ...succeeded }, before)).toEqual(before);
    expect(meanwhile({ ...began, lastSuccessfulTime: '2026-11-29T02:31:00Z' }, before)?.status).toBe('True');
    expect(meanwhile(running, { ...before, status: 'True' })?.reason).toBe('NoneYet');
  });

  test('two turns without one are told, but of what is stopped or new', () => {
    const status = { lastScheduleTime: '2026-11-27T02:30:00Z', lastSuccessfulTime: '2026-11-27T02:31:10Z' };
    expect(told('backup', status)).toEqual({
      is: 'False',
      reason: 'Overdue',
      message:
        'Two turns of the backup by "30 2 * * *" passed without one, and the last that succeeded ended at 2026-11-27T02:31:10Z: kubectl describe cronjob -n shop orders-database-backup says why',
      lastBackup: '2026-11-27T02:31:10Z',
      drills: {},
    });
    expect(told('backup', status, undefined, { now: '2026-11-28T15:00:00Z' }).reason).toBe('Succeeded');
    expect(told('drill', {}).reason).toBe('Overdue');
    expect(told('drill', {}, '2026-11-28T00:00:00Z')).toEqual({
      is: 'Unknown',
      reason: 'NoneYet',
      message: 'No drill yet: kubectl create job -n shop --from=cronjob/orders-database-drill orders-drill makes one now',
      lastBackup: undefined,
      drills: {},
    });
  });

  test('what is no time is as if it was not said', () => {
    expect(told('backup', { lastScheduleTime: 'never', lastSuccessfulTime: 7, active: 'none' }, '2026-11-29T00:00:00Z')).toEqual({
      is: 'Unknown',
      reason: 'NoneYet',
      message: 'No backup yet: kubectl create job -n shop --from=cronjob/orders-database-backup orders-backup makes one now',
      lastBackup: undefined,
      drills: {},
    });
  });
});

test('a claim that asks for them no longer says so', () => {
  const said = { conditions: [{ type: 'BackedUp', status: 'True', reason: 'Succeeded', message: 'The last dump …' }] };
  const response = expand(stepRequest({ ...given('container', { spec: { engine: 'postgres' } }), status: said }));
  expect([conditionIn(response, 'BackedUp'), conditionIn(response, 'RestoreProven')]).toEqual([
    { type: 'BackedUp', status: 'Unknown', reason: 'NotAsked', message: 'It is not looked at any more' },
    undefined,
  ]);
});

describe.each(['container', 'shared', 'rds'])('a database on %s that begins with a dump', (backend) => {
  const claim = (more: Partial<Given> = {}, restoreFrom: object = {}): Given =>
    given(backend, { spec: { engine: 'postgres', restoreFrom: { claim: 'ledger', bucket: 'dumps', ...restoreFrom } }, ...more });
  const job =
    (type?: 'Complete' | 'Failed') =>
    ({ copy, ...others }: Observed): Observed => {
      if (copy === undefined) return others;
      const conditions = type === undefined ? [] : [{ type, status: 'True', reason: 'BackoffLimitExceeded', message: 'it is over' }];
      return { ...others, copy: { ...copy, object: { ...copy.object, status: { conditions } } } };
    };

  test('has no binding until a Job has restored it, which wants no claim that it is of', () => {
    const restoring = lived(claim({}, { at: '2026-11-28T07:00:00Z' }), 7, job());
    const pod = at(restoring.desired['copy']?.object, 'spec', 'template', 'spec');
    expect([restoring.desired['binding'], restoring.claimReady]).toEqual([undefined, false]);
    expect(at(pod, 'serviceAccountName')).toBe('orders-database');
    expect(at(pod, 'initContainers', '0', 'env')).toContainEqual({ name: 'AT', value: '2026-11-28T07:00:00Z' });
    expect(at(pod, 'initContainers', '0', 'env')).toContainEqual({ name: 'OF', value: 'ledger' });
    expect(at(pod, 'containers', '0', 'volumeMounts')).toEqual([
      { name: 'target', mountPath: '/bindings/orders-database-copy-login', readOnly: true },
      { name: 'work', mountPath: '/work' },
    ]);
    expect(String(at(pod, 'containers', '0', 'command', '2'))).not.toMatch(/pg_restore[^\n|]*\|/);
    const done = lived(claim(), 9, job('Complete'));
    expect([done.desired['binding']?.object.kind, done.desired['copy'], done.claimReady]).toEqual(['Secret', undefined, undefined]);
  });

  test('is told what it waits for', () => {
    const says = (more: Partial<Given> = {}, type?: 'Failed') => conditionIn(lived(claim(more), 7, job(type)), 'Provisioned')?.message;
    expect(says({ claims: [] })).toContain('AppBucket dumps, which namespace shop does not have');
    expect(says({ claims: [bucketOf([]), bucketBinding] })).toContain(
      'ServiceAccount orders-database in spec.readers or spec.writers of AppBucket dumps, which lets in no others',
    );
    expect(says()).toContain(
      'the dump of AppDatabase ledger in AppBucket dumps to be restored: kubectl describe job -n shop orders-database-copy shows how far it is',
    );
    expect(says({}, 'Failed')).toContain(
      'the dump of AppDatabase ledger in AppBucket dumps to be restored, which failed: kubectl logs -n shop job/orders-database-copy says why',
    );
  });

  test('takes its own of before, where there was a claim of its name', () => {
    const { refusal, desired } = lived(claim({}, { claim: 'orders' }), 7, job());
    expect([refusal, desired['copy']?.object.kind]).toEqual([undefined, 'Job']);
  });
});
