import { at, type KubernetesObject, numberAt, stringAt } from './kubernetes.ts';
import type { ObservedResource } from './step.ts';

/** How a composed resource shows that it is ready: by being there, by its conditions, or by its replicas. */
export type Readiness = 'Exists' | 'Conditions' | 'Replicas';

interface ObservedCondition {
  readonly type?: unknown;
  readonly status?: unknown;
  readonly reason?: unknown;
  readonly message?: unknown;
  readonly observedGeneration?: unknown;
}

/** A condition of a claim or of a composed resource, as it was last seen. */
export function conditionOf(object: KubernetesObject | undefined, type: string): ObservedCondition | undefined {
  const conditions = at(object, 'status', 'conditions');
  if (!Array.isArray(conditions)) return undefined;
  return conditions.find((condition: unknown) => at(condition, 'type') === type);
}

const checks: Readonly<Record<Readiness, (observed: ObservedResource) => boolean>> = {
  Exists: () => true,
  Conditions(observed) {
    const generation = observed.object.metadata?.generation;
    const ready = conditionOf(observed.object, 'Ready');
    const synced = conditionOf(observed.object, 'Synced');
    const current = (condition: ObservedCondition | undefined) =>
      generation === undefined || typeof condition?.observedGeneration !== 'number' || condition.observedGeneration >= generation;
    return ready?.status === 'True' && synced?.status !== 'False' && current(ready) && current(synced);
  },
  Replicas(observed) {
    const wanted = numberAt(observed.object, 'spec', 'replicas') ?? 1;
    const status = (field: string) => numberAt(observed.object, 'status', field) ?? 0;
    const generation = observed.object.metadata?.generation ?? 0;
    return status('observedGeneration') >= generation && status('updatedReplicas') >= wanted && status('readyReplicas') >= wanted;
  },
};

/** Whether a composed resource is ready; one that is missing or being deleted is not. */
export function isReady(observed: ObservedResource | undefined, readiness: Readiness): boolean {
  if (observed === undefined || stringAt(observed.object, 'metadata', 'deletionTimestamp') !== undefined) return false;
  return checks[readiness](observed);
}
