import type { Card } from './card.ts';
import { lookAnnotation } from './group.ts';
import { at, type KubernetesObject, stringAt } from './kubernetes.ts';
import type { ObservedResource } from './step.ts';

interface ObservedCondition {
  readonly type?: unknown;
  readonly status?: unknown;
  readonly reason?: unknown;
  readonly message?: unknown;
  readonly observedGeneration?: unknown;
}

/** A condition of a claim or of a composed resource, as it was last seen. */
export function conditionOf(object: unknown, type: string): ObservedCondition | undefined {
  const conditions = at(object, 'status', 'conditions');
  if (!Array.isArray(conditions)) return undefined;
  return conditions.find((condition: unknown) => at(condition, 'type') === type);
}

/** Whether an object was made only to see what there is outside of the cluster under its name. */
export const isLook = (object: KubernetesObject): boolean => stringAt(object, 'metadata', 'annotations', lookAnnotation) !== undefined;

export const isGoing = (object: KubernetesObject): boolean => stringAt(object, 'metadata', 'deletionTimestamp') !== undefined;

/** Whether a composed resource is ready; one that is missing, that is being deleted or that nothing is known of is not. */
export function isReady(card: Card | undefined, observed: ObservedResource | undefined): boolean {
  return (
    card !== undefined &&
    observed !== undefined &&
    !isGoing(observed.object) &&
    !isLook(observed.object) &&
    card.ready(observed.object) === true
  );
}
