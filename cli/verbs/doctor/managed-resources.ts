import type { Card } from '../../../functions/core/card.ts';
import { groupOf, type KubernetesObject, stringAt } from '../../../functions/core/kubernetes.ts';
import { composedKinds } from '../../../platform/composed.ts';
import { nameOf } from '../../cluster.ts';
import type { Check } from './check.ts';
import { type Diagnosis, whyNot } from './finding.ts';
import { installPlatform } from './packages.ts';

/** A kind that we compose, and the ManagedResourceDefinition of its name where there is one. */
export interface Managed {
  readonly kind: Pick<Card, 'apiVersion' | 'kind' | 'plural'>;
  readonly definition: KubernetesObject | undefined;
}

/** Names of one API group on one line; the findings about a provider's kinds have one cause. */
function byGroup(managed: readonly Managed[]): readonly string[] {
  const groups = Map.groupBy(managed, ({ kind }) => groupOf(kind));
  return [...groups].map(([group, members]) => `${members.map(({ kind }) => kind.plural).join(', ')} of ${group}`);
}

export function judgeManagedResources(all: readonly Managed[]): readonly Diagnosis[] {
  const missing = all.filter(({ definition }) => definition === undefined);
  const defined = all.filter(({ definition }) => definition !== undefined);
  const isActive = ({ definition }: Managed) => stringAt(definition, 'spec', 'state') === 'Active';
  const absent = byGroup(missing).map(
    (names): Diagnosis => ({
      severity: 'error',
      problem: `no provider serves ${names}: there are no such ManagedResourceDefinitions`,
      remedy: `kubectl get providers.pkg.crossplane.io; the Configuration brings them: ${installPlatform}`,
    }),
  );
  const inactive = byGroup(defined.filter((managed) => !isActive(managed))).map(
    (names): Diagnosis => ({
      severity: 'error',
      problem: `${names} are inactive: no ManagedResourceActivationPolicy names them`,
      remedy: `kubectl get managedresourceactivationpolicies; the Configuration brings one: ${installPlatform}`,
    }),
  );
  const unestablished = defined.filter(isActive).flatMap(({ kind, definition }): readonly Diagnosis[] => {
    const object = `ManagedResourceDefinition ${nameOf(kind)}`;
    const why = definition && whyNot(definition, 'Established');
    if (why === undefined) return [];
    const remedy = `kubectl describe managedresourcedefinition ${nameOf(kind)}`;
    return [{ severity: 'error', object, problem: `${object} is not established: ${why}`, remedy }];
  });
  return [...absent, ...inactive, ...unestablished];
}

export const managedResources: Check = {
  id: 'managed-resources',
  title: 'Managed resources',
  async run(cluster, platform) {
    const definitions = { apiVersion: 'apiextensions.crossplane.io/v1alpha1', plural: 'managedresourcedefinitions' };
    return judgeManagedResources(
      await Promise.all(
        composedKinds(platform)
          .filter(({ managed }) => managed)
          .map(async (kind) => ({ kind, definition: await cluster.get(definitions, nameOf(kind)) })),
      ),
    );
  },
};
