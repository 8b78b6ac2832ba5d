import type { ServiceSettings } from './schema.ts';

/** How many pods at least and at most. */
export function scaleOf({ replicas, autoscaling: { min, max } }: ServiceSettings): { readonly min: number; readonly max: number } {
  return replicas === undefined ? { min, max } : { min: replicas, max: replicas };
}
