import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import type { Platform } from '../functions/core/pipeline.ts';
import { claimPolicies } from './admission/claims.ts';
import { composedPolicies } from './admission/composed.ts';
import { namespacePolicies } from './admission/namespaces.ts';
import { boundRoles } from './bound-roles.ts';
import { roleOfCrossplane, rolesOfPeople } from './roles.ts';

/** Who may do what, by the file under package/install that no package can carry; roles first, as the policies ask for what they grant. */
export const accessManifests = (platform: Platform) =>
  ({
    'rbac.yaml': [roleOfCrossplane(platform), ...boundRoles(platform), ...rolesOfPeople(platform)],
    'namespace-protection.yaml': namespacePolicies(platform),
    'claim-policies.yaml': claimPolicies(platform),
    'composed-policies.yaml': composedPolicies(platform),
  }) satisfies Readonly<Record<string, readonly KubernetesObject[]>>;

export type AccessFile = keyof ReturnType<typeof accessManifests>;
