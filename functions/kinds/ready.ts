import type { Blame, Readiness } from '../core/card.ts';
import { type KubernetesObject, numberAt, stringAt } from '../core/kubernetes.ts';
import { shown } from '../core/problem.ts';
import { conditionOf } from '../core/readiness.ts';

type Ready = (observed: KubernetesObject) => Readiness;
type Status = (field: string) => number;

/** It is there, and nothing has to happen to it. */
export const exists: Ready = () => true;

/** A managed resource, or another that reports as one: Ready and not out of sync, both for the object as it is now. */
export const byConditions: Ready = (observed) => {
  const generation = observed.metadata?.generation;
  const [ready, synced] = [conditionOf(observed, 'Ready'), conditionOf(observed, 'Synced')];
  const isCurrent = (condition: typeof ready) =>
    generation === undefined || typeof condition?.observedGeneration !== 'number' || condition.observedGeneration >= generation;
  if (ready?.status === 'True' && synced?.status !== 'False' && isCurrent(ready) && isCurrent(synced)) return true;
  return typeof ready?.reason === 'string' ? ready.reason : '';
};

/** States that do not pass by themselves, and what to do. */
export type Faults = Readonly<Record<string, { readonly about?: Blame; readonly says: string }>>;

interface States {
  /** Where the provider reports the state; one that it has not reported yet is left to the conditions. */
  readonly path: readonly string[];
  /** How a message names who reports it. */
  readonly by: string;
  readonly serving: readonly string[];
  /** States that pass by themselves. */
  readonly passing: readonly string[];
  readonly faults: Faults;
}

const unlisted: Faults[string] = { says: 'a state that is not known here: have the platform team look at it there' };

/** The conditions, and the state of what is outside the cluster: a state that no list has is not ready. */
export function inState({ path, by, serving, passing, faults }: States): Ready {
  return (observed) => {
    const state = stringAt(observed, ...path);
    if (state === undefined || serving.includes(state)) return byConditions(observed);
    if (passing.includes(state)) return `${by} reports ${state}`;
    const { about, says } = (Object.hasOwn(faults, state) && faults[state]) || unlisted;
    return { failed: `${by} reports ${shown(state)}: ${says}`, ...(about !== undefined && { about }) };
  };
}

/** Pods, by what their controller counts, for the object as it is now; `whereWhy` is where the cluster says why they do not. */
export const byCounts =
  (hold: (status: Status, wanted: number) => boolean, whereWhy = (_: KubernetesObject) => ''): Ready =>
  (observed) => {
    const status: Status = (field) => numberAt(observed, 'status', field) ?? 0;
    const isCurrent = status('observedGeneration') >= (observed.metadata?.generation ?? 0);
    return (isCurrent && hold(status, numberAt(observed, 'spec', 'replicas') ?? 1)) || whereWhy(observed);
  };
