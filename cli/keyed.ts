import type { KubernetesObject } from '../functions/core/kubernetes.ts';

export const keyAnnotation = 'crossplane.io/composition-resource-name';

/** A composed object with its key, as Crossplane applies and renders it. */
export function keyed(key: string, object: KubernetesObject): KubernetesObject {
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata?.annotations, [keyAnnotation]: key } },
  };
}
