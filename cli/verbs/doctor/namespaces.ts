import { environmentLabel } from '../../../functions/core/group.ts';
import type { KubernetesObject } from '../../../functions/core/kubernetes.ts';
import { shown } from '../../../functions/core/problem.ts';
import type { Check } from './check.ts';
import { claimsOf } from './claims.ts';
import { environmentNamedBy, environmentsOf, namespaces as resource } from './environments.ts';
import { type Diagnosis, identify } from './finding.ts';

/** Judges Namespaces, given the environments there are and all claims. */
export function judgeNamespaces(
  namespaces: readonly KubernetesObject[],
  environments: readonly string[],
  claims: readonly KubernetesObject[],
): readonly Diagnosis[] {
  const choice = environments.length === 0 ? 'there are no environments yet' : `want one of ${[...environments].sort().join(', ')}`;
  return namespaces.flatMap((namespace): readonly Diagnosis[] => {
    const name = namespace.metadata?.name ?? '';
    const environment = environmentNamedBy(namespace);
    const held = claims.filter((claim) => claim.metadata?.namespace === name).length;
    if (environment === undefined ? held === 0 : environments.includes(environment)) return [];
    const problem =
      environment === undefined
        ? `${identify(namespace)} holds ${held} ${held === 1 ? 'claim' : 'claims'}, but lacks the label ${environmentLabel}: ${choice}`
        : `${identify(namespace)} is of no environment: label ${environmentLabel}: got ${shown(environment)}, ${choice}`;
    const remedy = `kubectl label namespace ${name} ${environmentLabel}=<environment> --overwrite`;
    return [{ severity: 'error', object: identify(namespace), problem, remedy }];
  });
}

export const namespaces: Check = {
  id: 'namespaces',
  title: 'Namespaces',
  async run(cluster, { apis }) {
    const [all, environments, claims] = await Promise.all([
      cluster.list(resource),
      environmentsOf(cluster),
      claimsOf(
        cluster,
        apis.filter(({ place }) => place === 'environment'),
      ),
    ]);
    return judgeNamespaces(
      all,
      environments.map((config) => config.metadata?.name ?? ''),
      claims,
    );
  },
};
