import type { Composed, Expansion, Pending } from '../core/api.ts';
import { typed } from '../core/card.ts';
import { at, type KubernetesObject } from '../core/kubernetes.ts';
import { release } from '../core/managed.ts';
import { externalName, shortHash } from '../core/names.ts';
import { isReady } from '../core/readiness.ts';
import type { ObservedResource } from '../core/step.ts';
import { iamPolicy } from '../kinds/aws/iam-policy.ts';
import { iamRolePolicyAttachment } from '../kinds/aws/iam-role-policy-attachment.ts';
import type { AwsResources } from './resources.ts';

/** What `access` composes. */
export const accessKinds = { policy: iamPolicy, attachment: iamRolePolicyAttachment };

/** The kind of the claim that makes a service account's role. */
export const identityKind = 'AppIdentity';

const longestRoleName = 64;
const longestPolicyName = 128;

/** The name of the role of a service account. EKS knows one for each, so it belongs to the account and to no other claim. */
export function roleName(environment: string, namespace: string, serviceAccount: string): string {
  return externalName({ environment, namespace, kind: identityKind, name: serviceAccount }, longestRoleName);
}

/** The service account of an AppIdentity: the one that its spec names, or the one of its own name. */
export function serviceAccountOf(name: string | undefined, spec: unknown): string {
  return String(at(spec, 'serviceAccount') ?? name);
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  /** Left out where it is the resource that the policy belongs to. */
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
}

/** A policy document as AWS takes it: JSON. */
export function policyDocument(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** `arn:aws:sqs:…`; China and GovCloud are partitions of their own. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** The host that a service of AWS answers at in a region. */
export function serviceHost(service: string, region: string): string {
  return `${service}.${region}.${partitionOf(region) === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
}

/** Use of keys through one service, and in no other way. */
export function keyStatements(
  service: string,
  region: string,
  keys: readonly string[],
  ...actions: readonly string[]
): readonly Statement[] {
  if (keys.length === 0) return [];
  const Condition = { StringEquals: { 'kms:ViaService': serviceHost(service, region) } };
  return [{ Effect: 'Allow', Action: actions, Resource: keys, Condition }];
}

export interface Grant {
  /** Key of its Policy, such as `readers`. */
  readonly name: string;
  readonly serviceAccounts: readonly string[];
  readonly statements: readonly Statement[];
  /** Name of the grant that allows all of this one: an account that has it needs no second Policy, of which IAM allows a role few. */
  readonly within?: string;
}

/** Whether an AppIdentity makes a role, as far as is known: one without a status, as in a plan, is taken to. */
function makesRole(identity: KubernetesObject): boolean {
  return at(identity, 'status', 'backend') === undefined || at(identity, 'status', 'role') !== undefined;
}

/**
 * A Policy for each grant, attached to the role of each service account that has one. An account without an AppIdentity
 * that makes one is pending; an attachment that was made stays, since a claim that could not be read is no reason to take access
 * away. One that goes takes the access along, even where the data would stay.
 */
export function access(
  { identity, resource, nameOf, tags, description, externalNameOf }: AwsResources,
  grants: readonly Grant[],
  claims: readonly KubernetesObject[],
  observed: Readonly<Record<string, ObservedResource>>,
): Pick<Expansion, 'resources' | 'pending'> {
  const identities = claims.filter(({ kind }) => kind === identityKind);
  const keyOf = (grant: string, serviceAccount: string) => `${grant}-${shortHash(serviceAccount)}`;
  const resources: Record<string, Composed> = {};
  const pending: Record<string, Pending> = {};
  for (const { name, serviceAccounts, statements, within } of grants) {
    const wider = grants.find((grant) => grant.name === within);
    // Who moves to the wider grant keeps this one until that is attached, so that access has no gap.
    const moving = (wider?.serviceAccounts ?? []).filter((account) => observed[keyOf(name, account)] !== undefined);
    const attached = [...new Set([...serviceAccounts, ...moving])].filter(
      (account) =>
        !wider?.serviceAccounts.includes(account) ||
        (observed[keyOf(name, account)] !== undefined && !isReady(accessKinds.attachment, observed[keyOf(wider.name, account)])),
    );
    if (attached.length === 0 && observed[name] === undefined) continue;
    resources[name] = resource(
      name,
      accessKinds.policy,
      { description, policy: policyDocument(statements), tags },
      { externalName: externalNameOf(longestPolicyName, name), managementPolicies: release },
    );
    for (const serviceAccount of attached.sort()) {
      const key = keyOf(name, serviceAccount);
      const own = identities.filter(({ metadata, spec }) => serviceAccountOf(metadata?.name, spec) === serviceAccount);
      if (observed[key] !== undefined || own.some(makesRole)) {
        const role = roleName(identity.environment, identity.namespace, serviceAccount);
        const forProvider = { role, policyArnRef: { name: nameOf(name) } };
        resources[key] = resource(key, accessKinds.attachment, forProvider, { managementPolicies: release });
      } else {
        const waitsFor =
          own[0] === undefined
            ? `an ${identityKind} of service account ${serviceAccount}, which gives it a role: apply one with spec.serviceAccount: ${serviceAccount}`
            : `a role of ${identityKind} ${own[0].metadata?.name}, which has none in environment ${identity.environment}: ask the platform team to set data.defaults.${identityKind}.backend to podidentity in EnvironmentConfig ${identity.environment}`;
        pending[key] = { ...typed(accessKinds.attachment), name: nameOf(key), waitsFor };
      }
    }
  }
  return { resources, pending };
}
