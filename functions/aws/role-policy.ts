import type { Context, Expansion } from '../core/api.ts';
import { release } from '../core/managed.ts';
import { iamRolePolicy } from '../kinds/aws/iam-role-policy.ts';
import { type Accesses, type Accessible, askedOf, giversAmong, roomFor } from './access.ts';
import { merged, policyDocument } from './policy-document.ts';
import type { AwsResources } from './resources.ts';
import { accessKey } from './role.ts';

/** Crossplane tells a claim nothing of what others say by now. */
const secondsBetweenLooks = 60;

/** What `rolePolicy` composes. */
export const rolePolicyKinds = { [accessKey]: iamRolePolicy };

/**
 * The one policy of a role: what claims of the namespace give to its service account, each as soon as what it is about is the claim's. What
 * is not seen for a moment keeps the access that there is.
 */
export function rolePolicy(
  { claim, environment, facts, observed }: Context<unknown, Accessible['facts']>,
  { resource, nameOf }: AwsResources,
  role: string,
  serviceAccount: string,
  accesses: Accesses,
): Required<Pick<Expansion, 'resources' | 'remarks' | 'awaiting' | 'secondsUntil'>> {
  const runs = askedOf(observed[accessKey]?.object);
  const givers = giversAmong(accesses, claim.namespace, { environment, facts });
  const { within, without } = roomFor(serviceAccount, givers, runs);
  const given = [
    ...within.flatMap(({ isOwn, statements, held }) => (isOwn ? statements : isOwn === undefined ? held : [])),
    ...without.flatMap(({ isOwn, held }) => (isOwn === false ? [] : held)),
  ];
  const policy = policyDocument(merged(given));
  return {
    resources:
      given.length === 0
        ? {}
        : {
            [accessKey]: resource(accessKey, iamRolePolicy, { policy, roleRef: { name: nameOf(role) } }, { managementPolicies: release }),
          },
    remarks: without.map(({ by }) => `the policy of its role has no room for what ${by} gives it`),
    awaiting: within.some(({ isOwn }) => isOwn !== true),
    secondsUntil: secondsBetweenLooks,
  };
}
