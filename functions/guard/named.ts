import type { KubernetesObject } from '../core/kubernetes.ts';
import { oneLine } from '../core/problem.ts';

/** How a message names a resource. */
export function named(key: string, object: KubernetesObject): string {
  const name = object.metadata?.name === undefined ? '' : ` ${object.metadata.name}`;
  return oneLine(`${key} (${object.kind}${name})`);
}
