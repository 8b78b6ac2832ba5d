import * as z from 'zod';

/** When something runs again and again, as a CronJob has it. */
export const cron = z
  .string()
  .max(100)
  .regex(/^(@(yearly|monthly|weekly|daily|hourly)|[-*/,0-9A-Za-z]+( [-*/,0-9A-Za-z]+){4})$/);

/** What such a schedule is, for the text of a field. */
export const cronText =
  'Minute, hour, day of the month, month and day of the week, such as `30 3 * * *`; or `@hourly`, `@daily`, `@weekly`, `@monthly`.';

const named: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface Part {
  readonly least: number;
  readonly most: number;
  /** Names of its values, the first of which is `least`. */
  readonly names: readonly string[];
}

const parts: readonly Part[] = [
  { least: 0, most: 59, names: [] },
  { least: 0, most: 23, names: [] },
  { least: 1, most: 31, names: [] },
  { least: 1, most: 12, names: months },
  { least: 0, most: 6, names: weekdays },
];

/** The values that one part of a schedule stands for; undefined where it is none. */
function valuesOf(text: string, { least, most, names }: Part): ReadonlySet<number> | undefined {
  const numberOf = (word: string) => {
    const place = names.indexOf(word.toUpperCase());
    return place === -1 ? Number(word === '' ? Number.NaN : word) : place + least;
  };
  const ranges = text.split(',').map((item) => {
    const [range = '', step] = item.split('/');
    const [from = '', to] = range.split('-');
    const isAll = range === '*';
    const first = isAll ? least : numberOf(from);
    const last = isAll || (to === undefined && step !== undefined) ? most : numberOf(to ?? from);
    return { first, last, step: Number(step ?? 1) };
  });
  const isWrong = ranges.some(
    ({ first, last, step }) => ![first, last, step].every(Number.isInteger) || first < least || last > most || first > last || step < 1,
  );
  if (isWrong) return undefined;
  return new Set(
    ranges.flatMap(({ first, last, step }) =>
      Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step),
    ),
  );
}

const millisecondsPerDay = 86_400_000;
const longestDays = 366 * 2;

/**
 * The last moments, as milliseconds, that a schedule in UTC has before another: the latest first, and fewer where there are none within two
 * years. Undefined where it is no schedule.
 */
export function turnsBefore(schedule: string, before: number, count: number): readonly number[] | undefined {
  const texts = (named[schedule] ?? schedule).split(' ');
  const [minutes, hours, days, ofMonths, ofWeek] = parts.map((part, index) => valuesOf(texts[index] ?? '', part));
  if (!minutes || !hours || !days || !ofMonths || !ofWeek) return undefined;
  const [anyDay, anyWeekday] = [texts[2]?.startsWith('*') === true, texts[4]?.startsWith('*') === true];
  const isOn = (date: Date) => {
    const [isDay, isWeekday] = [days.has(date.getUTCDate()), ofWeek.has(date.getUTCDay())];
    // Either of two that are said: https://man7.org/linux/man-pages/man5/crontab.5.html
    return ofMonths.has(date.getUTCMonth() + 1) && (anyDay || anyWeekday ? isDay && isWeekday : isDay || isWeekday);
  };
  const times = [...hours].flatMap((hour) => [...minutes].map((minute) => (hour * 60 + minute) * 60_000)).sort((a, b) => b - a);
  const today = Math.floor(before / millisecondsPerDay) * millisecondsPerDay;
  const found: number[] = [];
  for (let ago = 0; ago <= longestDays && found.length < count; ago += 1) {
    const day = today - ago * millisecondsPerDay;
    if (isOn(new Date(day))) found.push(...times.map((time) => day + time).filter((time) => time < before));
  }
  return found.slice(0, count);
}
