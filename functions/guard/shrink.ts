import { apis } from '../apis/index.ts';
import { group } from '../core/group.ts';
import { at } from '../core/kubernetes.ts';
import type { StepRequest } from '../core/step.ts';
import { named } from './policy.ts';

/** On a claim: keys of composed resources that may be deleted although the claim's spec did not ask for it, separated by commas. */
export const allowRemovalAnnotation = `${group}/allow-removal`;

function matches(pattern: string, key: string): boolean {
  return pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
}

/** The observed resources that would be deleted because no step wants them any more. */
export function unwantedRemovals({ claim, observed, desired }: StepRequest): readonly string[] {
  const releasable = apis.find((api) => api.kind === claim.kind)?.releasable ?? [];
  const allowed = String(at(claim, 'metadata', 'annotations', allowRemovalAnnotation) ?? '')
    .split(',')
    .map((key) => key.trim());
  return Object.entries(observed)
    .filter(([key]) => desired[key] === undefined && !allowed.includes(key) && !releasable.some((pattern) => matches(pattern, key)))
    .map(([key, { object }]) => named(key, object))
    .sort();
}
