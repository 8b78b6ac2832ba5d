import { at, type KubernetesObject, stringAt } from '../functions/core/kubernetes.ts';

/** Conditions that Crossplane sets; all others are the platform's own. */
export const systemConditions: ReadonlySet<string> = new Set(['Ready', 'Synced', 'Healthy', 'UpToDate', 'Responsive']);

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

/** A span of time as kubectl shows ages. */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 120 * 60) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86400)}d`;
}
