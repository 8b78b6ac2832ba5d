import * as z from 'zod';
import type { Api } from './api.ts';
import type { Environment } from './environment.ts';
import { field, type ValidationRule } from './field.ts';
import { at, type Condition, type KubernetesObject, stringAt } from './kubernetes.ts';
import { shown } from './problem.ts';
import type { ObservedResource } from './step.ts';
import { protectedTiers } from './tier.ts';
import { timeText } from './time.ts';

const secondsPerHour = 3600;

/** When somebody is told that what a claim made is about to go, the last first. */
const warnings = [1, 24];

/** The field after which what a claim made goes. */
export const ttlField = field(z.int().min(1).max(8760), {
  text: 'Hours from its creation after which all that the claim made is deleted, with its data; the claim stays, as expired. For previews: said when the claim is made, with `deletion: Delete` in force, and never in prod. It can be raised or left out while there is time.',
  unit: 'hours',
  example: 72,
});

/** Of every API that has the field: a time to live that is said or cut later could be over before anybody was warned. */
export const ttlRules: readonly ValidationRule[] = [
  {
    rule: '!has(self.ttlHours) || (has(oldSelf.ttlHours) && self.ttlHours >= oldSelf.ttlHours)',
    message: 'ttlHours can be raised or left out, and neither be added nor be lowered later: make a new claim',
  },
];

/** The end of a claim. */
export interface Expiry {
  readonly isOver: boolean;
  /** RFC 3339; undefined before the claim is created. */
  readonly at: string | undefined;
  readonly condition: Condition;
  /** In how many seconds there is something else to say. */
  readonly secondsUntil: number | undefined;
}

/** What deleting the claim does to its data, where its API lets it be said. */
function deletionOf({ kind, profiles }: Api, { tier, defaults }: Environment, claim: KubernetesObject): unknown {
  return at(claim, 'spec', 'deletion') ?? defaults[kind]?.['deletion'] ?? profiles[tier]['deletion'];
}

interface Looked {
  readonly claim: KubernetesObject;
  readonly observed: Readonly<Record<string, ObservedResource>>;
  /** Undefined where the time is not looked at. */
  readonly now: string | undefined;
}

/**
 * When a claim ends, by its own spec, its creation and the time alone. What its status said before can only hold that back: nothing goes
 * that the claim has not said an end of, and none that comes sooner. Undefined where it has none.
 */
export function expiryOf(
  api: Api,
  environment: Environment | undefined,
  { claim, observed, now }: Looked,
): Expiry | { readonly problem: string } | undefined {
  const said = at(claim, 'spec', 'ttlHours');
  const parsed = api.fields['ttlHours']?.schema.safeParse(said);
  if (said === undefined || parsed?.success !== true || environment === undefined) return undefined;
  const refuse = (want: string) => ({ problem: `spec.ttlHours: got ${shown(said)}, want ${want}` });
  if (protectedTiers.includes(environment.tier)) return refuse(`none in tier ${environment.tier}`);
  const deletion = deletionOf(api, environment, claim);
  if (deletion !== undefined && deletion !== 'Delete') return refuse(`none where deletion is ${String(deletion)}, or spec.deletion Delete`);

  const hours = Number(said);
  const made = Date.parse(claim.metadata?.creationTimestamp ?? '');
  const lasting = (at: string | undefined, message: string, secondsUntil?: number): Expiry => ({
    isOver: false,
    at,
    condition: { type: 'Lasting', status: 'True', reason: 'Lasting', message },
    secondsUntil,
  });
  if (Number.isNaN(made)) return lasting(undefined, `Until ${hours} hours after its creation, when what it made is deleted`);
  const end = made + hours * secondsPerHour * 1000;
  const endText = timeText(end);
  const before = Date.parse(stringAt(claim, 'status', 'expiresAt') ?? '');
  if (before > end)
    return refuse(
      `at least ${(before - made) / secondsPerHour / 1000} or none: the claim has said that it lasts until ${timeText(before)}`,
    );
  const moment = Date.parse(now ?? '');
  // A clock that is behind the apiserver's is wrong, and nothing is deleted by it.
  if (Number.isNaN(moment) || moment < made) return lasting(endText, `Until ${endText}, when what it made is deleted`);
  const left = Math.ceil((end - moment) / 1000);
  if (left > 0) {
    const told = warnings.find((each) => left <= each * secondsPerHour);
    const next = [0, ...warnings.map((each) => each * secondsPerHour)].findLast((each) => each < left) ?? 0;
    if (told === undefined) return lasting(endText, `Until ${endText}, when what it made is deleted`, left - next);
    const within = told === 1 ? 'an hour' : `${told} hours`;
    return {
      ...lasting(endText, '', left - next),
      condition: {
        type: 'Lasting',
        status: 'True',
        reason: 'ExpiresSoon',
        message: `Within ${within}, at ${endText}, what it made is deleted with its data: to keep it, raise spec.ttlHours, or leave it out`,
      },
    };
  }
  if (Number.isNaN(before) && Object.keys(observed).length > 0) {
    return refuse(
      `more than the ${Math.floor((moment - made) / secondsPerHour / 1000)} hours that it has been there, or none: it never said that it would end`,
    );
  }
  return {
    isOver: true,
    at: endText,
    condition: {
      type: 'Lasting',
      status: 'False',
      reason: 'Expired',
      message: `What it made was deleted at ${endText}, as spec.ttlHours ${hours} says: for new and empty ones, raise it, leave it out, or make the claim again`,
    },
    secondsUntil: undefined,
  };
}
