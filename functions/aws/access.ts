import type { Claim, Composed, Context, Expansion, Pending } from '../core/api.ts';
import type { Card } from '../core/card.ts';
import { type FactsOf, needsOf } from '../core/facts.ts';
import { at, type KubernetesObject, stringAt } from '../core/kubernetes.ts';
import { onlyObserves } from '../core/look.ts';
import { externalNameAnnotation, release } from '../core/managed.ts';
import { controlPlane, shortHash } from '../core/names.ts';
import { isLook, isReady } from '../core/readiness.ts';
import { capability, type Offering } from '../core/requirement.ts';
import { byTurn } from '../core/turn.ts';
import { iamPolicy } from '../kinds/aws/iam-policy.ts';
import { iamRolePolicyAttachment } from '../kinds/aws/iam-role-policy-attachment.ts';
import { account, key } from './facts.ts';
import { heldOf, holds, merged, policyDocument, type Statement, statementsIn } from './policy-document.ts';
import type { AwsResources } from './resources.ts';
import { accessKey, type Roles, roleOf, serviceAccountOf } from './role.ts';

const attachedKinds = { policy: iamPolicy, attachment: iamRolePolicyAttachment };

/** What gave the access of a grant of that name before roles had a policy of their own: it stays until that gives the same. */
export const accessOf = <Grant extends string>(grant: Grant) =>
  ({ [grant]: attachedKinds.policy, [`${grant}-*`]: attachedKinds.attachment }) as { readonly [K in Grant | `${Grant}-*`]: Card };

const longestPolicyName = 128;

/**
 * All inline policies of a role together, without white space.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
 */
const mostPolicyCharacters = 10_240;

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
  /** The field of the spec that lists who has it, such as `readers`. */
  readonly name: string;
  readonly serviceAccounts: readonly string[];
  readonly statements: readonly Statement[];
  /** Name of the grant that allows all of this one: an account that has it is given nothing more. */
  readonly within?: string;
}

export const accessNeeds = needsOf(controlPlane, account, key);

/** A claim, of which whoever asks knows no more than it says and what it is proven to have composed. */
export interface Accessible {
  readonly claim: Pick<Claim, 'namespace' | 'kind' | 'name'>;
  readonly environment: string;
  readonly facts: FactsOf<typeof accessNeeds>;
  /** Its spec, or its settings. */
  readonly said: unknown;
  readonly composed: Readonly<Record<string, KubernetesObject | undefined>>;
}

/** The claim that a backend is given. */
export const accessibleOf = ({
  claim,
  environment,
  facts,
  settings,
  observed,
}: Pick<Context<unknown, Accessible['facts']>, 'claim' | 'environment' | 'facts' | 'settings' | 'observed'>): Accessible => ({
  claim,
  environment,
  facts,
  said: settings,
  composed: Object.fromEntries(Object.entries(observed).map(([of, { object }]) => [of, object])),
});

/** Who may do what with what a claim made. */
export interface Access {
  readonly grants: readonly Grant[];
  /** Whether that is the claim's own by now; undefined while it is not seen. Until then nobody is given access to it. */
  readonly isOwn: boolean | undefined;
}

/** What whoever makes roles has to know of an API to whose claims service accounts have access. */
interface AccessTerms {
  /** Its backend that there is access to. */
  readonly backend: string;
  to(accessible: Accessible): Access;
}

/** Access in AWS for service accounts, which whoever makes their roles gives to these. */
export const awsAccess = capability<AccessTerms>('access in AWS for service accounts');

/** The APIs to whose claims there is access, with their claims. */
export type Accesses = readonly Offering<AccessTerms>[];

/** What a claim lists under a field, whoever wrote it. */
export function listed(said: unknown, field: string): readonly string[] {
  const found = at(said, field);
  return Array.isArray(found) ? found.filter((each) => typeof each === 'string') : [];
}

/**
 * Whether what claims composed is theirs outside of the cluster: each made or taken in under the name that it has for its claim, and not
 * merely looked at. Undefined while one is not seen.
 */
export function areOwn(
  ...each: readonly (readonly [KubernetesObject | undefined, (externalName: string) => boolean])[]
): boolean | undefined {
  const isOwn = each.map(
    ([object, isNamed]) =>
      object &&
      !onlyObserves(object) &&
      !isLook(object) &&
      isNamed(stringAt(object, 'metadata', 'annotations', externalNameAnnotation) ?? ''),
  );
  if (isOwn.includes(false)) return false;
  return isOwn.includes(undefined) ? undefined : true;
}

/** The grants of an account that no other of its grants allows already. */
function grantsOf({ grants }: Access, serviceAccount: string): readonly Grant[] {
  const has = ({ serviceAccounts }: Grant) => serviceAccounts.includes(serviceAccount);
  return grants.filter((grant) => has(grant) && !grants.some((wider) => wider.name === grant.within && has(wider)));
}

/** What a claim gives to an account. */
interface Given extends Pick<Access, 'isOwn'> {
  /** `AppBucket receipts` */
  readonly by: string;
  readonly statements: readonly Statement[];
  /** What of that the policy of its role says already. */
  readonly held: readonly Statement[];
}

type Around = Pick<Accessible, 'environment' | 'facts'>;

interface Giver extends Access {
  readonly of: Pick<KubernetesObject, 'kind' | 'metadata'>;
}

/** Every claim of the namespace that gives access, in the order in which they get it. */
export function giversAmong(accesses: Accesses, namespace: string, around: Around, self?: Giver): readonly Giver[] {
  const others = accesses.flatMap(({ kind, terms, claims }) =>
    claims.flatMap(({ composed, metadata = {}, ...claim }): readonly Giver[] => {
      const { name = '', deletionTimestamp } = metadata;
      const backend = stringAt(claim, 'status', 'backend') ?? terms.backend;
      const isElsewhere = backend !== terms.backend && Object.keys(composed).length === 0;
      const isSelf = kind === self?.of.kind && name === self.of.metadata?.name;
      if (deletionTimestamp !== undefined || isElsewhere || isSelf) return [];
      const access = terms.to({ ...around, claim: { namespace, kind, name }, said: claim['spec'], composed });
      return [{ ...access, of: { kind, metadata } }];
    }),
  );
  return [...others, ...(self === undefined ? [] : [self])].sort((a, b) => byTurn(a.of, b.of));
}

interface Room {
  readonly within: readonly Given[];
  readonly without: readonly Given[];
}

/**
 * What of all that claims give to an account there is room for in the policy of its role: for what that says already, and then for one after
 * the other.
 */
export function roomFor(serviceAccount: string, givers: readonly Giver[], runs: readonly Statement[]): Room {
  const given = givers.flatMap(({ of, isOwn, ...access }): readonly Given[] => {
    const statements = grantsOf({ isOwn, ...access }, serviceAccount).flatMap((grant) => grant.statements);
    return statements.length === 0 ? [] : [{ by: `${of.kind} ${of.metadata?.name}`, isOwn, statements, held: heldOf(runs, statements) }];
  });
  const { within = [], open = [] } = Object.groupBy(given, ({ statements }) => (holds(runs, statements) ? 'within' : 'open'));
  const without: Given[] = [];
  for (const [index, each] of open.entries()) {
    const others = [...without, ...open.slice(index + 1)].flatMap(({ held }) => held);
    const all = merged([...[...within, each].flatMap(({ statements }) => statements), ...others]);
    (policyDocument(all).length <= mostPolicyCharacters ? within : without).push(each);
  }
  return { within, without };
}

/** What the policy of a role says, as whoever made the role composed it. */
export const askedOf = (policy: KubernetesObject | undefined): readonly Statement[] =>
  statementsIn(stringAt(policy, 'spec', 'forProvider', 'policy'));

/** What it says in AWS. */
const inForceOf = (policy: KubernetesObject | undefined): readonly Statement[] =>
  statementsIn(stringAt(policy, 'status', 'atProvider', 'policy'));

export interface AccessRequired {
  readonly roles: Roles;
  readonly accesses: Accesses;
}

/**
 * What a claim waits for until those that it names have access, which the policies of their roles give them. What gave it before stays until
 * then, so that access has no gap; what is left of it where an account is taken off a list goes at once.
 */
export function access(
  context: Context<unknown, Accessible['facts'], AccessRequired>,
  { identity, resource, nameOf, tags, description, externalNameOf }: AwsResources,
  to: AccessTerms['to'],
): Required<Pick<Expansion, 'resources' | 'pending' | 'remarks' | 'awaiting'>> {
  const { claim, environment, facts, observed, required } = context;
  const own = to(accessibleOf(context));
  const { kind, name, creationTimestamp } = claim;
  const of = { kind, metadata: { name, ...(creationTimestamp !== undefined && { creationTimestamp }) } };
  const givers = () => giversAmong(required.accesses, claim.namespace, { environment, facts }, { ...own, of });
  const keyOf = (grant: string, serviceAccount: string) => `${grant}-${shortHash(serviceAccount)}`;
  const isAttached = (grant: string, serviceAccount: string) =>
    isReady(attachedKinds.attachment, observed[keyOf(grant, serviceAccount)]) && isReady(attachedKinds.policy, observed[grant]);

  const accounts = [...new Set(own.grants.flatMap(({ serviceAccounts }) => serviceAccounts))].sort();
  const waiting = accounts.flatMap((serviceAccount) => {
    const role = roleOf(required.roles, identity, serviceAccount);
    const grants = grantsOf(own, serviceAccount);
    const wanted = grants.flatMap(({ statements }) => statements);
    if (holds(inForceOf(role.policy), wanted)) return [];
    const hasRoom = roomFor(serviceAccount, givers(), askedOf(role.policy)).within.some(({ by }) => by === `${kind} ${name}`);
    return [{ serviceAccount, role, grants, hasRoom }];
  });

  const resources: Record<string, Composed> = {};
  const pending: Record<string, Pending> = {};
  for (const { serviceAccount, role, grants, hasRoom } of waiting) {
    const open = grants.filter((grant) => !isAttached(grant.name, serviceAccount));
    for (const { name: grant } of open) {
      const given = `what spec.${grant} gives it`;
      const waitsFor =
        role.waitsFor ??
        (hasRoom
          ? `${given}, which ${role.of} adds to its role`
          : `room for ${given} in its role, of which IAM takes ${mostPolicyCharacters} characters: take ${serviceAccount} off lists of claims that it does not need, or let another ServiceAccount have some of them`);
      pending[keyOf(grant, serviceAccount)] = { apiVersion: 'v1', kind: 'ServiceAccount', name: serviceAccount, waitsFor };
    }
    // Those that it was on before are among them: who becomes a writer stays a reader until then.
    for (const { name: grant } of own.grants) {
      const at = keyOf(grant, serviceAccount);
      if (observed[at] === undefined) continue;
      const forProvider = { role: role.name, policyArnRef: { name: nameOf(grant) } };
      resources[at] = { ...resource(at, attachedKinds.attachment, forProvider, { managementPolicies: release }), leaving: true };
    }
  }
  for (const { name: grant, statements } of own.grants) {
    const isInUse = Object.keys({ ...observed, ...resources }).some((at) => at.startsWith(`${grant}-`));
    // AWS deletes no policy that is attached.
    if (observed[grant] === undefined || !isInUse) continue;
    const policy = resource(
      grant,
      attachedKinds.policy,
      { description, policy: policyDocument(statements), tags },
      { externalName: externalNameOf(longestPolicyName, grant), managementPolicies: release },
    );
    resources[grant] = { ...policy, leaving: true };
  }

  const ended = required.roles.flatMap(({ terms: of, claims, kind: giver }) =>
    claims.flatMap(({ metadata, spec, composed: { [accessKey]: policy } }) => {
      const serviceAccount = serviceAccountOf(of, metadata?.name, spec);
      const given = grantsOf(own, serviceAccount).flatMap(({ statements }) => statements);
      const isLeft = ({ statements }: Grant) => holds(inForceOf(policy), statements) && !holds(given, statements);
      const left = own.grants.filter((grant) => isLeft(grant) && !own.grants.some((wider) => wider.name === grant.within && isLeft(wider)));
      return left.map(
        (grant) =>
          `ServiceAccount ${serviceAccount} still has what spec.${grant.name} gave it, until ${giver} ${metadata?.name} takes it away`,
      );
    }),
  );
  return { resources, pending, remarks: ended, awaiting: ended.length > 0 || waiting.some(({ hasRoom }) => hasRoom) };
}
