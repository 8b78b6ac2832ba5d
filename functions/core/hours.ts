import { Temporal } from 'temporal-polyfill';
import * as z from 'zod';

export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export const timeOfDay = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'want a time such as 03:00, in quotes');

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** When what can be stopped runs in an environment. */
export const hours = z
  .strictObject({
    days: z
      .array(z.enum(days))
      .min(1)
      .max(days.length)
      .default(['mon', 'tue', 'wed', 'thu', 'fri'])
      .describe('The days on which claims run; Monday to Friday where they are left out.'),
    from: timeOfDay.describe('When they start.'),
    to: timeOfDay.describe('When they stop, on the same day.'),
    timeZone: z
      .string()
      .max(64)
      // An offset, which is a time zone too, would know no summer time.
      .regex(/^[A-Z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/, 'want the name of a time zone, such as Europe/Berlin')
      .refine(isTimeZone, 'want the name of a time zone, such as Europe/Berlin')
      .default('UTC')
      .describe('In which these are, such as `Europe/Berlin`, with its summer time.'),
  })
  .refine(({ from, to }) => from < to, { path: ['to'], error: 'want a later time of the same day than from' });
export type Hours = z.output<typeof hours>;

/** A moment as people of a time zone read it. */
function shownIn(timeZone: string, moment: Temporal.ZonedDateTime): string {
  const day = days[moment.dayOfWeek - 1] ?? days[0];
  const [date, time] = [moment.toPlainDate().toString(), moment.toPlainTime().toString({ smallestUnit: 'minute' })];
  return `${day.charAt(0).toUpperCase()}${day.slice(1)} ${date} ${time} ${timeZone}`;
}

export interface Turn {
  /** Whether claims run now. */
  readonly isOpen: boolean;
  /** When that changes next, for a person. */
  readonly until: string;
  readonly secondsUntil: number;
}

/** Where in the hours a moment, as RFC 3339, is; a time that a clock that is put forward leaves out counts as much later. */
export function turnAt({ days: open, from, to, timeZone }: Hours, now: string): Turn {
  const instant = Temporal.Instant.from(now);
  const today = instant.toZonedDateTimeISO(timeZone).toPlainDate();
  const changes = [...Array(days.length + 1).keys()].flatMap((ahead) => {
    const date = today.add({ days: ahead });
    const day = days[date.dayOfWeek - 1];
    if (day === undefined || !open.includes(day)) return [];
    return [
      { isOpen: false, at: date.toZonedDateTime({ timeZone, plainTime: from }) },
      { isOpen: true, at: date.toZonedDateTime({ timeZone, plainTime: to }) },
    ];
  });
  const next = changes.find(({ at }) => Temporal.Instant.compare(at.toInstant(), instant) > 0);
  if (next === undefined) throw new Error('hours without a day in a week');
  return {
    isOpen: next.isOpen,
    until: shownIn(timeZone, next.at),
    secondsUntil: Math.ceil((next.at.epochMilliseconds - instant.epochMilliseconds) / 1000),
  };
}

/** Some moment outside of the hours. */
export function closedAt(given: Hours): string {
  const now = Temporal.Instant.from('2026-01-01T00:00:00Z');
  const { isOpen, secondsUntil } = turnAt(given, now.toString());
  return (isOpen ? now.add({ seconds: secondsUntil }) : now).toString();
}

/** The hours on one line: `mon, tue 07:00 to 19:00 Europe/Berlin`. */
export const hoursText = ({ days: open, from, to, timeZone }: Hours): string => {
  const inOrder = days.filter((day) => open.includes(day));
  return `${inOrder.join(', ')} ${from} to ${to} ${timeZone}`;
};
