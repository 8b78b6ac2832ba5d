import type { Composed } from './api.ts';
import { type Card, typed } from './card.ts';
import { adoptsAnnotation, lookAnnotation, madeInAnnotation } from './group.ts';
import { type KubernetesObject, stringAt } from './kubernetes.ts';
import type { Deletion } from './protection.ts';

interface ManagedResource {
  readonly card: Card;
  readonly name: string;
  /** Name of the resource outside the cluster, where the provider takes it from an annotation. */
  readonly externalName?: string;
  /** Where it is made, for the one that holds the claim's data: what `placeOf` reads later. */
  readonly madeIn?: readonly string[] | undefined;
  readonly providerConfig: { readonly kind: 'ClusterProviderConfig' | 'ProviderConfig'; readonly name: string };
  readonly managementPolicies: readonly string[];
  readonly forProvider: Readonly<Record<string, unknown>>;
  readonly connectionSecret?: string;
  /** The name of what it takes into the claim; left out of what the claim makes itself. */
  readonly adopts?: string | undefined;
}

/** A managed resource that shows whether there is something under a name, and makes nothing; `as` is what that would be. */
export function looked(
  resource: Omit<ManagedResource, 'managementPolicies' | 'connectionSecret'>,
  as: 'kept' | 'source' | 'beside',
): Composed {
  const { lookedUpBy } = resource.card;
  const forProvider = { ...resource.forProvider, ...(lookedUpBy !== undefined && { [lookedUpBy]: resource.externalName }) };
  const { object } = managed({ ...resource, forProvider, managementPolicies: ['Observe'] });
  const annotations = { ...object.metadata?.annotations, [lookAnnotation]: as };
  return { object: { ...object, metadata: { ...object.metadata, annotations } } };
}

/** Name of a resource outside of the cluster. */
export const externalNameAnnotation = 'crossplane.io/external-name';

/** A managed resource of a provider, in the claim's namespace. */
export function managed(resource: ManagedResource): Composed {
  const { card, name, externalName, madeIn, providerConfig, managementPolicies, forProvider, connectionSecret, adopts } = resource;
  const annotations = {
    ...(externalName !== undefined && { [externalNameAnnotation]: externalName }),
    ...(madeIn !== undefined && { [madeInAnnotation]: madeIn.join('/') }),
    ...(adopts !== undefined && { [adoptsAnnotation]: adopts }),
  };
  return {
    object: {
      ...typed(card),
      metadata: { name, ...(Object.keys(annotations).length > 0 && { annotations }) },
      spec: {
        forProvider,
        managementPolicies,
        providerConfigRef: providerConfig,
        ...(connectionSecret !== undefined && { writeConnectionSecretToRef: { name: connectionSecret } }),
      },
    },
  };
}

/** Where what holds a claim's data was made, and so stays whatever the environment says later. */
export function placeOf(anchor: KubernetesObject | undefined): readonly string[] | undefined {
  return stringAt(anchor, 'metadata', 'annotations', madeInAnnotation)?.split('/');
}

/**
 * Without Delete, what is outside the cluster outlives its managed resource, whatever removed that. Without LateInitialize, a
 * provider does not record the name that the cloud gave to what it made, and makes another.
 */
export const keep = ['Observe', 'Create', 'Update', 'LateInitialize'] as const;

/** For what holds no data: what is outside the cluster goes with its managed resource. */
export const release = [...keep, 'Delete'] as const;

/** Whether management policies let the provider delete what is outside the cluster; where there are none it may do everything. */
export function mayDelete(policies: unknown): boolean {
  return !Array.isArray(policies) || policies.some((policy) => policy === '*' || policy === 'Delete');
}

/** Deletes what is outside the cluster only for the `deletion` values that ask for it. */
export function policiesFor(deletion: Deletion, deletes: readonly Deletion[]): readonly string[] {
  return deletes.includes(deletion) ? release : keep;
}
