import { group } from '../core/group.ts';
import { type KubernetesObject, stringAt } from '../core/kubernetes.ts';

/** On a claim: ids of policies that it asks to be let off, separated by commas. */
export const waiverAnnotation = `${group}/waive-policies`;

/** On a claim: the changes that its author takes the loss of, as the refusal names them, separated by commas. */
export const acknowledgeAnnotation = `${group}/acknowledge`;

/** What an annotation of the claim lists. */
export function listed(claim: KubernetesObject, annotation: string): readonly string[] {
  return (stringAt(claim, 'metadata', 'annotations', annotation) ?? '').split(/[\s,]+/).filter((item) => item !== '');
}
