import type { Composed } from '../core/api.ts';
import type { KubernetesObject } from '../core/kubernetes.ts';

/** A Job that a claim once composed, whose template cannot change, and which is left to end. */
export function again({ apiVersion, kind, metadata, spec }: KubernetesObject): Composed {
  const { name = '', labels = {} } = metadata ?? {};
  return { object: { apiVersion, kind, metadata: { name, labels }, ...(spec !== undefined && { spec }) }, leaving: true };
}
