import { group } from '../functions/core/group.ts';
import { groupOf, type KubernetesObject } from '../functions/core/kubernetes.ts';
import type { Platform } from '../functions/core/pipeline.ts';
import { byGroup, composedKinds, distinct, isOfCrossplane, isOfProvider, type Kind, pluralAndGroup, requiredKinds } from './composed.ts';
import { administer, type Permission, use, waive } from './permissions.ts';

/** What Crossplane's own chart (v2.3) lets it do with everything of a group, or with the resources named. */
const grantedByChart: Readonly<Record<string, readonly string[] | 'everything'>> = {
  '': ['configmaps', 'secrets', 'serviceaccounts', 'services'],
  apps: ['deployments'],
  'coordination.k8s.io': ['leases'],
  'apiextensions.crossplane.io': 'everything',
  'ops.crossplane.io': 'everything',
  'pkg.crossplane.io': 'everything',
  'protection.crossplane.io': 'everything',
};

const read = ['get', 'list', 'watch'];
const write = ['create', 'update', 'patch', 'delete'];

/** A rule of RBAC. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** How a ClusterRole of the platform is called. */
export const clusterRoleName = ({ name }: Pick<Platform, 'name'>, role: string): string => `${name}:${role}`;

export const clusterRole = (name: string, aggregation: Readonly<Record<string, string>>, rules: readonly Rule[]): KubernetesObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name, ...(Object.keys(aggregation).length > 0 && { labels: aggregation }) },
  rules,
});

const into = (role: string) => ({ [`rbac.authorization.k8s.io/aggregate-to-${role}`]: 'true' });

/** The rules by which RBAC grants permissions. */
const granting = (...permissions: readonly Permission[]) =>
  permissions.map(({ resource, verb }) => ({ apiGroups: [group], resources: [resource], verbs: [verb] }));

/** Whether Crossplane can do nothing with a kind unless it is let: its RBAC manager grants what providers and XRDs bring. */
function isMissing(platform: Platform, kind: Kind): boolean {
  const granted = groupOf(kind) === group ? 'everything' : grantedByChart[groupOf(kind)];
  return !isOfProvider(platform, kind) && granted !== 'everything' && granted?.includes(kind.plural) !== true;
}

/** What no package can grant Crossplane. */
export function roleOfCrossplane(platform: Platform): KubernetesObject {
  const missing = composedKinds(platform).filter((kind) => isMissing(platform, kind));
  const named = missing.map(pluralAndGroup);
  const namespaces = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces' };
  const required = [namespaces, ...requiredKinds(platform)].filter(
    (kind) => isMissing(platform, kind) && !named.includes(pluralAndGroup(kind)),
  );
  const bound = distinct(platform.apis.flatMap(({ binds }) => binds)).map((role) => clusterRoleName(platform, role));
  return clusterRole(clusterRoleName(platform, 'aggregate-to-crossplane'), { 'rbac.crossplane.io/aggregate-to-crossplane': 'true' }, [
    ...byGroup(required).map((each) => ({ ...each, verbs: read })),
    ...byGroup(missing).map((each) => ({ ...each, verbs: [...read, ...write] })),
    // By name, as whoever may bind any role may do anything.
    ...(bound.length === 0
      ? []
      : [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['bind'], resourceNames: bound }]),
    ...granting(administer, use),
  ]);
}

/**
 * What people and their tools may do. Kubernetes' `admin` has all that `edit` has, and that all that `view` has. Secrets are for `edit`,
 * as everywhere, and the status of a claim for Crossplane alone.
 */
export function rolesOfPeople(platform: Platform): readonly KubernetesObject[] {
  const claims = [
    { apiGroups: [group], resources: platform.apis.filter(({ scope }) => scope === 'Namespaced').map(({ plural }) => plural) },
  ].filter(({ resources }) => resources.length > 0);
  const composed = composedKinds(platform).filter((card) => card.scope === 'Namespaced' && isOfCrossplane(platform, card));
  return [
    clusterRole(
      clusterRoleName(platform, 'claims-view'),
      into('view'),
      [...claims, ...byGroup(composed)].map((each) => ({ ...each, verbs: read })),
    ),
    clusterRole(
      clusterRoleName(platform, 'claims-edit'),
      into('edit'),
      claims.map((each) => ({ ...each, verbs: [...read, ...write] })),
    ),
    clusterRole(clusterRoleName(platform, 'administer'), {}, granting(administer, waive, use)),
  ];
}
