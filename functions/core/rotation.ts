import * as z from 'zod';
import type { PlacelessContext } from './api.ts';
import { field } from './field.ts';
import { type Identity, shortHash, spread } from './names.ts';

/** The field that has an app's login changed again and again. */
export const rotateField = field(z.int().min(0).max(3650), {
  text: 'Days after which the app gets another login, where the backend has logins of its own (shared, and rds with one for the app); 0 is never. The one before works until the next, so that no connection fails.',
  unit: 'days',
  default: { dev: 0 },
  moves: 'freely',
  example: 90,
});

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
}

export const millisecondsPerDay = 86_400_000;

/** The days of its schedule differ by claim, so that not all apps are replaced on one. */
export function rotationOf(
  { claim, now }: Pick<PlacelessContext<unknown>, 'claim' | 'now'>,
  identity: Identity,
  everyDays: number,
): Rotation {
  const dayOf = (time: string | undefined) => Math.floor(Date.parse(time ?? '') / millisecondsPerDay) || 0;
  const turnAt = (day: number) => Math.floor((day + spread(identity, 'rotation', everyDays)) / everyDays);
  const madeDay = dayOf(claim.creationTimestamp);
  const today = now === undefined ? madeDay : dayOf(now);
  return { asked: claim.rotate, madeDay, today, isDue: (day) => everyDays > 0 && turnAt(today) > turnAt(day) };
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
