import * as z from 'zod';
import type { PlacelessContext } from './api.ts';
import { field, setting } from './field.ts';
import { type Identity, shortHash, spread } from './names.ts';
import { timeText } from './time.ts';

/** The field that has an app's login changed again and again. */
export const rotateField = field(z.int().min(0).max(3650), {
  text: 'Days after which the app gets another login, where the backend has logins of its own (shared, and rds with one for the app); 0 is never. The one before works until the next, so that no connection fails.',
  unit: 'days',
  default: { dev: 0 },
  moves: 'freely',
  example: 90,
});

/** The setting that keeps two rotations apart. */
export const overlapSetting = setting(z.int().min(0).max(1440), {
  text: 'Minutes that apps have to go over from one login to the next: until they are over no other rotation begins, since that ends the login of before.',
  unit: 'minutes',
  default: { dev: 240 },
  moves: 'freely',
  example: 60,
});

interface Overlap {
  /** RFC 3339. */
  readonly until: string;
  readonly secondsUntil: number;
}

/** What a claim asks for of its login. */
export interface Rotation {
  /** The value of its annotation; another one asks for another login. */
  readonly asked: string | undefined;
  /** Days since 1970 at which the claim was made, with its first login. */
  readonly madeDay: number;
  /** The same of now; without a time, as in a plan, of when it was made. */
  readonly today: number;
  /** Whether a login of that day has had its turn, as the schedule is now. */
  isDue(day: number): boolean;
  /** When it is, as RFC 3339 to the second; undefined where the time is not looked at. */
  readonly now: string | undefined;
  /** Whether what is asked for is not to wait for apps that have the login of before. */
  readonly isUrgent: boolean;
  /** How long they still have where the binding names the next one since then; undefined once that is over. */
  overlapFrom(since: string | undefined): Overlap | undefined;
}

const millisecondsPerMinute = 60_000;
export const millisecondsPerDay = 86_400_000;

/** The days of its schedule differ by claim, so that not all apps are replaced on one. */
export function rotationOf(
  { claim, now }: Pick<PlacelessContext<unknown>, 'claim' | 'now'>,
  identity: Identity,
  { rotateAfterDays: everyDays, loginOverlapMinutes }: { readonly rotateAfterDays: number; readonly loginOverlapMinutes: number },
): Rotation {
  const dayOf = (time: string | undefined) => Math.floor(Date.parse(time ?? '') / millisecondsPerDay) || 0;
  const turnAt = (day: number) => Math.floor((day + spread(identity, 'rotation', everyDays)) / everyDays);
  const madeDay = dayOf(claim.creationTimestamp);
  const today = now === undefined ? madeDay : dayOf(now);
  const moment = Date.parse(now ?? '');
  return {
    asked: claim.rotate,
    madeDay,
    today,
    isDue: (day) => everyDays > 0 && turnAt(today) > turnAt(day),
    now: Number.isNaN(moment) ? undefined : timeText(moment),
    isUrgent: claim.rotate !== undefined && claim.applyNow === claim.rotate,
    overlapFrom(since) {
      const end = Date.parse(since ?? '') + loginOverlapMinutes * millisecondsPerMinute;
      const left = Math.ceil((end - moment) / 1000);
      return left > 0 ? { until: timeText(end), secondsUntil: left } : undefined;
    },
  };
}

/** Which rotation a login was given its password by. */
export interface Given {
  /** The annotation of the claim that it fulfils. */
  readonly asked: string | undefined;
  /** Days since 1970. */
  readonly day: number;
  /** What this followed, so that a value that comes back is another rotation. */
  readonly after: string;
  /** How often the login was given another password before; undefined where that is lost. */
  readonly times: number | undefined;
}

/** As a login says it of itself. */
export const textOf = ({ asked, day, after, times }: Given) =>
  [asked === undefined ? '' : shortHash(asked), day, after, times ?? 'lost'].join('.');

/** Undefined where it says nothing that could be one. */
export function givenBy(text: string | undefined) {
  const [, asked = '', day, after, times] = /^([0-9a-f]{8})?\.([0-9]{1,9})\.([0-9a-z]+)\.([0-9]{1,9}|lost)$/.exec(text ?? '') ?? [];
  return after === undefined ? undefined : { asked, day: Number(day), after, times: times === 'lost' ? undefined : Number(times) };
}
