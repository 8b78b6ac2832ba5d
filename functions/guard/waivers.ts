import { type KubernetesObject, stringAt } from '../core/kubernetes.ts';

/** What an annotation of the claim lists. */
export function listed(claim: KubernetesObject, annotation: string): readonly string[] {
  return (stringAt(claim, 'metadata', 'annotations', annotation) ?? '').split(/[\s,]+/).filter((item) => item !== '');
}
