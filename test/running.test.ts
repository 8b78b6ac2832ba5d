import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validEnvironments } from '../cli/verbs/doctor/environments.ts';
import { judgeHours } from '../cli/verbs/doctor/hours.ts';
import { apis } from '../functions/apis/index.ts';
import { at } from '../functions/core/kubernetes.ts';
import { tiers } from '../functions/core/tier.ts';
import { goldenPath } from '../functions/golden-path.ts';
import { resourceDeltas } from '../plan/compare.ts';
import { planClaim } from '../plan/run.ts';
import { type Asked, apiOf, details, lived, objects, provisioned, run } from './lived.ts';
import { boundTo, claimed, database, databaseBinding, environmentConfig, everything, observedAfter, stepRequest } from './request.ts';

const persistent: Asked = { kind: 'AppDatabase', defaults: { backend: 'container', persistence: 'Persistent' } };

/** What is on no volume. */
const ephemeral: readonly Asked[] = [
  { kind: 'AppDatabase', defaults: { backend: 'container', persistence: 'Ephemeral' } },
  { kind: 'AppCache', spec: { persistence: 'None' } },
  { kind: 'AppBucket', defaults: { persistence: 'Ephemeral' } },
  { kind: 'AppQueue' },
];

const kept: readonly Asked[] = [persistent, { kind: 'AppCache' }, { kind: 'AppBucket' }];

const hours = { from: '07:00', to: '19:00', timeZone: 'Europe/Berlin' };
const evening = '2026-11-30T20:00:00Z';
const morning = '2026-12-01T06:00:00Z';

/** What is on what is stopped: how many pods it has when it runs, and that it is. */
const mark = (min: number, max: number) => ({ 'platform.internal/scale': `${min}-${max}`, 'platform.internal/stopped': 'true' });

const byClaim = 'Stopped, since spec.running is false: with true it starts';
const byHours = 'Stopped until Tue 2026-12-01 07:00 Europe/Berlin by the hours of environment here: with spec.running true it starts';

describe('a claim that says running: false', () => {
  test.each(kept)('has no pod, and all else: $kind', (asked) => {
    const watched = { ...asked, data: { monitoring: everything.monitoring } };
    const settled = lived(watched);
    const [before, after] = [run({ ...watched, ...settled }), run({ ...watched, ...settled, spec: { ...asked.spec, running: false } })];
    const { server, alerts, ...rest } = objects(before);
    expect([after.refusal, objects(after), provisioned(after), after.events, after.status?.['binding']]).toEqual([
      undefined,
      {
        ...rest,
        server: {
          ...server,
          metadata: { ...server?.metadata, annotations: { ...server?.metadata?.annotations, ...mark(1, 1) } },
          spec: { ...(server?.['spec'] as object), replicas: 0 },
        },
      },
      { type: 'Provisioned', status: 'True', reason: 'Stopped', message: byClaim },
      [`${asked.kind} orders: ${byClaim}`],
      before.status?.['binding'],
    ]);
    expect(alerts).toBeDefined();
    expect(Object.values(after.desired).map(({ ready }) => ready)).toEqual(Object.values(after.desired).map(() => true));
  });

  test('is down, loses nothing, and costs what it costs when it runs', () => {
    const settled = lived(persistent);
    const [before, after] = [run({ ...persistent, ...settled }), run({ ...persistent, ...settled, spec: { running: false } })];
    expect(resourceDeltas(objects(before), objects(after), goldenPath.cards, 'whole').map(({ key, effect }) => [key, effect])).toEqual([
      ['server', { impact: 'restart', known: true, what: 'down until it is started again' }],
    ]);
    expect(after.status?.['cost']).toEqual(before.status?.['cost']);
    expect(after.status?.['monthlyCostUSD']).toBeGreaterThan(1);
  });

  test('serves again only once its pod does', () => {
    const stopped = lived({ ...persistent, spec: { running: false } });
    const starting = run({ ...persistent, ...stopped });
    expect([starting.desired['server']?.ready, provisioned(starting), starting.events]).toEqual([
      false,
      {
        type: 'Provisioned',
        status: 'False',
        reason: 'Waiting',
        message: 'StatefulSet orders-database is not ready',
      },
      [],
    ]);
    const status = { ...starting.status, conditions: starting.conditions };
    const started = run({ ...persistent, observed: observedAfter(starting, details), status });
    expect([provisioned(started)?.reason, started.events]).toEqual([
      'Ready',
      ['AppDatabase orders is ready: connect with Secret orders-database'],
    ]);
  });

  test('runs until the data of another is copied into it', () => {
    const copying: Asked = { ...persistent, spec: { restoreFrom: { claim: 'ledger' }, running: false } };
    const begun = run({ ...copying, claims: [claimed('AppDatabase', 'ledger')] });
    expect([begun.refusal, at(begun.desired['server']?.object, 'spec', 'replicas'), provisioned(begun)?.reason]).toEqual([
      undefined,
      1,
      'Waiting',
    ]);
  });

  test.each(ephemeral)('is refused where it would lose what is on no volume, until that is acknowledged: $kind', (asked) => {
    const settled = lived(asked);
    const said = { ...asked, ...settled, spec: { ...asked.spec, running: false } };
    const message = run(said).refusal?.message ?? '';
    const name = `orders-${apiOf(asked.kind)?.suffix}`;
    expect(message).toMatch(
      new RegExp(
        `^cannot apply: server \\(StatefulSet ${name}\\): it loses what it has, since that is on no volume; if that loss is meant, run: kubectl annotate ${asked.kind.toLowerCase()} orders --namespace shop --overwrite platform.internal/acknowledge=delete-[0-9a-v]{16}$`,
      ),
    );
    const token = message.split('=').at(-1) ?? '';
    const meant = run({ ...said, annotations: { 'platform.internal/acknowledge': token } });
    expect([meant.refusal, provisioned(meant)]).toEqual([
      undefined,
      { type: 'Provisioned', status: 'True', reason: 'Stopped', message: byClaim },
    ]);
    // The next stop is another loss.
    const again = run({ ...said, generation: 3, annotations: { 'platform.internal/acknowledge': token } });
    expect(again.refusal?.reason).toBe('WouldDelete');
  });

  test.each([
    ['AppDatabase', 'shared', 'is a server that other claims use too'],
    ['AppDatabase', 'rds', 'provider-aws 2.6.0 can stop and cannot start again'],
    ['AppCache', 'elasticache', 'AWS can delete and cannot stop'],
    ['AppBucket', 's3', 'is charged by use, so that a stop would save nothing'],
    ['AppQueue', 'sqs', 'is charged by use, so that a stop would save nothing'],
  ])('is refused of %s on %s', (kind, backend, why) => {
    expect(run({ kind, defaults: { backend }, spec: { running: false } }).refusal).toEqual({
      reason: 'FieldNotOnBackend',
      message: `cannot use ${kind} "orders" in environment here: spec.running: got false, want true or none on backend ${backend}, which ${why}`,
    });
    expect(run({ kind, defaults: { backend }, spec: { running: true } }).refusal).toBeUndefined();
  });

  test('is refused in prod, unless the environment lets it waive that', () => {
    const app: Asked = { kind: 'AppService', tier: 'prod', spec: { running: false } };
    expect(run(app).refusal).toEqual({
      reason: 'PolicyViolated',
      message: 'cannot apply in environment here: spec.running: got false, want true [kept-running]',
    });
    const waived = {
      ...app,
      data: { policies: { ...everything.policies, 'kept-running': { waivable: true } } },
      annotations: { 'platform.internal/waive-policies': 'kept-running' },
    };
    expect(run(waived).refusal).toBeUndefined();
  });
});

describe('an app that is stopped', () => {
  const app: Asked = { kind: 'AppService' };

  test('has no pod, and nothing that scales it', () => {
    const scaled: Asked = { ...app, spec: { autoscaling: { min: 2, max: 5 } } };
    const settled = lived(scaled);
    const [before, after] = [run({ ...scaled, ...settled }), run({ ...scaled, ...settled, spec: { ...scaled.spec, running: false } })];
    const { deployment, autoscaler, ...rest } = objects(before);
    expect([after.refusal, objects(after), provisioned(after)]).toEqual([
      undefined,
      {
        ...rest,
        deployment: {
          ...deployment,
          metadata: { ...deployment?.metadata, annotations: mark(2, 5) },
          spec: { ...(deployment?.['spec'] as object), replicas: 0 },
        },
      },
      { type: 'Provisioned', status: 'True', reason: 'Stopped', message: byClaim },
    ]);
    expect([autoscaler?.kind, after.status?.['cost']]).toEqual(['HorizontalPodAutoscaler', before.status?.['cost']]);
  });

  test.each([{ autoscaling: { min: 2, max: 5 } }, { replicas: 3 }])('has its pods again once it is started: %o', (scale) => {
    const scaled: Asked = { ...app, spec: scale };
    const stopped = lived({ ...scaled, spec: { ...scale, running: false } });
    const started = run({ ...scaled, ...stopped });
    const { deployment, autoscaler } = objects(started);
    expect([at(deployment, 'spec', 'replicas'), autoscaler?.kind, started.desired['deployment']?.ready]).toEqual(
      'replicas' in scale ? [3, undefined, false] : [2, 'HorizontalPodAutoscaler', false],
    );
  });

  test('begins no run, where it has a schedule', () => {
    const job: Asked = { kind: 'AppService', spec: { port: undefined, health: undefined, schedule: { cron: '@daily' } } };
    const settled = lived(job);
    const [before, after] = [run({ ...job, ...settled }), run({ ...job, ...settled, spec: { ...job.spec, running: false } })];
    const { 'cron-job': cronJob, ...rest } = objects(before);
    expect(objects(after)).toEqual({ ...rest, 'cron-job': { ...cronJob, spec: { ...(cronJob?.['spec'] as object), suspend: true } } });
  });

  test('waits for nothing that it would start with', () => {
    const unbound = run({ ...app, claims: [database], spec: { running: false } });
    expect([Object.keys(unbound.desired).includes('deployment'), provisioned(unbound)?.message]).toEqual([
      false,
      expect.stringMatching(/^ServiceAccount orders-service is being created; /),
    ]);
    const deploying: Asked = { ...app, spec: { beforeDeploy: { command: ['true'] } } };
    const first = run({ ...deploying, spec: { ...deploying.spec, running: false } });
    expect(Object.keys(first.desired).filter((key) => key.startsWith('first-'))).toEqual([]);
  });

  test('is no less ready, and says so, for what it is bound to being stopped', () => {
    const resting = { ...database, status: { conditions: [{ type: 'Provisioned', status: 'True', reason: 'Stopped', message: byClaim }] } };
    const bound: Asked = { ...app, claims: [resting, databaseBinding], spec: { bindings: [{ kind: 'AppDatabase', name: 'orders' }] } };
    expect(provisioned(run({ ...bound, ...lived(bound) }))).toEqual({
      type: 'Provisioned',
      status: 'True',
      reason: 'Ready',
      message: `Everything that the claim needs is ready; AppDatabase orders, to which it is bound, says: ${byClaim}`,
    });
  });
});

describe('the hours of an environment', () => {
  const inHours = (asked: Asked): Asked => ({ ...asked, data: { ...asked.data, hours } });

  test.each([...kept, { kind: 'AppService' }])('stop what keeps its data, and start it: $kind', (asked) => {
    const given = inHours(asked);
    const settled = lived({ ...given, now: '2026-11-30T17:00:00Z' });
    const late = run({ ...given, ...settled, now: '2026-11-30T17:58:30Z' });
    expect([provisioned(late)?.reason, late.ttlSeconds]).toEqual(['Ready', 91]);
    const closed = run({ ...given, ...settled, now: evening });
    expect([closed.refusal, provisioned(closed), closed.ttlSeconds]).toEqual([
      undefined,
      { type: 'Provisioned', status: 'True', reason: 'Stopped', message: byHours },
      300,
    ]);
    expect(objects(closed)).toEqual(objects(run({ ...asked, ...settled, spec: { ...asked.spec, running: false } })));
    const stopped = { observed: observedAfter(closed, details), status: { ...closed.status, conditions: closed.conditions } };
    expect(objects(run({ ...given, ...stopped, now: morning }))).toEqual(
      objects(run({ ...given, ...settled, now: '2026-11-30T17:00:00Z' })),
    );
  });

  test.each(ephemeral)('leave running what would lose its data, and say so: $kind', (asked) => {
    const given = inHours(asked);
    const settled = lived(given);
    const closed = run({ ...given, ...settled, now: evening });
    expect([objects(closed), provisioned(closed)]).toEqual([
      objects(run({ ...given, ...settled, now: morning })),
      {
        type: 'Provisioned',
        status: 'True',
        reason: 'Ready',
        message:
          'Everything that the claim needs is ready; it runs outside of the hours of environment here too: what it has is on no volume, and would be lost',
      },
    ]);
  });

  test('give way to a claim that says running: true', () => {
    const given = { ...inHours(persistent), spec: { running: true } };
    expect(provisioned(run({ ...given, ...lived(given), now: evening }))).toEqual({
      type: 'Provisioned',
      status: 'True',
      reason: 'Ready',
      message: 'Everything that the claim needs is ready',
    });
  });

  test('are refused in prod', () => {
    expect(run({ ...inHours(persistent), tier: 'prod' }).refusal).toEqual({
      reason: 'EnvironmentInvalid',
      message:
        'cannot use EnvironmentConfig "here": data.hours: got {"from":"07:00","to":"19:00","timeZone":"Europe/Berlin"}, want none in tier prod, which runs all the time; namespace "shop" belongs to it',
    });
  });

  const settingsOf = (asked: Asked) => {
    const { kind, tier = 'staging', spec = {}, defaults = {} } = asked;
    const environments = [environmentConfig('here', { ...everything, tier, defaults: { [kind]: defaults }, hours })];
    const claim = stepRequest({ kind, spec: { ...apiOf(kind)?.example.spec, ...spec } }).claim;
    return planClaim(claim, 'here', { platform: goldenPath, environments }, { claims: boundTo }).settings.find(
      ({ name }) => name === 'hours',
    );
  };
  const value = 'mon, tue, wed, thu, fri 07:00 to 19:00 Europe/Berlin';

  test('are in a plan, which is the same at every hour', () => {
    expect(kept.map(settingsOf)).toEqual(kept.map(() => ({ name: 'hours', value, from: 'environment' })));
    expect(settingsOf({ ...persistent, spec: { running: true } })).toBeUndefined();
  });

  test('have no effect in a plan where the backend cannot stop, or would lose data', () => {
    const idle = [...ephemeral, { kind: 'AppDatabase' }, { kind: 'AppBucket', defaults: { backend: 's3' } }];
    expect(idle.map(settingsOf)).toEqual(idle.map(() => ({ name: 'hours', value, from: 'environment', idle: true })));
  });

  test('give a finding of doctor where what they leave running is paid for', () => {
    const judged = (data: object) =>
      judgeHours(apis, validEnvironments(goldenPath.environment, [environmentConfig('here', { ...everything, tier: 'staging', ...data })]));
    const defaults = { AppDatabase: { backend: 'rds' }, AppBucket: { backend: 's3' } };
    expect([judged({ hours }), judged({ defaults }), judged({ hours, defaults })]).toEqual([
      [],
      [],
      [
        {
          severity: 'warning',
          object: 'EnvironmentConfig here',
          problem:
            'environment "here", AppDatabase: data.hours has no effect on backend rds, which provider-aws 2.6.0 can stop and cannot start again',
          remedy: 'kubectl edit environmentconfig here',
        },
      ],
    ]);
  });
});

test('without hours, what a claim comes to is the same at every moment', () => {
  const moment = fc
    .date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString());
  const placed = apis.filter(({ place }) => place === 'environment');
  const which = fc.constantFrom(...placed.flatMap(({ kind, backends }) => Object.keys(backends).map((backend) => ({ kind, backend }))));
  fc.assert(
    fc.property(which, fc.constantFrom(...tiers), moment, ({ kind, backend }, tier, now) => {
      const asked: Asked = { kind, tier, defaults: { backend } };
      const settled = lived(asked);
      expect(run({ ...asked, ...settled, now })).toEqual(run({ ...asked, ...settled }));
    }),
    { numRuns: 60 },
  );
});
