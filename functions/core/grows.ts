import type { Source } from './api.ts';
import { shown } from './problem.ts';
import type { Refusal } from './step.ts';

/**
 * A setting that can only grow, seen from what runs now: a default that became smaller is ignored, since nobody asked for
 * this database to shrink, and a claim that asks for less is refused.
 */
export function grown<T extends string | number>(
  field: string,
  wanted: T,
  running: T | undefined,
  source: Source | undefined,
): { readonly value: T } | { readonly refusal: Refusal } {
  if (running === undefined || Number(wanted) >= Number(running)) return { value: wanted };
  if (source !== 'claim') return { value: running };
  const message = `cannot shrink: spec.${field}: got ${shown(wanted)}, want at least ${shown(running)}, which is in use`;
  return { refusal: { reason: 'WouldShrink', message } };
}
