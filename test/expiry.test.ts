import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { titleOf } from '../cli/verbs/plan/text.ts';
import { apis } from '../functions/apis/index.ts';
import { at } from '../functions/core/kubernetes.ts';
import { tiers } from '../functions/core/tier.ts';
import { expand } from '../functions/expand/expand.ts';
import { goldenPath } from '../functions/golden-path.ts';
import { guard } from '../functions/guard/guard.ts';
import { planClaim } from '../plan/run.ts';
import { type Asked, apiOf, lived, objects, provisioned, run } from './lived.ts';
import { boundTo, database, databaseBinding, environmentConfig, everything, type Given, stepRequest } from './request.ts';

// Claims of requests are of 2026-01-02T03:04:05Z.
const hoursLater = (hours: number, seconds = 0) =>
  new Date(Date.parse('2026-01-02T03:04:05Z') + (hours * 3600 + seconds) * 1000).toISOString();
const end = '2026-01-05T03:04:05Z';

const mortal = apis.filter(({ fields }) => fields['ttlHours'] !== undefined);
const everywhere = mortal.flatMap(({ kind, backends }) => Object.keys(backends).map((backend) => ({ kind, backend })));

/** A preview that lasts three days, where no default keeps its data. */
const preview = ({ kind, backend }: { readonly kind: string; readonly backend: string }): Asked => ({
  kind,
  defaults: { backend },
  spec: { ttlHours: 72 },
});
const orders = preview({ kind: 'AppDatabase', backend: 'container' });

const lasting = ({ conditions }: ReturnType<typeof run>) => conditions.find(({ type }) => type === 'Lasting');

const soon = (within: string) => ({
  type: 'Lasting',
  status: 'True',
  reason: 'ExpiresSoon',
  message: `Within ${within}, at ${end}, what it made is deleted with its data: to keep it, raise spec.ttlHours, or leave it out`,
});
const gone = `What it made was deleted at ${end}, as spec.ttlHours 72 says: for new and empty ones, raise it, leave it out, or make the claim again`;

test('every API whose claims hold data, and an app, can have a time to live', () => {
  expect(mortal.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['AppDatabase', 'AppCache', 'AppBucket', 'AppQueue', 'AppService']),
  );
});

describe('a time to live', () => {
  const settled = lived({ ...orders, now: hoursLater(1) });
  const looked = (now: string, spec = {}) => run({ ...orders, ...settled, spec: { ...orders.spec, ...spec }, now });

  test('changes nothing before it is over', () => {
    const { ttlHours: _, ...spec } = orders.spec ?? {};
    expect(objects(looked(hoursLater(71)))).toEqual(objects(run({ ...orders, ...settled, spec, now: hoursLater(71) })));
  });

  test.each([
    {
      hours: 1,
      seconds: 0,
      condition: { type: 'Lasting', status: 'True', reason: 'Lasting', message: `Until ${end}, when what it made is deleted` },
      events: [],
    },
    {
      hours: 47,
      seconds: 3500,
      condition: { type: 'Lasting', status: 'True', reason: 'Lasting', message: `Until ${end}, when what it made is deleted` },
      events: [],
      ttl: 101,
    },
    { hours: 48, seconds: 0, condition: soon('24 hours'), events: [`AppDatabase orders: ${soon('24 hours').message}`] },
    { hours: 70, seconds: 3590, condition: soon('24 hours'), events: [`AppDatabase orders: ${soon('24 hours').message}`], ttl: 11 },
    { hours: 71, seconds: 0, condition: soon('an hour'), events: [`AppDatabase orders: ${soon('an hour').message}`] },
    { hours: 71, seconds: 3599, condition: soon('an hour'), events: [`AppDatabase orders: ${soon('an hour').message}`], ttl: 2 },
  ])('is told of after $hours hours and $seconds seconds', ({ hours, seconds, condition, events, ttl = 300 }) => {
    const response = looked(hoursLater(hours, seconds));
    expect([lasting(response), response.events, response.ttlSeconds, response.status?.['expiresAt']]).toEqual([
      condition,
      events,
      ttl,
      end,
    ]);
    expect(provisioned(response)?.reason).toBe('Ready');
  });

  test('is told of once', () => {
    const warned = looked(hoursLater(50));
    const status = { ...settled.status, conditions: warned.conditions };
    const again = (hours: number) => run({ ...orders, ...settled, status, now: hoursLater(hours) }).events.length;
    expect([warned.events.length, again(51), again(71.5)]).toEqual([1, 0, 1]);
  });

  test.each(everywhere)('takes all that $kind on $backend made, and nothing is left of its record', (which) => {
    const asked = preview(which);
    const there = lived({ ...asked, now: hoursLater(1) });
    const response = run({ ...asked, ...there, now: hoursLater(72) });
    expect([response.refusal, response.desired, provisioned(response), lasting(response), response.events]).toEqual([
      undefined,
      {},
      { type: 'Provisioned', status: 'False', reason: 'Expired', message: gone },
      { type: 'Lasting', status: 'False', reason: 'Expired', message: gone },
      [`${which.kind} orders: ${gone}`],
    ]);
    const { environment, tier, backend, expiresAt, monthlyCostUSD, cost, waivedPolicies, ...rest } = response.status ?? {};
    expect([environment, tier, backend, expiresAt, monthlyCostUSD, rest]).toEqual(['here', 'staging', which.backend, end, 0, {}]);
    expect([at(cost, 'drivers'), waivedPolicies]).toEqual([[], []]);
    expect(Object.keys(there.observed ?? {}).length).toBeGreaterThan(2);
  });

  test('holds back the readiness of the claim', () => {
    const request = stepRequest({ kind: 'AppDatabase', spec: { ttlHours: 72 }, now: hoursLater(72) });
    expect(expand(request)).toMatchObject({ desired: {}, claimReady: false });
  });

  test('that is over stays so, while things are going and when they are gone', () => {
    const over = looked(hoursLater(72));
    const going = Object.fromEntries(
      Object.entries(settled.observed ?? {}).map(([key, { object, ...rest }]) => [
        key,
        { ...rest, object: { ...object, metadata: { ...object.metadata, deletionTimestamp: end } } },
      ]),
    );
    const { server: _, ...others } = going;
    const status = { ...over.status, conditions: over.conditions };
    for (const observed of [going, others, {}]) {
      const response = run({ ...orders, observed, status, now: hoursLater(73) });
      expect([response.refusal, response.desired, provisioned(response)?.reason, response.events]).toEqual([undefined, {}, 'Expired', []]);
    }
  });

  test('that is raised after its end makes all anew, with another binding', () => {
    const over = looked(hoursLater(72));
    const status = { ...over.status, conditions: over.conditions };
    const raised = run({ ...orders, observed: {}, status, spec: { ttlHours: 200 }, now: hoursLater(73) });
    expect([raised.refusal, Object.keys(raised.desired).length > 2, raised.status?.['expiresAt']]).toEqual([
      undefined,
      true,
      '2026-01-10T11:04:05Z',
    ]);
  });

  test('that was raised, or left out, in time lets the claim live on', () => {
    for (const spec of [{ ttlHours: 100 }, { ttlHours: undefined }]) {
      const response = looked(hoursLater(72), spec);
      expect([response.refusal, objects(response)]).toEqual([undefined, objects(looked(hoursLater(1), spec))]);
    }
    const status = { ...settled.status, conditions: [soon('an hour')] };
    const freed = run({ ...orders, ...settled, status, spec: { ttlHours: undefined }, now: hoursLater(71.5) });
    expect([lasting(freed), freed.status?.['expiresAt'], freed.events]).toEqual([
      { type: 'Lasting', status: 'True', reason: 'Lasting', message: 'Until it is deleted' },
      undefined,
      [],
    ]);
  });

  test.each([
    [
      'that was lowered',
      { ttlHours: 24 },
      30,
      {},
      'got 24, want at least 72 or none: the claim has said that it lasts until 2026-01-05T03:04:05Z',
    ],
    [
      'that the claim never said, and that is over',
      { ttlHours: 24 },
      30,
      { status: { ...settled.status, expiresAt: undefined } },
      'got 24, want more than the 30 hours that it has been there, or none: it never said that it would end',
    ],
    ['beside deletion: Snapshot', { deletion: 'Snapshot' }, 1, {}, 'got 72, want none where deletion is Snapshot, or spec.deletion Delete'],
    [
      'beside a default that protects',
      {},
      1,
      { defaults: { deletion: 'Protect' } },
      'got 72, want none where deletion is Protect, or spec.deletion Delete',
    ],
    ['in prod', { deletion: 'Delete' }, 1, { tier: 'prod' as const }, 'got 72, want none in tier prod'],
  ])('%s is refused, and nothing goes', (_, spec, hours, more, problem) => {
    const response = run({ ...orders, ...settled, ...more, spec: { ...orders.spec, ...spec }, now: hoursLater(hours) });
    expect([response.refusal, response.desired]).toEqual([
      { reason: 'ExpiryRefused', message: `cannot use AppDatabase "orders": spec.ttlHours: ${problem}` },
      {},
    ]);
  });

  test('is not over by a clock that is before its creation, or that says nothing', () => {
    for (const now of [hoursLater(-1), hoursLater(-100_000), 'yesterday']) {
      const response = looked(now);
      expect([objects(response), lasting(response)?.reason]).toEqual([objects(looked(hoursLater(1))), 'Lasting']);
    }
  });
});

describe('the guard', () => {
  /** A step that lets go of all that there is. */
  const emptied = (asked: Asked, given: Partial<Given>, now: string, metadata: object = {}) => {
    const { kind, tier = 'staging', spec = {}, defaults = {} } = asked;
    const environments = [environmentConfig('here', { ...everything, tier, defaults: { [kind]: defaults } })];
    const said = { ...apiOf(kind)?.example.spec, ...spec };
    const request = stepRequest({ kind, spec: said, environment: 'here', environments, claims: boundTo, ...given, now });
    const claim = { ...request.claim, metadata: { ...request.claim.metadata, ...metadata } };
    return guard({ ...request, claim, desired: {}, desiredStatus: {} }).refusal?.reason;
  };
  const settled = lived({ ...orders, now: hoursLater(1) });

  test('lets all go once the time is over', () => {
    expect([emptied(orders, settled, hoursLater(71.99)), emptied(orders, settled, hoursLater(72))]).toEqual(['WouldRemove', undefined]);
  });

  test('takes neither a status, a condition nor an annotation for it', () => {
    const immortal = { ...orders, spec: {} };
    const status = {
      ...settled.status,
      expiresAt: hoursLater(1),
      settings: { ttlHours: 1 },
      conditions: [{ type: 'Lasting', status: 'False', reason: 'Expired' }],
    };
    const annotations = { 'platform.internal/ttlHours': '1', 'platform.internal/acknowledge': 'expire' };
    expect([
      emptied(immortal, { ...settled, status }, hoursLater(1000), { annotations }),
      // Its end is earlier than what it is said to have said.
      emptied({ ...orders, spec: { ttlHours: 1 } }, settled, hoursLater(1000)),
      emptied(orders, { ...settled, status: { ...settled.status, expiresAt: undefined } }, hoursLater(1000)),
      emptied({ ...orders, defaults: { ...orders.defaults, deletion: 'Snapshot' } }, settled, hoursLater(1000)),
      emptied({ ...orders, tier: 'prod', spec: { ...orders.spec, deletion: 'Delete' } }, settled, hoursLater(1000)),
      emptied(orders, settled, hoursLater(-1000)),
    ]).toEqual(['WouldRemove', 'WouldRemove', 'WouldRemove', 'WouldRemove', 'WouldRemove', 'WouldRemove']);
  });

  test('lets go of nothing of a claim without a time to live, whenever it is', () => {
    const moment = fc
      .date({ min: new Date('1970-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
    const lives = new Map(everywhere.map((which) => [which, lived({ ...preview(which), spec: {} })]));
    fc.assert(
      fc.property(fc.constantFrom(...everywhere), fc.constantFrom(...tiers), moment, (which, tier, now) => {
        const there = lives.get(which) ?? {};
        expect(emptied({ ...preview(which), tier, spec: {} }, there, now)).toBeDefined();
      }),
      { numRuns: 100 },
    );
  });
});

test('an app says that what it is bound to ends soon, or has', () => {
  const bound = (condition: object) => {
    const claim = { ...database, status: { conditions: [condition] } };
    const app: Asked = {
      kind: 'AppService',
      claims: [claim, databaseBinding],
      spec: { bindings: [{ kind: 'AppDatabase', name: 'orders' }] },
    };
    return provisioned(run({ ...app, ...lived(app) }))?.message;
  };
  const ready = 'Everything that the claim needs is ready; AppDatabase orders, to which it is bound, says: ';
  expect([bound(soon('an hour')), bound({ type: 'Lasting', status: 'False', reason: 'Expired', message: gone })]).toEqual([
    `${ready}${soon('an hour').message}`,
    `${ready}${gone}`,
  ]);
});

test('a plan says when a claim expires, and that it is stopped', () => {
  const environments = [environmentConfig('here', { ...everything, tier: 'staging', defaults: { AppDatabase: { backend: 'container' } } })];
  const { claim } = stepRequest({ spec: { ttlHours: 72 } });
  const { creationTimestamp: _, ...metadata } = claim.metadata ?? {};
  const title = (given: typeof claim) => titleOf({ plan: planClaim(given, 'here', { platform: goldenPath, environments }) });
  const named = 'AppDatabase shop/orders in here, as container';
  expect([title(claim), title({ ...claim, metadata, spec: { ttlHours: 72, running: false } }), title({ ...claim, spec: {} })]).toEqual([
    `${named}, expires ${end}`,
    `${named}, stopped, expires 72 hours after its creation`,
    named,
  ]);
});
