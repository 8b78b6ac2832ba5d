import type { Claim, Composed, Context } from '../core/api.ts';
import type { Card } from '../core/card.ts';
import type { KubernetesObject } from '../core/kubernetes.ts';
import { looked, managed, placeOf } from '../core/managed.ts';
import { composedName, externalName, type Identity } from '../core/names.ts';
import type { Deletion } from '../core/protection.ts';
import { type AccountFacts, awsPlace } from './facts.ts';

interface Names {
  /** Name outside the cluster, where the provider takes it from an annotation. */
  readonly externalName?: string;
  /** Name of the Secret that the provider writes connection details to. */
  readonly connectionSecret?: string;
  /** Where it differs from those of the claim's other resources. */
  readonly managementPolicies?: readonly string[];
  /** The name of what it takes into the claim. */
  readonly adopts?: string | undefined;
}

/** An identity whose place is an account and a region. */
export interface AwsIdentity extends Identity {
  readonly place: readonly [account: string, region: string];
}

/** How a claim's AWS resources are named, tagged and made. */
export interface AwsResources {
  readonly identity: AwsIdentity;
  readonly tags: Readonly<Record<string, string>>;
  /** For fields that a person reads in AWS's console. */
  readonly description: string;
  readonly region: string;
  readonly accountId: string;
  nameOf(part?: string): string;
  externalNameOf(limit: number, part?: string): string;
  resource(part: string, card: Card, forProvider: object, names?: Names): Composed;
  /** Shows whether there is something under a name, and makes nothing; `as` is what that would be. */
  look(part: string, card: Card, externalName: string, as: Parameters<typeof looked>[1]): Composed;
}

/** Tags that every AWS resource of a claim carries; the environment's own tags come first and cannot replace them. */
function tagsOf(
  platform: string,
  identity: Identity,
  owner: string,
  environmentTags: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const own = {
    owner,
    'control-plane': identity.controlPlane,
    environment: identity.environment,
    namespace: identity.namespace,
    claim: identity.name,
    kind: identity.kind,
    'managed-by': platform,
  };
  // IAM takes two keys that differ by capitals for one, and refuses both.
  const others = Object.entries(environmentTags).filter(([key]) => !(key.toLowerCase() in own));
  return { ...Object.fromEntries(others), ...own };
}

/** Whose a claim's resources are outside of the cluster; where what holds its data was made, they stay. */
export function awsIdentity(
  {
    claim,
    environment,
    facts,
  }: { readonly claim: Pick<Claim, 'namespace' | 'kind' | 'name'>; readonly environment: string; readonly facts: AccountFacts },
  anchor: KubernetesObject | undefined,
): AwsIdentity {
  const made = awsPlace.safeParse(placeOf(anchor));
  const place: AwsIdentity['place'] = made.success ? made.data : [facts.aws.accountId, facts.aws.region];
  const { namespace, kind, name } = claim;
  return { controlPlane: facts.controlPlane, environment, place, namespace, kind, name };
}

/** `anchor` is the key of the resource that holds the data: where it was made stays the account and the region, whatever the environment says later. */
export function awsResources(
  context: Context<unknown, AccountFacts>,
  suffix: string,
  anchor: string,
  managementPolicies: readonly string[],
): AwsResources {
  const { claim, owner, tags, facts, observed } = context;
  const identity = awsIdentity(context, observed[anchor]?.object);
  const { place } = identity;
  const [accountId, region] = place;
  const nameOf = (part?: string) => composedName(claim, suffix, part);
  const providerConfig = { kind: 'ClusterProviderConfig', name: facts.aws.providerConfig } as const;
  return {
    identity,
    region,
    accountId,
    tags: tagsOf(claim.platform, identity, owner, tags),
    description: `${claim.kind} ${claim.namespace}/${claim.name}`,
    nameOf,
    externalNameOf: (limit, part) => externalName(identity, limit, '-', part),
    resource: (part, card, forProvider, names = {}) =>
      managed({
        card,
        name: nameOf(part),
        managementPolicies,
        madeIn: part === anchor ? place : undefined,
        ...names,
        providerConfig,
        forProvider: { ...('path' in card.region && { region }), ...forProvider },
      }),
    look: (part, card, name, as) => looked({ card, name: nameOf(part), externalName: name, providerConfig, forProvider: { region } }, as),
  };
}

/**
 * The name of a claim's last snapshot where a claim of the same name may have left one before, since it can live and die twice: with
 * its time of creation.
 */
export function finalSnapshotName(claim: Claim, identifier: string): string {
  return `${identifier}-final-${claim.creationTimestamp?.replaceAll(/[^0-9]/g, '') ?? 'created'}`;
}

/** What a claim's status says of its last snapshot, since nothing in the cluster does once the claim is gone. */
export const finalSnapshotStatus = (claim: Claim, deletion: Deletion, name: string) =>
  deletion === 'Delete' || claim.creationTimestamp === undefined ? {} : { finalSnapshot: name };
