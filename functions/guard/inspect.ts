import type { Card, CompanionFact, Facts, FieldFact, None } from '../core/card.ts';
import { at, groupKind, type KubernetesObject } from '../core/kubernetes.ts';
import type { Policy, PolicyContext, StepRequest } from '../core/pipeline.ts';
import { shown } from '../core/problem.ts';
import { isText, refersTo, setting, valuesAt, writtenAt } from '../kinds/fields.ts';
import { named } from './named.ts';

type Resources = Readonly<Record<string, KubernetesObject>>;

/** Looks at one resource among all of them; its sentences get the resource's name in front. */
type ObjectCheck = (object: KubernetesObject, resources: Resources, context: PolicyContext) => readonly string[];

/** What is known of an object's kind; nothing of a kind that no backend of the platform composes. */
export const cardOf = ({ request }: Pick<PolicyContext, 'request'>, object: KubernetesObject): Card | undefined =>
  request.platform.cards.get(groupKind(object));

/** What a provider only looks at is not made by the claim, so nothing can be asked of it, and it enforces nothing. */
function isOnlyObserved(object: KubernetesObject, context: PolicyContext): boolean {
  const policies = at(object, 'spec', 'managementPolicies');
  const isAlone = Array.isArray(policies) && policies.length > 0 && policies.every((policy) => policy === 'Observe');
  return isAlone && cardOf(context, object)?.managed === true;
}

/** A rule that looks at one resource after the other. */
export function each(...checks: readonly ObjectCheck[]): Policy['check'] {
  return (resources, context) => {
    const made = Object.entries(resources).filter(([, object]) => !isOnlyObserved(object, context));
    const others = Object.fromEntries(made);
    return made.flatMap(([key, object]) =>
      checks.flatMap((check) => check(object, others, context)).map((sentence) => `${named(key, object)}: ${sentence}`),
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
function brokenCompanion(fact: CompanionFact, object: KubernetesObject, resources: Resources): readonly string[] {
  const { companion, want, holds, least = 1, unless } = fact;
  if (unless?.(object) === true) return [];
  const kind = groupKind(companion);
  const belongs = (other: KubernetesObject) => ('belongs' in fact ? fact.belongs(other, object) : refersTo(object, fact.namedIn, other));
  const found = Object.entries(resources).filter(([, other]) => groupKind(other) === kind && belongs(other));
  if (found.length >= least && found.every(([, other]) => holds?.(other, object) !== false)) return [];
  if ('belongs' in fact) {
    const got = found.length === 0 ? 'none' : found.map(([key]) => key).join(', ');
    return [`${companion.kind} for it: got ${got}, want ${want}`];
  }
  const got = shown(setting(object, fact.namedIn) ?? setting(object, `${fact.namedIn}Ref`, 'name'));
  return [`spec.forProvider.${fact.namedIn}: got ${got}, want a composed ${companion.kind} with ${want}`];
}

/** What of a resource's facts does not hold, one sentence each. */
const brokenFacts = (facts: Facts, object: KubernetesObject, resources: Resources, context: PolicyContext): readonly string[] =>
  facts.flatMap((fact) =>
    fact.companion === undefined ? brokenField(fact, object, '', context) : brokenCompanion(fact, object, resources),
  );

/** That a property holds of whatever has it. */
export function holding(property: (card: Card) => Facts | None): ObjectCheck {
  return (object, resources, context) => {
    const facts = propertyOf(cardOf(context, object), property);
    return facts === undefined ? [] : brokenFacts(facts, object, resources, context);
  };
}

/** Whether a resource has the protection against deletion that its kind has; what the claim's author gave up does not count as had. */
export function isProtected({ platform }: Pick<StepRequest, 'platform'>, object: KubernetesObject): boolean {
  const facts = propertyOf(platform.cards.get(groupKind(object)), ({ deletionProtection }) => deletionProtection) ?? [];
  return facts.every((fact) => fact.companion !== undefined || unmetAt(fact, object).length === 0);
}

/** What fields of the spec of pods must be, whatever kind makes the pods. */
export function podFields(facts: readonly FieldFact<unknown>[]): ObjectCheck {
  return (object, _, context) => {
    const path = propertyOf(cardOf(context, object), ({ pods }) => pods)?.path;
    if (path === undefined) return [];
    const pod = at(object, ...path.split('.'));
    return facts.flatMap((fact) => brokenField(fact, pod, `${path}.`, context));
  };
}

export const containerLists = ['containers', 'initContainers', 'ephemeralContainers'] as const;

/** Every image that a resource's pods run or mount. */
export function imagesOf(object: KubernetesObject, context: PolicyContext): readonly { readonly path: string; readonly image: string }[] {
  const path = propertyOf(cardOf(context, object), ({ pods }) => pods)?.path;
  if (path === undefined) return [];
  return [...containerLists.map((list) => `${list}.*.image`), 'volumes.*.image.reference']
    .flatMap((image) => writtenAt(object, `${path}.${image}`))
    .flatMap((found) => (isText(found.value) ? [{ path: found.path, image: found.value }] : []));
}
