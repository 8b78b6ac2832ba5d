import type { Card, Effect, Effects, NameLimit, None, Undecided } from '../core/card.ts';
import { at } from '../core/kubernetes.ts';

/** A fact that a kind does not have, and why. */
export const none = (why: string): None => ({ none: why });

/** A fact that somebody still has to decide, in words that follow `want`. */
export const undecided = (what: string): Undecided => ({ none: what, undecided: true });

/** One card. What it leaves out does not compile, and what it has not, it says why. */
export const defineKind = (card: Card): Card => card;

/** The facts of a kind that holds no data. */
export const dataless = (why: string) => ({
  data: none(why),
  deletionProtection: none(why),
  finalSnapshot: none(why),
  outliving: none(why),
  atRest: none(why),
  standby: none(why),
  backups: none(why),
});

/** The facts of a kind that nobody connects to. */
export const unreachable = (why: string) => ({ inTransit: none(why), privacy: none(why), ingress: none(why), hosts: none(why) });

/** The facts of a kind that is only a setting of something else. */
export const bare = (why: string) => ({
  ...dataless(why),
  ...unreachable(why),
  pods: none(why),
  classes: none(why),
  access: none(why),
  price: none(why),
});

const externalName = ['metadata', 'annotations', 'crossplane.io/external-name'] as const;

/** The paths of fields of `spec.forProvider`. */
export const forProvider = (...fields: readonly string[]) => fields.map((field) => ['spec', 'forProvider', field]);

/** Another name outside the cluster is another resource there. */
export const fixedExternalName: readonly string[] = externalName;

/** A limit of the name outside the cluster, which is the object's own where no annotation says otherwise. */
export function externalNames(limit: Omit<NameLimit, 'path' | 'when'>): readonly NameLimit[] {
  return [
    { ...limit, path: externalName },
    { ...limit, path: ['metadata', 'name'], when: (object) => at(object, ...externalName) === undefined },
  ];
}

/** What most services of AWS take for a name. */
export const words = /^[a-z](-?[a-z0-9])*$/;

export const inPlace = (what = 'no downtime', data?: string): Effect => ({
  impact: 'in place',
  known: true,
  what,
  ...(data !== undefined && { data }),
});
export const restart = (what: string, data?: string): Effect => ({
  impact: 'restart',
  known: true,
  what,
  ...(data !== undefined && { data }),
});
/** A change without downtime that deletes data at once, where it says which. */
export const deleting = (deleted: string | undefined, what?: string): Effect => ({
  ...inPlace(what, deleted),
  ...(deleted !== undefined && { loses: true }),
});
export const replace = (what: string): Effect => ({ impact: 'replace', known: true, what });

/** Effects of fields of `spec.forProvider`; the empty one stands for all the others. */
export const effectsOn = (fields: Effects): Effects =>
  Object.fromEntries(Object.entries(fields).map(([field, rule]) => [['spec.forProvider', field].filter(Boolean).join('.'), rule]));

/** Fields whose change nobody notices. */
export const unnoticed = (...fields: readonly string[]): Effects => Object.fromEntries(fields.map((field) => [field, inPlace()]));
