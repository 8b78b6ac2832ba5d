import { at, type KubernetesObject } from '../core/kubernetes.ts';
import { externalName } from '../core/names.ts';
import { capability, type Offering } from '../core/requirement.ts';
import type { AwsIdentity } from './resources.ts';

/** What whoever needs a role has to know of an API whose claims make one for a service account, named by `status.role`. */
interface RoleTerms {
  /** The field of its spec that names the service account; the claim's own name where it is left out. */
  readonly field: string;
  /** Its backend that makes roles. */
  readonly backend: string;
}

/** A role of AWS that the pods of a service account have, with a policy that gives them the access that claims say. */
export const awsRole = capability<RoleTerms>('a role of AWS for a service account');

/** The key under which whoever makes roles composes that policy, and shows it. */
export const accessKey = 'access';

/** The APIs that make roles, with their claims. */
export type Roles = readonly Offering<RoleTerms>[];

const longestRoleName = 64;

/**
 * The name of the role of a service account of the same namespace as a claim of this identity; `kind` is the API that makes it. EKS
 * knows one role for each, so it belongs to the service account and to no other claim. IAM is the same in every region.
 */
export function roleName(identity: AwsIdentity, kind: string, serviceAccount: string): string {
  return externalName({ ...identity, place: identity.place.slice(0, 1), kind, name: serviceAccount }, longestRoleName);
}

/** The service account that a claim makes a role for. */
export function serviceAccountOf({ field }: Pick<RoleTerms, 'field'>, name: string | undefined, spec: unknown): string {
  return String(at(spec, field) ?? name);
}

/** Whether a claim makes a role, as far as is known: one without a status, as in a plan, is taken to. */
function makesRole(claim: KubernetesObject): boolean {
  return at(claim, 'status', 'backend') === undefined || at(claim, 'status', 'role') !== undefined;
}

const withArticle = (kind: string) => `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`;

interface RoleFound {
  readonly name: string;
  /** Whose it is: `AppIdentity orders`. */
  readonly of: string;
  /** Its policy, where that was composed. */
  readonly policy: KubernetesObject | undefined;
  /** What the role waits for, for the developer; undefined where a claim makes it. */
  readonly waitsFor: string | undefined;
}

/** The role of a service account, and whether one makes it. */
export function roleOf(roles: Roles, identity: AwsIdentity, serviceAccount: string): RoleFound {
  const own = roles.flatMap(({ claims, ...api }) =>
    claims
      .filter(({ metadata, spec }) => serviceAccountOf(api.terms, metadata?.name, spec) === serviceAccount)
      .map((claim) => ({ ...api, claim, makes: makesRole(claim) })),
  );
  const giver = own.find(({ makes }) => makes) ?? own[0];
  const { kind, terms } = giver ?? (roles[0] as Roles[number]);
  const name = roleName(identity, kind, serviceAccount);
  const found = { name, of: `${kind} ${giver?.claim.metadata?.name}`, policy: giver?.claim.composed[accessKey] };
  if (giver === undefined) {
    const apply = `apply one with spec.${terms.field}: ${serviceAccount}`;
    const whose = roles.map((api) => withArticle(api.kind)).join(' or ');
    return { ...found, waitsFor: `${whose} of service account ${serviceAccount}, which gives it a role: ${apply}` };
  }
  if (giver.makes) return { ...found, waitsFor: undefined };
  const ask = `ask the platform team to set data.defaults.${kind}.backend to ${terms.backend} in EnvironmentConfig ${identity.environment}`;
  return {
    ...found,
    waitsFor: `a role of ${kind} ${giver.claim.metadata?.name}, which has none in environment ${identity.environment}: ${ask}`,
  };
}
