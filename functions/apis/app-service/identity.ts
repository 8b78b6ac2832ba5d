import { type Roles, serviceAccountOf } from '../../aws/role.ts';
import { group } from '../../core/group.ts';
import { stringAt } from '../../core/kubernetes.ts';
import { conditionOf } from '../../core/readiness.ts';
import type { ObservedResource } from '../../core/step.ts';
import { startedWith } from './started.ts';

/** On the pods: the role that they have, which EKS gives to a pod when it is made. */
export const roleAnnotation = `${group}/role`;

export interface Identity {
  /** The role of the app's ServiceAccount; undefined where it has none. */
  readonly role: string | undefined;
  /** What pods that start for the first time wait for, for the developer. */
  readonly waitsFor: readonly string[];
}

/** The identity of an app's ServiceAccount. That it is not there for a moment is no reason to replace pods that have its role. */
export function identityOf(roles: Roles, account: string, observed: Readonly<Record<string, ObservedResource>>): Identity {
  const own = roles.flatMap(({ terms, claims }) =>
    claims.filter(({ metadata, spec }) => serviceAccountOf(terms, metadata?.name, spec) === account),
  );
  const identity = own.find((each) => stringAt(each, 'status', 'role') !== undefined) ?? own[0];
  const before = startedWith(observed, roleAnnotation);
  if (identity === undefined) return { role: before, waitsFor: [] };
  if (conditionOf(identity, 'Ready')?.status !== 'False') return { role: stringAt(identity, 'status', 'role') ?? before, waitsFor: [] };
  const isStarted = observed['deployment'] !== undefined || observed['cron-job'] !== undefined;
  return { role: before, waitsFor: isStarted ? [] : [`${identity.kind} ${identity.metadata?.name} to give it a role`] };
}
