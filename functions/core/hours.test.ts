import { describe, expect, test } from 'vitest';
import { hours, hoursText, turnAt } from './hours.ts';
import { problemsOf } from './problem.ts';

const berlin = hours.parse({ from: '07:00', to: '19:00', timeZone: 'Europe/Berlin' });

test('hours are Monday to Friday in UTC where they do not say it', () => {
  expect(hours.parse({ from: '07:00', to: '19:00' })).toEqual({
    days: ['mon', 'tue', 'wed', 'thu', 'fri'],
    from: '07:00',
    to: '19:00',
    timeZone: 'UTC',
  });
  expect(hoursText(berlin)).toBe('mon, tue, wed, thu, fri 07:00 to 19:00 Europe/Berlin');
});

test.each([
  { said: { from: '22:00', to: '06:00' }, problem: 'to: got "06:00", want a later time of the same day than from' },
  { said: { from: '07:00', to: '07:00' }, problem: 'to: got "07:00", want a later time of the same day than from' },
  { said: { from: '07:00', to: '24:00' }, problem: 'to: got "24:00", want a time such as 03:00, in quotes' },
  { said: { from: '07:00', to: '19:00', days: [] }, problem: 'days: got [], want at least 1 items' },
  {
    said: { from: '07:00', to: '19:00', timeZone: 'Europe/Bärlin' },
    problem: 'timeZone: got "Europe/Bärlin", want the name of a time zone, such as Europe/Berlin',
  },
  {
    said: { from: '07:00', to: '19:00', timeZone: 'Europe/Bonn' },
    problem: 'timeZone: got "Europe/Bonn", want the name of a time zone, such as Europe/Berlin',
  },
  {
    said: { from: '07:00', to: '19:00', timeZone: '+01:00' },
    problem: 'timeZone: got "+01:00", want the name of a time zone, such as Europe/Berlin',
  },
])('hours of $said are refused', ({ said, problem }) => {
  const parsed = hours.safeParse(said);
  expect(parsed.error && problemsOf(parsed.error, said, '')).toBe(problem);
});

const day = 24 * 3600;

describe('a moment is within the hours, or when they begin is known', () => {
  test.each([
    { what: 'before they begin', now: '2026-11-30T05:59:59.999Z', isOpen: false, until: 'Mon 2026-11-30 07:00', secondsUntil: 1 },
    { what: 'when they begin', now: '2026-11-30T06:00:00Z', isOpen: true, until: 'Mon 2026-11-30 19:00', secondsUntil: day / 2 },
    { what: 'when they end', now: '2026-11-30T18:00:00Z', isOpen: false, until: 'Tue 2026-12-01 07:00', secondsUntil: day / 2 },
    { what: 'on a Friday evening', now: '2026-12-04T18:00:00Z', isOpen: false, until: 'Mon 2026-12-07 07:00', secondsUntil: 2.5 * day },
    { what: 'on a Sunday', now: '2026-12-06T12:00:00Z', isOpen: false, until: 'Mon 2026-12-07 07:00', secondsUntil: 18 * 3600 },
    // Monday there, Sunday in UTC.
    {
      what: 'where the day is another than in UTC',
      now: '2026-12-06T23:30:00Z',
      isOpen: false,
      until: 'Mon 2026-12-07 07:00',
      secondsUntil: 6.5 * 3600,
    },
    // The clock goes from 02:00 to 03:00 on 2026-03-29, a Sunday, and back on 2026-10-25.
    {
      what: 'over the weekend with an hour less',
      now: '2026-03-27T18:00:00Z',
      isOpen: false,
      until: 'Mon 2026-03-30 07:00',
      secondsUntil: 2.5 * day - 3600,
    },
    {
      what: 'over the weekend with an hour more',
      now: '2026-10-23T17:00:00Z',
      isOpen: false,
      until: 'Mon 2026-10-26 07:00',
      secondsUntil: 2.5 * day + 3600,
    },
    { what: 'in summer', now: '2026-07-01T05:00:00Z', isOpen: true, until: 'Wed 2026-07-01 19:00', secondsUntil: day / 2 },
  ])('$what', ({ now, isOpen, until, secondsUntil }) => {
    expect(turnAt(berlin, now)).toEqual({ isOpen, until: `${until} Europe/Berlin`, secondsUntil });
  });

  const sundays = (from: string, to: string) => hours.parse({ days: ['sun'], from, to, timeZone: 'Europe/Berlin' });

  test('also on the days on which the clock is changed', () => {
    // 02:30 is not there, and counts as 03:30, which is 01:30 in UTC.
    expect(turnAt(sundays('02:30', '05:00'), '2026-03-29T01:29:00Z')).toEqual({
      isOpen: false,
      until: 'Sun 2026-03-29 03:30 Europe/Berlin',
      secondsUntil: 60,
    });
    expect(turnAt(sundays('02:30', '05:00'), '2026-03-29T01:30:00Z')).toEqual({
      isOpen: true,
      until: 'Sun 2026-03-29 05:00 Europe/Berlin',
      secondsUntil: 90 * 60,
    });
    // 02:30 is there twice, first at 00:30 in UTC.
    expect(turnAt(sundays('01:00', '02:30'), '2026-10-25T00:29:00Z')).toEqual({
      isOpen: true,
      until: 'Sun 2026-10-25 02:30 Europe/Berlin',
      secondsUntil: 60,
    });
    expect(turnAt(sundays('01:00', '02:30'), '2026-10-25T01:30:00Z')).toEqual({
      isOpen: false,
      until: 'Sun 2026-11-01 01:00 Europe/Berlin',
      secondsUntil: 6 * day + 22.5 * 3600,
    });
    // A window that lies in the hour that is not there is as long as ever, an hour later.
    expect(turnAt(sundays('02:10', '02:50'), '2026-03-29T01:20:00Z')).toEqual({
      isOpen: true,
      until: 'Sun 2026-03-29 03:50 Europe/Berlin',
      secondsUntil: 30 * 60,
    });
  });

  test('also of a single day, a week ahead', () => {
    expect(turnAt(sundays('07:00', '19:00'), '2026-12-06T18:00:00Z')).toEqual({
      isOpen: false,
      until: 'Sun 2026-12-13 07:00 Europe/Berlin',
      secondsUntil: 6.5 * day,
    });
  });
});
