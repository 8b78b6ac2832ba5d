import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { apis } from '../functions/apis/index.ts';
import { type Field, orderOf } from '../functions/core/field.ts';
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

  test('is refused by the guard in the words that the apiserver warns with', () => {
    const message = expect.stringMatching(
      new RegExp(`^cannot apply: .*: it ${deletes.replace('it says now', '(it says now|\\d+ days)')}$`),
    );
    expect(reason(less, more)).toEqual({ reason: 'WouldDelete', message });
  });

  test('is let through where it says as much, or more', () => {
    expect([reason(more, more), reason(more, less)]).toEqual([undefined, undefined]);
  });

  test.runIf(field.presence === 'maybe')('is refused where there was no limit', () => {
    expect(reason(more, undefined)?.reason).toBe('WouldDelete');
  });
});
