import type { KubernetesObject } from '../core/kubernetes.ts';

/** How a message names a resource. */
export function named(key: string, object: KubernetesObject): string {
  const name = object.metadata?.name === undefined ? '' : ` ${object.metadata.name}`;
  return `${key} (${object.kind}${name})`.replaceAll(/\s+/g, ' ');
}
