import type { Card } from './card.ts';
import { at, type KubernetesObject } from './kubernetes.ts';
import { conditionOf } from './readiness.ts';

/** Whether management policies let a provider do nothing but look. */
export function onlyObserves(object: KubernetesObject): boolean {
  const policies = at(object, 'spec', 'managementPolicies');
  return Array.isArray(policies) && policies.length > 0 && policies.every((policy) => policy === 'Observe');
}

/** Whether an object stands for something outside of the cluster that it neither makes, changes nor takes away. */
export const isOnlyLookedAt = (object: KubernetesObject, card: Card | undefined): boolean => card?.managed === true && onlyObserves(object);

/** https://github.com/crossplane/crossplane-runtime/blob/v2.3.3/pkg/reconciler/managed/reconciler.go, the same for every provider. */
const nothing = 'observe failed: external resource does not exist';

const isNothing = (synced: ReturnType<typeof conditionOf>) => synced?.status === 'False' && synced.message === nothing;

/** Whether the last that a provider said of an object is that there is nothing, as it says only while it may do no more than look. */
export const foundNothingLast = (object: KubernetesObject): boolean => isNothing(conditionOf(object, 'Synced'));

/** Status of `Synced` where that is about the object as it is now. */
function syncedNow(object: KubernetesObject) {
  const synced = conditionOf(object, 'Synced');
  const seen = synced?.observedGeneration;
  return seen !== undefined && object.metadata?.generation !== undefined && seen !== object.metadata.generation ? undefined : synced;
}

/** What a look reports of another name than it was to look for; undefined of one that reports nothing yet, or what it was to. */
export function strangerFoundBy(
  { lookedUpBy }: Pick<Card, 'lookedUpBy'>,
  object: KubernetesObject,
): { readonly name: unknown } | undefined {
  if (lookedUpBy === undefined || syncedNow(object)?.status !== 'True') return undefined;
  const name = at(object, 'status', 'atProvider', lookedUpBy);
  return name === at(object, 'spec', 'forProvider', lookedUpBy) ? undefined : { name };
}

/** What a look has found; undefined until its provider has looked at the object as it is now, where it could not, or where it found another. */
export function foundBy(card: Pick<Card, 'lookedUpBy'>, object: KubernetesObject): 'nothing' | 'something' | undefined {
  const synced = syncedNow(object);
  if (synced?.status === 'True') return strangerFoundBy(card, object) === undefined ? 'something' : undefined;
  return isNothing(synced) ? 'nothing' : undefined;
}
