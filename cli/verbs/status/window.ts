import { days } from '../../../functions/core/hours.ts';
import { timeText } from '../../../functions/core/time.ts';

/** A span of time in UTC, as RFC 3339. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

const weekdays: readonly string[] = days;
const minutesPerDay = 24 * 60;
const millisecondsPerMinute = 60_000;

/**
 * The window, of every day or of every week, that ends next after a moment: the one that it is in, or else the one to come. Undefined where
 * the text is not of the cloud's form, which is `02:30-03:00` or `sun:03:00-sun:03:30`, in UTC.
 */
export function nextWindow(text: string | undefined, now: Date): Span | undefined {
  const [, fromDay, from, toDay, to] =
    /^(?:([a-z]{3}):)?((?:[01]\d|2[0-3]):[0-5]\d)-(?:([a-z]{3}):)?((?:[01]\d|2[0-3]):[0-5]\d)$/.exec(text?.toLowerCase() ?? '') ?? [];
  if (from === undefined || to === undefined || (fromDay === undefined) !== (toDay === undefined)) return undefined;
  const period = fromDay === undefined ? minutesPerDay : minutesPerDay * days.length;
  const minuteOf = (day: string | undefined, time: string) =>
    (day === undefined ? 0 : weekdays.indexOf(day) * minutesPerDay) + Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  if ([fromDay, toDay].some((day) => day !== undefined && !weekdays.includes(day))) return undefined;
  const [start, end] = [minuteOf(fromDay, from), minuteOf(toDay, to)];
  const length = (end - start + period) % period;
  const monday = new Date(now);
  monday.setUTCHours(0, 0, 0, 0);
  monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7));
  // From the week before, since a window may go over the end of one.
  let begin = monday.getTime() + (start - minutesPerDay * days.length) * millisecondsPerMinute;
  while (begin + length * millisecondsPerMinute <= now.getTime()) begin += period * millisecondsPerMinute;
  return { from: timeText(begin), to: timeText(begin + length * millisecondsPerMinute) };
}

/** `Sun 2026-11-29 03:00 to 03:30 UTC`. */
export function spanText({ from, to }: Span): string {
  const day = days[(new Date(from).getUTCDay() + 6) % 7] ?? '';
  const shownDay = `${day.charAt(0).toUpperCase()}${day.slice(1)}`;
  const end = from.slice(0, 10) === to.slice(0, 10) ? '' : `${to.slice(0, 10)} `;
  return `${shownDay} ${from.slice(0, 10)} ${from.slice(11, 16)} to ${end}${to.slice(11, 16)} UTC`;
}
