import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { apis } from '../functions/apis/index.ts';
import { type Field, givingUpOf, orderOf } from '../functions/core/field.ts';
import { at } from '../functions/core/kubernetes.ts';
import { lived, run } from './lived.ts';

/** A value that a field takes, and a lesser one. */
function lowered(field: Field): readonly [more: unknown, less: unknown] {
  const order = orderOf(field);
  if (order === undefined) throw new Error('nothing of it is less');
  return order === 'number' ? [9, 8] : [z.enum(order as [string, string]).options[1], order[0]];
}

const cases = apis.flatMap((api) =>
  Object.entries(api.fields).flatMap(([name, field]) =>
    Object.entries(field.lessDeletes ?? {}).map(([backend, deletes]) => ({ kind: api.kind, name, backend, field, deletes })),
  ),
);

test('fields say what deletes data', () => {
  expect(cases.map(({ kind, name, backend }) => `${kind} ${name} ${backend}`).sort()).toEqual([
    'AppBucket expireAfterDays s3',
    'AppBucket retentionDays s3',
    'AppCache size elasticache',
    'AppDatabase backupRetentionDays rds',
    'AppQueue retentionDays sqs',
  ]);
});

describe.each(cases)('a $kind on $backend that says less for $name', ({ kind, name, backend, field, deletes }) => {
  const [more, less] = lowered(field);
  const asked = (value: unknown) => ({ kind, tier: 'prod' as const, defaults: { backend }, spec: { [name]: value } });
  const reason = (value: unknown, from: unknown) => {
    const { refusal } = run({ ...asked(value), ...lived(asked(from)) });
    return refusal && { reason: refusal.reason, message: refusal.message.split('; if that loss is meant')[0] };
  };

  const refused = {
    reason: 'WouldDelete',
    message: expect.stringMatching(new RegExp(`^cannot apply: .*: it ${deletes.replace('it says now', '(it says now|\\d+ days)')}$`)),
  };

  test('is refused by the guard in the words that the apiserver warns with', () => {
    expect(reason(less, more)).toEqual(refused);
  });

  test('is let through where it says as much, or more', () => {
    expect([reason(more, more), reason(more, less)]).toEqual([undefined, undefined]);
  });

  test.runIf(field.presence === 'maybe')('is refused where there was no limit', () => {
    expect(reason(more, undefined)).toEqual(refused);
  });
});

/** What claims that give up data say besides, so that they have some. An API that was only just made has nothing that could be given up yet. */
const keeping: Readonly<Record<string, { readonly spec?: object; readonly defaults?: object }>> = {
  AppBucket: { defaults: { persistence: 'Persistent' } },
  AppCache: { defaults: { persistence: 'Snapshots' } },
  AppDatabase: { defaults: { persistence: 'Persistent' } },
  AppQueue: {},
  AppService: { spec: { volumes: [{ name: 'data', path: '/data', persistent: { storageGiB: 1 } }] } },
};

const giving = apis
  .filter(({ kind }) => kind in keeping)
  .flatMap((api) =>
    Object.entries(givingUpOf(api.fields)).flatMap(([name, { value, deletes }]) =>
      Object.entries(deletes).map(([backend, does]) => ({ kind: api.kind, name, value, backend, does })),
    ),
  );

test('fields say what gives data up', () => {
  expect(giving.map(({ kind, name, backend }) => `${kind} ${name} ${backend}`).sort()).toEqual([
    'AppBucket deletion container',
    'AppBucket deletion s3',
    'AppCache deletion container',
    'AppCache deletion elasticache',
    'AppDatabase deletion container',
    'AppDatabase deletion rds',
    'AppDatabase deletion shared',
    'AppQueue deletion sqs',
    'AppService deletion container',
  ]);
});

describe.each(giving)('a $kind on $backend that says $value for $name', ({ kind, name, value, backend, does }) => {
  const asked = (says: object, defaults: object = {}) => ({
    kind,
    tier: 'staging' as const,
    defaults: { backend, ...keeping[kind]?.defaults, ...defaults },
    spec: { ...keeping[kind]?.spec, ...says },
  });
  const meanwhile = (says: object, live: object, defaults?: object) => run({ ...asked(says, defaults), ...lived(asked(live)) });
  const message = (before: string) => `cannot apply: spec.${name}: got "${value}" in place of "${before}": deleting the claim then ${does}`;

  test.each(['Protect', 'Snapshot'])('is refused in place of %s until that is acknowledged', (before) => {
    const { refusal } = meanwhile({ [name]: value }, { [name]: before });
    const [sentence, command] = refusal?.message.split('; if that loss is meant, run: ') ?? [];
    expect({ reason: refusal?.reason, sentence }).toEqual({ reason: 'WouldDelete', sentence: message(before) });
    const tokens = /acknowledge=(\S+)$/.exec(command ?? '')?.[1] ?? '';
    const annotations = { 'platform.internal/acknowledge': tokens };
    expect(run({ ...asked({ [name]: value }), ...lived(asked({ [name]: before })), annotations }).refusal).toBeUndefined();
  });

  test('is let through where it said so before, or is made with it', () => {
    expect([meanwhile({ [name]: value }, { [name]: value }).refusal, run(asked({ [name]: value })).refusal]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('is not what a default makes of a live claim', () => {
    const { refusal, status } = run({ ...asked({}, { [name]: value }), ...lived(asked({}, { [name]: 'Snapshot' })) });
    expect([refusal, at(status, 'settings', name)]).toEqual([undefined, 'Snapshot']);
  });
});
