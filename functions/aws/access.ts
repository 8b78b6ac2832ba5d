import type { Composed, Expansion, Pending } from '../core/api.ts';
import { type Card, typed } from '../core/card.ts';
import { release } from '../core/managed.ts';
import { shortHash } from '../core/names.ts';
import { isReady } from '../core/readiness.ts';
import type { ObservedResource } from '../core/step.ts';
import { iamPolicy } from '../kinds/aws/iam-policy.ts';
import { iamRolePolicyAttachment } from '../kinds/aws/iam-role-policy-attachment.ts';
import type { AwsResources } from './resources.ts';
import { type Roles, roleOf } from './role.ts';

const accessKinds = { policy: iamPolicy, attachment: iamRolePolicyAttachment };

/** What `access` composes for a grant of that name. */
export const accessOf = <Grant extends string>(grant: Grant) =>
  ({ [grant]: accessKinds.policy, [`${grant}-*`]: accessKinds.attachment }) as { readonly [K in Grant | `${Grant}-*`]: Card };

const longestPolicyName = 128;

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

/**
 * A Policy for each grant, attached to the role of each service account that has one. An account without a claim
 * that makes one is pending; an attachment that was made stays, since a claim that could not be read is no reason to take access
 * away. One that goes takes the access along, even where the data would stay.
 */
export function access(
  { identity, resource, nameOf, tags, description, externalNameOf }: AwsResources,
  grants: readonly Grant[],
  roles: Roles,
  observed: Readonly<Record<string, ObservedResource>>,
): Pick<Expansion, 'resources' | 'pending'> {
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
      const role = roleOf(roles, identity, serviceAccount);
      if (observed[key] !== undefined || role.waitsFor === undefined) {
        const forProvider = { role: role.name, policyArnRef: { name: nameOf(name) } };
        resources[key] = resource(key, accessKinds.attachment, forProvider, { managementPolicies: release });
      } else {
        pending[key] = { ...typed(accessKinds.attachment), name: nameOf(key), waitsFor: role.waitsFor };
      }
    }
  }
  return { resources, pending };
}
