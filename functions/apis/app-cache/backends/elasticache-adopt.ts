import { asFound, elsewhere } from '../../../aws/adopted.ts';
import type { AwsResources } from '../../../aws/resources.ts';
import type { Composed, Context } from '../../../core/api.ts';
import { bindingKey, decode } from '../../../core/binding.ts';
import { type KubernetesObject, stringAt } from '../../../core/kubernetes.ts';
import { foundBy } from '../../../core/look.ts';
import { composedName } from '../../../core/names.ts';
import { shown } from '../../../core/problem.ts';
import { isLook } from '../../../core/readiness.ts';
import type { RequiredObjects } from '../../../core/requirement.ts';
import type { Refusal } from '../../../core/step.ts';
import { elasticacheSubnetGroup } from '../../../kinds/aws/elasticache-subnet-group.ts';
import { replicationGroup } from '../../../kinds/aws/replication-group.ts';
import { type CacheSettings, suffix } from '../schema.ts';

const key = 'subnet-group';

/** What ElastiCache fixes when it makes a group, and what the provider would reset where nothing is said of it: it stays as it is. */
const kept = ['dataTieringEnabled', 'ipDiscovery', 'kmsKeyId', 'logDeliveryConfiguration', 'networkType', 'notificationTopicArn'] as const;

const tokenName = (claim: { readonly name: string }) => composedName(claim, suffix, 'token');
const tokenKey = 'password';

/**
 * The Secret with the token of a group that is adopted. Its name is the claim's own, so that a claim makes nothing readable that was
 * not meant for it.
 */
export const tokenSecret: RequiredObjects<Pick<CacheSettings, 'adopt'>> = {
  apiVersion: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  select: ({ name, spec: { adopt } }) => (adopt === undefined ? undefined : { name: tokenName({ name }) }),
};

/** What ElastiCache takes for a token: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html */
const token = /^[!-~]{16,128}$/;

interface Taking extends Pick<Context<CacheSettings, { readonly aws: { readonly vpcId: string } }>, 'claim' | 'facts' | 'observed'> {
  readonly id: string;
  /** The key of the group. */
  readonly anchor: string;
  readonly look: AwsResources['look'];
  readonly secrets: readonly KubernetesObject[];
}

/** What a group has that was there before its claim, as far as it is known. */
interface Taken {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly password: string | undefined;
  readonly resources: Readonly<Record<string, Composed>>;
  readonly remarks: readonly string[];
  readonly refusal?: Refusal;
}

/** Why nobody could connect with the token of the Secret, which AWS tells nobody. */
function unusable({ claim }: Taking, password: string | undefined): string | undefined {
  const name = tokenName(claim);
  if (password === undefined) {
    return `AWS tells nobody its token: have somebody who knows it run: kubectl create secret generic ${name} -n ${claim.namespace} --from-file=${tokenKey}=FILE`;
  }
  return token.test(password)
    ? undefined
    : `data.${tokenKey} of Secret ${shown(name)} is no token, want 16 to 128 printable characters without spaces or line breaks, as ElastiCache has them`;
}

/** A group that the claim takes in keeps its token, its key and its place. */
export function takenOver(taking: Taking): Taken {
  const { claim, facts, observed, id, anchor, look, secrets } = taking;
  const group = observed[anchor];
  const isFound = group !== undefined && isLook(group.object) && foundBy(replicationGroup, group.object) === 'something';
  const fields = asFound(group, [...kept, 'subnetGroupName']);
  const name = stringAt(fields, 'subnetGroupName');
  const data = stringAt(secrets[0], 'data', tokenKey);
  const password = data === undefined ? undefined : decode(data);
  const isBound = claim.issuedBinding !== undefined || observed[bindingKey] !== undefined;
  const problem = unusable(taking, password);
  const why = isFound
    ? (elsewhere({ name: id, group: name, card: elasticacheSubnetGroup, seen: observed[key], vpcId: facts.aws.vpcId }) ??
      // Its binding has the token from then on.
      (isBound ? undefined : problem))
    : undefined;
  return {
    fields,
    password: problem === undefined ? password : undefined,
    remarks: isBound && password !== undefined && problem !== undefined ? [`${problem}; apps keep the token that they had`] : [],
    resources: isFound && name !== undefined ? { [key]: look(key, elasticacheSubnetGroup, name, 'beside') } : {},
    ...(why !== undefined && {
      refusal: { reason: 'CannotAdopt', message: `cannot adopt: spec.adopt.replicationGroup: ${why}; nothing was changed` },
    }),
  };
}
