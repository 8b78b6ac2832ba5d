import type { Composed } from '../core/api.ts';
import type { Card } from '../core/card.ts';
import { stringAt } from '../core/kubernetes.ts';
import { release } from '../core/managed.ts';
import { isReady } from '../core/readiness.ts';
import type { ObservedResource } from '../core/step.ts';

const prefix = 'parameter-group-';

/** The key of the parameter group of a major version; an API that has them lets `parameter-group-*` go. */
export const parameterGroupKey = (major: string): string => `${prefix}${major}`;

/** The one of the majors that a version as AWS writes it belongs to. */
export function majorOf<Major extends string>(majors: readonly Major[], engineVersion: string | undefined): Major | undefined {
  return majors.find((major) => engineVersion === major || engineVersion?.startsWith(`${major}.`));
}

/**
 * The parameter group of the wanted major version. A group belongs to one major, so an upgrade takes another: the old one stays
 * until AWS says that `user`, of the kind `card`, which is set up by it, runs the new version. It then goes from AWS too.
 */
export function parameterGroups<Major extends string>(
  majors: readonly Major[],
  wanted: Major,
  card: Card,
  user: ObservedResource | undefined,
  observed: Readonly<Record<string, ObservedResource>>,
  group: (key: string, major: Major, superseded: { readonly managementPolicies?: readonly string[] }) => Composed,
): { readonly resources: Readonly<Record<string, Composed>>; readonly handingOver: boolean } {
  const running = majorOf(majors, stringAt(user?.object, 'status', 'atProvider', 'engineVersionActual'));
  const handedOver = running === wanted && isReady(card, user);
  const kept = majors.filter((major) => major === wanted || (!handedOver && observed[parameterGroupKey(major)] !== undefined));
  return {
    resources: Object.fromEntries(
      kept.map((major) => [
        parameterGroupKey(major),
        group(parameterGroupKey(major), major, major === wanted ? {} : { managementPolicies: release }),
      ]),
    ),
    handingOver: kept.length > 1,
  };
}
