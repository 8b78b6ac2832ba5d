import { providerOf } from '../../../functions/core/card.ts';
import { apiVersion } from '../../../functions/core/group.ts';
import { stringAt } from '../../../functions/core/kubernetes.ts';
import { composedKinds } from '../../../platform/composed.ts';
import { administer, use } from '../../../platform/permissions.ts';
import { type Cluster, nameOf, type Resource } from '../../cluster.ts';
import type { Check } from './check.ts';
import { installedCrossplane } from './crossplane.ts';
import type { Diagnosis } from './finding.ts';

const read = ['get', 'list', 'watch'];
const write = ['create', 'update', 'patch', 'delete'];

/** The resources that the function asks Crossplane for. */
const required: readonly Resource[] = [
  { apiVersion: 'v1', plural: 'namespaces' },
  { apiVersion: 'apiextensions.crossplane.io/v1beta1', plural: 'environmentconfigs' },
];

export interface Denial {
  readonly resource: Resource;
  readonly verbs: readonly string[];
  /** Crossplane's RBAC manager grants what providers serve. */
  readonly managed: boolean;
}

export function judgePermissions(denials: readonly Denial[], namespace: string): readonly Diagnosis[] {
  return denials.map(({ resource, verbs, managed }) => ({
    severity: 'error',
    object: nameOf(resource),
    problem: `Crossplane may not ${verbs.join(', ')} ${nameOf(resource)}`,
    remedy: managed
      ? `kubectl -n ${namespace} logs deployment/crossplane-rbac-manager, which grants what providers serve`
      : 'kubectl apply -f package/install/rbac.yaml',
  }));
}

/** Whether a kind that Kubernetes does not bring is there. */
export async function exists(cluster: Cluster, kind: Resource): Promise<boolean> {
  const crds = { apiVersion: 'apiextensions.k8s.io/v1', plural: 'customresourcedefinitions' };
  return (await cluster.get(crds, nameOf(kind))) !== undefined;
}

export const permissions: Check = {
  id: 'permissions',
  title: 'Permissions of Crossplane',
  async run(cluster, platform) {
    const deployment = await installedCrossplane(cluster, 'cannot tell what Crossplane may do');
    const namespace = deployment.metadata?.namespace ?? '';
    const serviceAccount = stringAt(deployment, 'spec', 'template', 'spec', 'serviceAccountName') ?? 'default';
    const denialsOf = async (resource: Resource, verbs: readonly string[], managed: boolean): Promise<readonly Denial[]> => {
      const allowed = await Promise.all(verbs.map((verb) => cluster.allows({ namespace, serviceAccount, verb, resource })));
      const denied = verbs.filter((_, index) => !allowed[index]);
      return denied.length === 0 ? [] : [{ resource, verbs: denied, managed }];
    };
    const denials = await Promise.all([
      ...required.map((resource) => denialsOf(resource, read, false)),
      ...[administer, use].map(({ resource, verb }) => denialsOf({ apiVersion, plural: resource }, [verb], false)),
      ...composedKinds(platform).map(async (kind) => {
        const isOfProvider = providerOf(kind) !== undefined;
        return isOfProvider && !(await exists(cluster, kind)) ? [] : denialsOf(kind, [...read, ...write], isOfProvider);
      }),
    ]);
    return judgePermissions(denials.flat(), namespace);
  },
};
