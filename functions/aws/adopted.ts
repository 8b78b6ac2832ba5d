import { at } from '../core/kubernetes.ts';
import { isLook } from '../core/readiness.ts';
import type { ObservedResource } from '../core/step.ts';

/** Whether what a claim adopts is not the claim's yet, so that nothing may come of it; false of a claim that adopts nothing. */
export const isAwaited = (adopt: object | undefined, observed: ObservedResource | undefined): boolean =>
  adopt !== undefined && (observed === undefined || isLook(observed.object));

/** Fields of what is adopted as they are: what its provider reports until it is the claim's, and what was said of them then from then on. */
export function asFound(observed: ObservedResource | undefined, fields: readonly string[]): Readonly<Record<string, unknown>> {
  const from = observed !== undefined && isLook(observed.object) ? ['status', 'atProvider'] : ['spec', 'forProvider'];
  const found = fields.map((field) => [field, at(observed?.object, ...from, field)] as const);
  const isSaid = (value: unknown) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(found.filter(([, value]) => isSaid(value)));
}
