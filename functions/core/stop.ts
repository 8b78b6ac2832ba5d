import * as z from 'zod';
import { field } from './field.ts';
import { type Hours, turnAt } from './hours.ts';

/** Whether a backend can stop what it runs, keep its data, and start it again; or why it cannot, after `which`. */
export type Stops =
  | 'can'
  | { readonly cannot: string /** That nothing is paid for a claim of it while nobody uses it. */; readonly isFreeIdle?: true };

/** Of what has nothing that runs all the time. */
export const chargedByUse: Stops = { cannot: 'is charged by use, so that a stop would save nothing', isFreeIdle: true };

/** The field that stops what a claim runs. */
export const runningField = field(z.boolean(), {
  text: 'Whether it runs. With `false` its pods are gone, and volumes, names and the binding stay; a backend that cannot stop refuses it, and so does prod. With `true` it runs outside of the hours of the environment too, which decide where this is left out.',
  example: true,
});

/** Why a claim is to be stopped. */
export interface Stop {
  readonly by: 'claim' | 'hours';
  /** For a person: since what it is stopped, and how it is started. */
  readonly message: string;
}

interface Asked {
  /** The claim's own field. */
  readonly running: unknown;
  readonly environment: { readonly name: string; readonly hours?: Hours | undefined } | undefined;
  /** Undefined where the time of day is not looked at. */
  readonly now: string | undefined;
}

/** What would stop a claim whose backend can: its own word, or else the hours of its environment. */
export function stopOf({ running, environment, now }: Asked): Stop | undefined {
  if (running === false) return { by: 'claim', message: 'Stopped, since spec.running is false: with true it starts' };
  if (running === true || environment?.hours === undefined || now === undefined) return undefined;
  const { isOpen, until } = turnAt(environment.hours, now);
  if (isOpen) return undefined;
  return {
    by: 'hours',
    message: `Stopped until ${until} by the hours of environment ${environment.name}: with spec.running true it starts`,
  };
}
