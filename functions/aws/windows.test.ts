import { describe, expect, test } from 'vitest';
import type { Identity } from '../core/names.ts';
import { shortestOfElastiCache, shortestOfRds, windows, windowsOf } from './windows.ts';

const identities = Array.from(
  { length: 2000 },
  (_, index): Identity => ({
    controlPlane: 'shop-eu-1',
    environment: 'prod',
    place: ['111122223333', 'eu-west-1'],
    namespace: 'shop',
    kind: 'AppDatabase',
    name: `db-${index}`,
  }),
);

const read = (said: object | undefined) =>
  windows.schema.safeParse({ aws: { region: 'eu-west-1', providerConfig: 'aws', ...(said !== undefined && { windows: said }) } });

/** All windows that claims come to. */
function all(said: object | undefined, minutes: number) {
  const { aws } = read(said).data ?? {};
  if (aws === undefined) throw new Error('the windows are refused');
  const of = identities.map((identity) => windowsOf(identity, aws.windows, minutes));
  const sorted = (part: 'backup' | 'maintenance') => [...new Set(of.map((each) => each[part]))].sort();
  return { backup: sorted('backup'), maintenance: sorted('maintenance') };
}

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

test('of an environment that says nothing are spread over the first six hours of every day', () => {
  const { backup, maintenance } = all(undefined, shortestOfRds);
  expect(backup).toEqual(['00:00-00:30', '00:30-01:00', '01:00-01:30', '01:30-02:00', '02:00-02:30', '02:30-03:00']);
  expect(maintenance).toEqual(
    days
      .flatMap((day) =>
        ['03:00 03:30', '03:30 04:00', '04:00 04:30', '04:30 05:00', '05:00 05:30', '05:30 06:00'].map((slot) => {
          const [from, to] = slot.split(' ');
          return `${day}:${from}-${day}:${to}`;
        }),
      )
      .sort(),
  );
});

test('are in UTC, whose day may be another', () => {
  const tokyo = { utcOffset: '+09:00', backupsFrom: '23:30', maintenanceFrom: '08:00', maintenanceDays: ['mon'] };
  expect(all(tokyo, shortestOfElastiCache)).toEqual({
    backup: ['14:30-15:30', '15:30-16:30', '16:30-17:30'],
    maintenance: ['mon:00:00-mon:01:00', 'mon:01:00-mon:02:00', 'sun:23:00-mon:00:00'],
  });
  const newfoundland = { utcOffset: '-03:30', backupsFrom: '00:00', maintenanceFrom: '20:00', maintenanceDays: ['sun'] };
  expect(all(newfoundland, shortestOfElastiCache)).toEqual({
    backup: ['03:30-04:30', '04:30-05:30', '05:30-06:30'],
    maintenance: ['mon:00:30-mon:01:30', 'mon:01:30-mon:02:30', 'sun:23:30-mon:00:30'],
  });
});

describe('are refused where', () => {
  test.each([
    ['they meet', { backupsFrom: '01:00' }, 'want three hours or more before and after backupsFrom, since AWS refuses windows that meet'],
    [
      'they meet over midnight',
      { backupsFrom: '01:00', maintenanceFrom: '23:00' },
      'want three hours or more before and after backupsFrom, since AWS refuses windows that meet',
    ],
    ['a time is none', { backupsFrom: '24:00' }, 'want a time such as 03:00, in quotes'],
    ['an offset is a zone', { utcOffset: 'Asia/Tokyo' }, 'want an offset such as +09:00, in quotes'],
    ['there is no day', { maintenanceDays: [] }, 'Too small: expected array to have >=1 items'],
  ])('%s', (_, said, want) => {
    expect(read(said).error?.issues.map(({ message }) => message)).toEqual([want]);
  });
});
