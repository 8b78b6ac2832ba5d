import { expect, test } from 'vitest';
import { turnsBefore } from './schedule.ts';

/** A Sunday. */
const now = Date.parse('2026-11-29T15:00:00Z');

const before = (schedule: string) => turnsBefore(schedule, now, 2)?.map((time) => new Date(time).toISOString().slice(0, 16));

test.each([
  ['30 2 * * *', '2026-11-29T02:30', '2026-11-28T02:30'],
  ['@hourly', '2026-11-29T14:00', '2026-11-29T13:00'],
  ['*/20 * * * *', '2026-11-29T14:40', '2026-11-29T14:20'],
  ['0 3,15 * * *', '2026-11-29T03:00', '2026-11-28T15:00'],
  ['0 1-9/4 * * mon-fri', '2026-11-27T09:00', '2026-11-27T05:00'],
  ['0 4 1 * *', '2026-11-01T04:00', '2026-10-01T04:00'],
  ['0 4 1 * 6', '2026-11-28T04:00', '2026-11-21T04:00'],
  ['0 4 */2 * 0', '2026-11-29T04:00', '2026-11-15T04:00'],
  ['15 12 28 FEB,jan *', '2026-02-28T12:15', '2026-01-28T12:15'],
  ['@weekly', '2026-11-29T00:00', '2026-11-22T00:00'],
  ['@yearly', '2026-01-01T00:00', '2025-01-01T00:00'],
])('%s was last at %s and %s', (schedule, last, earlier) => {
  expect(before(schedule)).toEqual([last, earlier]);
});

test.each(['61 * * * *', '* * 0 * *', '5-1 * * * *', '* * * *', '*/0 * * * *', '* * * NOV-FOO *', 'nothing'])(
  '%s is no schedule',
  (schedule) => {
    expect(before(schedule)).toBeUndefined();
  },
);

test('what has no time is never due', () => {
  expect(before('0 0 30 2 *')).toEqual([]);
});
