import type { KubernetesObject } from '../functions/core/kubernetes.ts';

export const keyAnnotation = 'crossplane.io/composition-resource-name';

/** A composed object with its key, as Crossplane applies and renders it. */
export function keyed<Composed extends KubernetesObject>(key: string, object: Composed) {
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata?.annotations, [keyAnnotation]: key } },
  };
}
