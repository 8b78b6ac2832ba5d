import { expect, test } from 'vitest';
import { nextWindow, spanText } from './window.ts';

// A Wednesday.
const now = new Date('2026-11-25T02:45:00Z');

test.each([
  ['02:30-03:00', 'Wed 2026-11-25 02:30 to 03:00 UTC'],
  ['02:15-02:45', 'Thu 2026-11-26 02:15 to 02:45 UTC'],
  ['23:45-00:15', 'Wed 2026-11-25 23:45 to 2026-11-26 00:15 UTC'],
  ['wed:02:00-wed:03:00', 'Wed 2026-11-25 02:00 to 03:00 UTC'],
  ['wed:02:15-wed:02:45', 'Wed 2026-12-02 02:15 to 02:45 UTC'],
  ['sat:05:30-sat:06:00', 'Sat 2026-11-28 05:30 to 06:00 UTC'],
  ['Tue:05:30-Tue:06:00', 'Tue 2026-12-01 05:30 to 06:00 UTC'],
  ['sun:23:30-mon:00:30', 'Sun 2026-11-29 23:30 to 2026-11-30 00:30 UTC'],
])('the next of %s', (text, shown) => {
  const next = nextWindow(text, now);
  expect(next && spanText(next)).toBe(shown);
});

test('a window over the end of a week is seen from both sides', () => {
  const next = { from: '2026-11-29T23:30:00Z', to: '2026-11-30T00:30:00Z' };
  expect(nextWindow('sun:23:30-mon:00:30', new Date('2026-11-29T23:45:00Z'))).toEqual(next);
  expect(nextWindow('sun:23:30-mon:00:30', new Date('2026-11-30T00:15:00Z'))).toEqual(next);
});

test.each([undefined, '', 'any:01:00-any:02:00', 'sun:03:00-03:30', '03:00-sun:03:30', '24:00-25:00', 'sun:03:00-sun:03:30;'])(
  '%j is no window',
  (text) => {
    expect(nextWindow(text, now)).toBeUndefined();
  },
);
