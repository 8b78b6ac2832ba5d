import type { Composed } from './api.ts';
import { type Card, typed } from './card.ts';
import type { Deletion } from './protection.ts';

interface ManagedResource {
  readonly card: Card;
  readonly name: string;
  /** Name of the resource outside the cluster, where the provider takes it from an annotation. */
  readonly externalName?: string;
  readonly providerConfig: { readonly kind: 'ClusterProviderConfig' | 'ProviderConfig'; readonly name: string };
  readonly managementPolicies: readonly string[];
  readonly forProvider: Readonly<Record<string, unknown>>;
  readonly connectionSecret?: string;
}

/** A managed resource of a provider, in the claim's namespace. */
export function managed(resource: ManagedResource): Composed {
  const { card, name, externalName, providerConfig, managementPolicies, forProvider, connectionSecret } = resource;
  return {
    object: {
      ...typed(card),
      metadata: { name, ...(externalName !== undefined && { annotations: { 'crossplane.io/external-name': externalName } }) },
      spec: {
        forProvider,
        managementPolicies,
        providerConfigRef: providerConfig,
        ...(connectionSecret !== undefined && { writeConnectionSecretToRef: { name: connectionSecret } }),
      },
    },
  };
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
