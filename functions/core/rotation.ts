import * as z from 'zod';
import type { Context } from './api.ts';
import { field } from './field.ts';
import { type Identity, spread } from './names.ts';

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
  /** How many turns of its schedule are over, from a day that is another for each claim. */
  readonly turn: number;
  /** The same when the claim was made, with its first login. */
  readonly firstTurn: number;
}

const millisecondsPerDay = 86_400_000;

/** Without a time, as in a plan, nothing is due. */
export function rotationOf(
  { claim, now }: Pick<Context<unknown, unknown>, 'claim' | 'now'>,
  identity: Identity,
  everyDays: number,
): Rotation {
  const turnAt = (time: string | undefined) => {
    const day = Math.floor(Date.parse(time ?? '') / millisecondsPerDay);
    return everyDays === 0 || Number.isNaN(day) ? 0 : Math.floor((day + spread(identity, 'rotation', everyDays)) / everyDays);
  };
  const firstTurn = turnAt(claim.creationTimestamp);
  return { asked: claim.rotate, firstTurn, turn: now === undefined ? firstTurn : turnAt(now) };
}
