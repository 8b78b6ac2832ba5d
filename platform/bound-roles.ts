import { group } from '../functions/core/group.ts';
import { groupOf, type KubernetesObject } from '../functions/core/kubernetes.ts';
import type { Platform } from '../functions/core/pipeline.ts';
import { namespacedApis } from '../functions/core/required.ts';
import { composedKinds, distinct } from './composed.ts';
import { clusterRole, clusterRoleName, type Rule } from './roles.ts';

const read = ['get', 'list', 'watch'];
const write = ['create', 'update', 'patch', 'delete', 'deletecollection'];

const rule = (apiGroup: string, resources: readonly string[], verbs: readonly string[]): Rule => ({
  apiGroups: [apiGroup],
  resources: [...resources],
  verbs: [...verbs],
});

const claimPlurals = (platform: Platform) => distinct(namespacedApis(platform).map(({ plural }) => plural));

/** Writing claims. What is composed of them is Crossplane's to write. */
const claimsWritten = (platform: Platform): readonly Rule[] => [rule(group, claimPlurals(platform), write)];

/** Reading claims, and what is composed of them but for Secrets. */
function claimsSeen(platform: Platform): readonly Rule[] {
  const kinds = composedKinds(platform).filter(
    ({ scope, plural, apiVersion }) => scope === 'Namespaced' && !(apiVersion === 'v1' && plural === 'secrets'),
  );
  const groups = distinct(kinds.map(groupOf));
  return [
    rule(group, claimPlurals(platform), read),
    ...groups.map((apiGroup) =>
      rule(apiGroup, distinct(kinds.filter((kind) => groupOf(kind) === apiGroup).map(({ plural }) => plural)), read),
    ),
  ];
}

/** What runs, and what it is told. */
const workloads: Readonly<Record<string, readonly string[]>> = {
  '': ['configmaps', 'persistentvolumeclaims', 'pods', 'serviceaccounts', 'services'],
  apps: ['deployments', 'deployments/scale', 'replicasets', 'statefulsets', 'statefulsets/scale'],
  autoscaling: ['horizontalpodautoscalers'],
  batch: ['cronjobs', 'jobs'],
  'gateway.networking.k8s.io': ['grpcroutes', 'httproutes'],
  'networking.k8s.io': ['ingresses'],
  policy: ['poddisruptionbudgets'],
};

const onWorkloads = (verbs: readonly string[]) =>
  Object.entries(workloads).map(([apiGroup, resources]) => rule(apiGroup, resources, verbs));

/** What tells how it goes, and what bounds it. */
const seen: readonly Rule[] = [
  rule('', ['endpoints', 'events', 'limitranges', 'pods/log', 'pods/status', 'replicationcontrollers', 'resourcequotas'], read),
  rule('discovery.k8s.io', ['endpointslices'], read),
  rule('events.k8s.io', ['events'], read),
  rule('metrics.k8s.io', ['pods'], read),
  rule('networking.k8s.io', ['networkpolicies'], read),
  rule('rbac.authorization.k8s.io', ['rolebindings', 'roles'], read),
];

const viewer = (platform: Platform) => [...claimsSeen(platform), ...onWorkloads(read), ...seen];

const deployer = (platform: Platform) => [
  ...viewer(platform),
  ...claimsWritten(platform),
  ...onWorkloads(write),
  rule('', ['secrets'], [...read, ...write]),
];

/** What an API may bind, by name. */
const roles: Readonly<Record<string, (platform: Platform) => readonly Rule[]>> = {
  'team-viewer': viewer,
  'team-developer': (platform) => [...deployer(platform), rule('', ['pods/attach', 'pods/exec', 'pods/portforward'], ['create', 'get'])],
  'team-owner': (platform) => [...viewer(platform), rule('', ['secrets'], read), rule('', ['pods'], ['delete'])],
  'team-deployer': deployer,
};

/** The ClusterRoles that RoleBindings of the platform's claims give: no managed resource, no role, quota or network policy, and no namespace can be written with them. */
export function boundRoles(platform: Platform): readonly KubernetesObject[] {
  return distinct(platform.apis.flatMap(({ binds }) => binds)).map((role) => {
    const rules = roles[role]?.(platform);
    if (rules === undefined)
      throw new Error(`cannot install ${platform.name}: binds: got ${role}, want one of ${Object.keys(roles).join(', ')}`);
    return clusterRole(clusterRoleName(platform, role), {}, rules);
  });
}
