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

/** What a look has found; undefined until its provider has looked at the object as it is now, or where it could not. */
export function foundBy(object: KubernetesObject): 'nothing' | 'something' | undefined {
  const synced = conditionOf(object, 'Synced');
  const seen = synced?.observedGeneration;
  if (seen !== undefined && object.metadata?.generation !== undefined && seen !== object.metadata.generation) return undefined;
  if (synced?.status === 'True') return 'something';
  return synced?.status === 'False' && synced.message === nothing ? 'nothing' : undefined;
}
