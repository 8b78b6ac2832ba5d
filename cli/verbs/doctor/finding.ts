import type { KubernetesObject } from '../../../functions/core/kubernetes.ts';
import { oneLine } from '../../../functions/core/problem.ts';
import { conditionsOf } from '../../conditions.ts';

/** Something that is wrong, and what to run about it. */
export interface Finding {
  readonly check: string;
  readonly severity: 'error' | 'warning';
  readonly object?: string;
  readonly problem: string;
  readonly remedy: string;
}

/** A finding before the check that made it signs it. */
export type Diagnosis = Omit<Finding, 'check'>;

/** `Kind name`, or `Kind namespace/name`. */
export function identify(object: KubernetesObject): string {
  const { namespace, name = '' } = object.metadata ?? {};
  return `${object.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** Why a condition is not True, or undefined where it is. */
export function whyNot(object: KubernetesObject, type: string): string | undefined {
  const condition = conditionsOf(object).find((candidate) => candidate.type === type);
  if (condition === undefined) return `${type} is not reported yet`;
  if (condition.status === 'True') return undefined;
  return oneLine(condition.message ?? condition.reason ?? `${type} is ${condition.status}`);
}
