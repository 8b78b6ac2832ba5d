import { at, type KubernetesObject, stringAt } from '../../../functions/core/kubernetes.ts';
import { oneLine } from '../../../functions/core/problem.ts';

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

export interface ConditionSeen {
  readonly type: string;
  readonly status: string;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly since: string | undefined;
}

export function conditionsOf(object: KubernetesObject): readonly ConditionSeen[] {
  const conditions = at(object, 'status', 'conditions');
  if (!Array.isArray(conditions)) return [];
  return conditions.map((condition: unknown) => ({
    type: stringAt(condition, 'type') ?? '',
    status: stringAt(condition, 'status') ?? 'Unknown',
    reason: stringAt(condition, 'reason'),
    message: stringAt(condition, 'message'),
    since: stringAt(condition, 'lastTransitionTime'),
  }));
}

/** Why a condition is not True, or undefined where it is. */
export function whyNot(object: KubernetesObject, type: string): string | undefined {
  const condition = conditionsOf(object).find((candidate) => candidate.type === type);
  if (condition === undefined) return `${type} is not reported yet`;
  if (condition.status === 'True') return undefined;
  return oneLine(condition.message ?? condition.reason ?? `${type} is ${condition.status}`);
}
