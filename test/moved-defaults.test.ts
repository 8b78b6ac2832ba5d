import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apis } from '../functions/apis/index.ts';
import type { Api } from '../functions/core/api.ts';
import { undecidedOf } from '../functions/core/card.ts';
import { type Field, staysOf } from '../functions/core/field.ts';
import { at, type KubernetesObject } from '../functions/core/kubernetes.ts';
import { settingsAnnotation } from '../functions/core/record.ts';
import type { ObservedResource, StepResponse } from '../functions/core/step.ts';
import { type Tier, tiers } from '../functions/core/tier.ts';
import { expand } from '../functions/expand/expand.ts';
import { goldenPath } from '../functions/golden-path.ts';
import { guard } from '../functions/guard/guard.ts';
import { resourceDeltas } from '../plan/compare.ts';
import { anySaid } from './arbitrary.ts';
import { details } from './lived.ts';
import { boundTo, environmentConfig, everything, type Given, loginDetails, observedAfter, stepRequest } from './request.ts';

/** `npm run test:nightly` sets more. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 300);

type Values = Readonly<Record<string, unknown>>;

interface Life {
  readonly api: Api;
  readonly tier: Tier;
  readonly spec?: Values;
  readonly labels?: Readonly<Record<string, string>>;
}

interface Says {
  readonly defaults?: Values;
  readonly rollouts?: readonly { readonly values: Values; readonly claims?: unknown }[];
}

function requestOf(
  { api, tier, spec = api.example.spec, labels }: Life,
  { defaults = {}, rollouts = [] }: Says,
  lived: Partial<Given> = {},
) {
  const data = { ...everything, tier, defaults: { [api.kind]: defaults }, rollouts: { [api.kind]: rollouts } };
  const given = {
    kind: api.kind,
    spec,
    environment: 'here',
    environments: [environmentConfig('here', data)],
    claims: boundTo,
    ...lived,
  };
  const request = stepRequest(given);
  return { ...request, claim: { ...request.claim, metadata: { ...request.claim.metadata, ...(labels !== undefined && { labels }) } } };
}

function run(life: Life, says: Says, lived: Partial<Given> = {}): StepResponse {
  const request = requestOf(life, says, lived);
  const expanded = expand(request);
  if (expanded.refusal !== undefined) return expanded;
  const guarded = guard({ ...request, desired: expanded.desired, desiredStatus: expanded.status ?? {} });
  return { ...guarded, status: { ...expanded.status, ...guarded.status }, conditions: [...expanded.conditions, ...guarded.conditions] };
}

/** What is there of a claim that came to rest in an environment. */
function lived(life: Life, says: Says): Pick<Given, 'observed' | 'status'> {
  let situation: Pick<Given, 'observed' | 'status'> = {};
  for (let round = 0; round < 4; round += 1) {
    const response = run(life, says, situation);
    if (response.refusal !== undefined) break;
    situation = { observed: observedAfter(response, details), status: response.status };
  }
  return situation;
}

const objects = ({ desired }: StepResponse): Record<string, KubernetesObject> =>
  Object.fromEntries(Object.entries(desired).map(([key, { object }]) => [key, object]));

/** The objects without the record on them. */
const withoutRecord = (response: StepResponse): Record<string, KubernetesObject> =>
  Object.fromEntries(
    Object.entries(objects(response)).map(([key, object]) => {
      const { [settingsAnnotation]: _, ...annotations } = object.metadata?.annotations ?? {};
      return [key, { ...object, metadata: { ...object.metadata, annotations } }];
    }),
  );

/** Another value of a field than one, as an environment could have it. */
function otherThan({ schema, example, default: byTier }: Field, value: unknown): unknown {
  const candidates = [example, ...Object.values(byTier ?? {}), true, false, 1, 7, 30, 40, 250, 'large', 'Snapshots', 'Persistent'];
  return candidates.find((each) => each !== undefined && schema.safeParse(each).success && JSON.stringify(each) !== JSON.stringify(value));
}

const live = apis
  .filter(({ place }) => place === 'environment')
  .flatMap((api) =>
    // One that composes nothing has nothing that could be moved, and nothing lives of what the guard refuses.
    Object.entries(api.backends).flatMap(([backend, { anchor, composes }]) => {
      if (anchor === undefined || Object.values(composes).some((card) => undecidedOf(card).length > 0)) return [];
      const tier = tiers.find((each) => api.profiles[each]['backend'] === backend) ?? 'dev';
      return Object.entries(api.fields)
        .filter(([, field]) => field.default !== undefined)
        .map(([name, field]) => ({ api, kind: api.kind, backend, tier, name, field }));
    }),
  );

/** What becomes of a live claim when the default of one of its fields is another. */
function moved({ api, backend, tier, name, field }: (typeof live)[number]) {
  const life: Life = { api, tier };
  const before = { backend };
  const settled = lived(life, { defaults: before });
  const value = { ...api.profiles[tier], ...before }[name];
  const other = otherThan(field, value);
  return {
    value,
    other,
    calm: run(life, { defaults: before }, settled),
    after: run(life, { defaults: { ...before, [name]: other } }, settled),
    saying: () => run({ ...life, spec: { ...api.example.spec, [name]: other } }, { defaults: before }, settled),
  };
}

const staying = live.filter(({ field }) => field.moves !== 'freely');

test.each(staying)('the default of $name moves no live $kind on $backend, and the claim says what it is now', (which) => {
  const { name, field } = which;
  const { value, other, calm, after } = moved(which);
  expect([after.refusal, objects(after), after.conditions]).toEqual([undefined, objects(calm), calm.conditions]);
  const isLess = field.change === 'grows' && Number(other) < Number(value);
  const isSayable = field.of === 'claim' && field.change !== 'never' && !isLess;
  expect(after.status?.['available']).toEqual(isSayable ? { [name]: other } : undefined);
});

test.each(live.filter(({ field }) => field.moves === 'freely'))(
  'the default of $name moves a live $kind on $backend without a restart',
  (which) => {
    const { calm, after } = moved(which);
    const fields = resourceDeltas(objects(calm), objects(after), goldenPath.cards, 'whole').flatMap((delta) => delta.fields);
    expect(fields.filter(({ effect }) => !effect.known || effect.impact !== 'in place')).toEqual([]);
    expect(after.status?.['available']).toBeUndefined();
  },
);

test.each(staying.filter(({ field }) => field.of === 'claim' && field.change === undefined))(
  'a live $kind on $backend has the $name that it says itself',
  (which) => {
    const { other, saying } = moved(which);
    const { refusal, status } = saying();
    if (status === undefined) expect(refusal?.message).toContain(`spec.${which.name}`);
    else expect(status['settings']).toMatchObject({ [which.name]: other });
  },
);

describe('a rollout', () => {
  const api = apis.find(({ kind }) => kind === 'AppDatabase') as Api;
  const prod: Life = { api, tier: 'prod' };
  const settled = lived({ ...prod, labels: { wave: 'first' } }, { defaults: { version: '16' } });
  const defaults = { version: '17' };
  const versionOf = (life: Life, says: Says, situation: Partial<Given> = settled) => {
    let response = run(life, says, situation);
    // An upgrade follows once the claim could be logged in to, and was checked.
    for (let round = 0; round < 4 && response.refusal === undefined; round += 1) {
      const observed = observedAfter(response, { ...details, login: loginDetails });
      response = run(life, says, { observed, status: response.status });
    }
    const { refusal, status } = response;
    return refusal?.message ?? at(status, 'settings', 'version');
  };

  test('moves the live claims that it names, and no others', () => {
    const rollouts = [{ values: { version: '17' }, claims: { matchLabels: { wave: 'first' } } }];
    expect(versionOf({ ...prod, labels: { wave: 'first' } }, { defaults, rollouts })).toBe('17');
    expect(versionOf({ ...prod, labels: { wave: 'second' } }, { defaults, rollouts })).toBe('16');
    expect(versionOf(prod, { defaults, rollouts })).toBe('16');
    expect(versionOf(prod, { defaults, rollouts: [{ values: { version: '17' } }] })).toBe('17');
  });

  test('gives way to what a claim says, and takes none back', () => {
    const rollouts = [{ values: { version: '16', size: 'large' } }];
    expect(versionOf({ ...prod, spec: { version: '16' } }, { defaults, rollouts: [{ values: { version: '17' } }] })).toBe('16');
    expect(versionOf(prod, { defaults, rollouts }, lived(prod, { defaults }))).toBe('17');
  });

  test('stays done when it is taken out again', () => {
    const done = lived(prod, { defaults });
    expect(versionOf(prod, { defaults: { version: '16' } }, done)).toBe('17');
  });

  test('is refused for what moves by itself, and for a value that there is not', () => {
    const refusal = (values: Values) => run(prod, { rollouts: [{ values }] }, settled).refusal?.message;
    expect(refusal({ deletion: 'Delete' })).toBe(
      'cannot use EnvironmentConfig "here": data.rollouts.AppDatabase.0.values.deletion: unknown field; namespace "shop" belongs to it',
    );
    expect(refusal({ version: '15' })).toBe(
      'cannot use EnvironmentConfig "here": data.rollouts.AppDatabase.0.values.version: got "15", want one of 16, 17, 18; namespace "shop" belongs to it',
    );
  });
});

test('a backend is not believed that the object with the record is not of', () => {
  const api = apis.find(({ kind }) => kind === 'AppDatabase') as Api;
  const life: Life = { api, tier: 'dev' };
  const { observed = {}, status } = lived(life, {});
  const server = observed['server'] as ObservedResource;
  const record = JSON.stringify({ environment: 'here', settings: { backend: 'rds' } });
  const annotations = { ...server.object.metadata?.annotations, [settingsAnnotation]: record };
  const forged = { ...server, object: { ...server.object, metadata: { ...server.object.metadata, annotations } } };
  const { refusal } = run(life, {}, { observed: { ...observed, server: forged }, status });
  expect([refusal?.reason, refusal?.message]).toEqual(['RunningUnknown', expect.stringContaining('got no value of backend that')]);
});

test('what nobody could have recorded is refused, and nothing is upgraded by it', () => {
  const api = apis.find(({ kind }) => kind === 'AppDatabase') as Api;
  const life: Life = { api, tier: 'prod' };
  const { observed = {}, status } = lived(life, {});
  const instance = observed['instance'];
  const recorded = (text: string) => {
    const { annotations, ...metadata } = instance?.object.metadata ?? {};
    const object = {
      ...(instance?.object as KubernetesObject),
      metadata: { ...metadata, annotations: { ...annotations, [settingsAnnotation]: text } },
    };
    return { observed: { ...observed, instance: { ...instance, object, connectionDetails: {} } }, status };
  };
  const refusal = (text: string, spec: Values = {}) => run({ ...life, spec }, {}, recorded(text)).refusal?.message;
  const where =
    'cannot tell what AppDatabase runs with: Instance orders-database-instance: metadata.annotations.platform.internal/settings';
  const old = JSON.stringify({ environment: 'here', settings: { version: '15' } });
  expect(refusal(old)).toBe(`${where}: got no value of version that a claim can have; tell the platform team`);
  expect(refusal(old, { version: '17' })).toBeUndefined();
  expect(refusal('{')).toMatch(/^cannot tell what AppDatabase runs with: .*got no value of version, size,/);
  expect(refusal(JSON.stringify({ settings: { databaseName: '$(id)' } }))).toContain('databaseName');
});

const kinds = live.map(({ api }) => api.kind);

const situationOf = (kind: string) => {
  const api = apis.find((each) => each.kind === kind) as Api;
  const defaults = anySaid(api.fields, (field) => field.default !== undefined);
  const spec = anySaid(api.fields, ({ of }) => of === 'claim');
  return fc.record({ kind: fc.constant(kind), tier: fc.constantFrom(...tiers), spec, before: defaults, after: defaults });
};

const situation = fc.oneof(...[...new Set(kinds)].map(situationOf));

test(`whatever defaults move, a live claim changes only by those that move freely, in ${numRuns} situations`, {
  timeout: 60_000 + numRuns * 100,
}, () => {
  let compared = 0;
  fc.assert(
    fc.property(situation, ({ kind, tier, spec, before, after }) => {
      const api = apis.find((each) => each.kind === kind) as Api;
      const life = { api, tier, spec };
      const settled = lived(life, { defaults: before });
      if (Object.keys(settled.observed ?? {}).length === 0) return;
      const stays = staysOf(api.fields);
      const whole = { ...api.profiles[tier], ...before };
      const free = Object.fromEntries(Object.entries(after).filter(([name]) => !stays.includes(name)));
      const kept = Object.fromEntries(Object.entries(whole).filter(([name]) => stays.includes(name)));
      const moved = run(life, { defaults: after }, settled);
      const only = run(life, { defaults: { ...kept, ...free } }, settled);
      expect(withoutRecord(moved)).toEqual(withoutRecord(only));
      expect(moved.refusal).toEqual(only.refusal);
      if (moved.refusal === undefined) compared += 1;
    }),
    { numRuns },
  );
  expect(compared).toBeGreaterThan(numRuns / 4);
});
