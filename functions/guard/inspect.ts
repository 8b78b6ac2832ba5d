import type { Card, Cards, CompanionFact, FieldFact, None, SafetyFacts } from '../core/card.ts';
import { at, groupKind, type KubernetesObject } from '../core/kubernetes.ts';
import { isOnlyLookedAt } from '../core/look.ts';
import type { Policy, PolicyContext, StepRequest } from '../core/pipeline.ts';
import { shown } from '../core/problem.ts';
import { isText, refersTo, settingOf, valuesAt, writtenAt } from '../kinds/fields.ts';
import { named } from './named.ts';

type Resources = Readonly<Record<string, KubernetesObject>>;

/** Looks at one resource among all of them, with what is known of its kind; its sentences get the resource's name in front. */
type ObjectCheck = (object: KubernetesObject, resources: Resources, context: PolicyContext, card: Card | undefined) => readonly string[];

/** What is known of an object's kind; nothing of a kind that no backend of the platform composes. */
export const cardOf = ({ request }: Pick<PolicyContext, 'request'>, object: KubernetesObject): Card | undefined =>
  request.platform.cards.get(groupKind(object));

interface Made {
  readonly key: string;
  readonly object: KubernetesObject;
  readonly card: Card | undefined;
}

interface Sorted {
  readonly made: readonly Made[];
  readonly resources: Resources;
  readonly byCard: ReadonlyMap<Card | undefined, readonly Made[]>;
}

/** Every policy looks at the same resources, so that they are sorted once. */
const sorted = new WeakMap<Cards, WeakMap<Resources, Sorted>>();

/** What of the resources is made, and of which kind each is. */
function sortedBy({ request }: PolicyContext, resources: Resources): Sorted {
  const { cards } = request.platform;
  const known = sorted.get(cards) ?? new WeakMap<Resources, Sorted>();
  sorted.set(cards, known);
  const found = known.get(resources);
  if (found !== undefined) return found;
  const made = Object.entries(resources)
    .map(([key, object]) => ({ key, object, card: cards.get(groupKind(object)) }))
    // What is only looked at is not made by the claim, so nothing can be asked of it, and it enforces nothing.
    .filter(({ object, card }) => !isOnlyLookedAt(object, card));
  const all: Sorted = {
    made,
    resources: Object.fromEntries(made.map(({ key, object }) => [key, object])),
    byCard: Map.groupBy(made, ({ card }) => card),
  };
  known.set(resources, all).set(all.resources, all);
  return all;
}

/** A rule that looks at one resource after the other. */
export function each(...checks: readonly ObjectCheck[]): Policy['check'] {
  return (given, context) => {
    const { made, resources } = sortedBy(context, given);
    return made.flatMap(({ key, object, card }) =>
      checks.flatMap((check) => check(object, resources, context, card)).map((sentence) => `${named(key, object)}: ${sentence}`),
    );
  };
}

/** What a kind has of a property; undefined where it has a reason not to, or is not known. */
export function propertyOf<T extends object>(card: Card | undefined, property: (card: Card) => T | None): T | undefined {
  if (card === undefined) return undefined;
  const found = property(card);
  return 'none' in found ? undefined : found;
}

function unmetAt<Root>({ path, holds, optional, when }: FieldFact<Root>, root: Root): ReturnType<typeof valuesAt> {
  if (when?.(root) === false) return [];
  return (optional ? writtenAt(root, path) : valuesAt(root, path)).filter(({ value }) => !holds(value, root));
}

function brokenField<Root>(fact: FieldFact<Root>, root: Root, prefix: string, { request }: PolicyContext): readonly string[] {
  const deletion = at(request.claim, 'spec', 'deletion');
  if (fact.waivedBy?.some((waiver) => waiver === deletion)) return [];
  return unmetAt(fact, root).map(({ path, value }) => `${prefix}${path}: got ${shown(value)}, want ${fact.want}`);
}

/** Each that belongs to the resource must hold, since of two that disagree either may win. */
function brokenCompanion(fact: CompanionFact, object: KubernetesObject, candidates: readonly Made[]): readonly string[] {
  const { companion, want, holds, least = 1, unless } = fact;
  if (unless?.(object) === true) return [];
  const belongs = 'belongs' in fact ? fact.belongs : (other: KubernetesObject) => refersTo(object, fact.namedIn, other);
  const found = candidates.filter((other) => belongs(other.object, object));
  if (found.length >= least && found.every((other) => holds?.(other.object, object) !== false)) return [];
  if ('belongs' in fact) {
    const got = found.length === 0 ? 'none' : found.map(({ key }) => key).join(', ');
    return [`${companion.kind} for it: got ${got}, want ${want}`];
  }
  const got = shown(settingOf(object, fact.namedIn) ?? settingOf(object, `${fact.namedIn}Ref`, 'name'));
  return [`spec.forProvider.${fact.namedIn}: got ${got}, want a composed ${companion.kind} with ${want}`];
}

/** That a property holds of whatever has it. */
function holding(property: (card: Card) => SafetyFacts | None): ObjectCheck {
  const known = new WeakMap<Card, SafetyFacts>();
  return (object, resources, context, card) => {
    if (card === undefined) return [];
    const facts = known.get(card) ?? propertyOf(card, property) ?? [];
    known.set(card, facts);
    return facts.flatMap((fact) => {
      if (fact.companion === undefined) return brokenField(fact, object, '', context);
      return brokenCompanion(fact, object, sortedBy(context, resources).byCard.get(fact.companion) ?? []);
    });
  };
}

/** Whether a resource has the protection against deletion that its kind has; what the claim's author gave up does not count as had. */
export function isProtected({ platform }: Pick<StepRequest, 'platform'>, object: KubernetesObject): boolean {
  const facts = propertyOf(platform.cards.get(groupKind(object)), ({ deletionProtection }) => deletionProtection) ?? [];
  return facts.every((fact) => fact.companion !== undefined || unmetAt(fact, object).length === 0);
}

/** A policy that a property holds of whatever has it, and what it looks at besides. */
export const asking = (
  asks: (card: Card) => SafetyFacts | None,
  ...more: readonly ObjectCheck[]
): Required<Pick<Policy, 'asks' | 'check'>> => ({
  asks,
  check: each(holding(asks), ...more),
});

/** What fields of the spec of pods must be, whatever kind makes the pods. */
export function podFields(facts: readonly FieldFact<unknown>[]): ObjectCheck {
  return (object, _, context, card) => {
    const path = propertyOf(card, ({ pods }) => pods)?.path;
    if (path === undefined) return [];
    const pod = at(object, ...path.split('.'));
    return facts.flatMap((fact) => brokenField(fact, pod, `${path}.`, context));
  };
}

export const containerLists = ['containers', 'initContainers', 'ephemeralContainers'] as const;

/** Every image that the pods of a resource run or mount. */
export function imagesOf(object: KubernetesObject, card: Card | undefined): readonly { readonly path: string; readonly image: string }[] {
  const path = propertyOf(card, ({ pods }) => pods)?.path;
  if (path === undefined) return [];
  return [...containerLists.map((list) => `${list}.*.image`), 'volumes.*.image.reference']
    .flatMap((image) => writtenAt(object, `${path}.${image}`))
    .flatMap((found) => (isText(found.value) ? [{ path: found.path, image: found.value }] : []));
}
