import type { ComposedKind } from '../../functions/core/kubernetes.ts';
import { composedKinds, isManaged } from '../../package/composed.ts';
import { nameOf } from './cluster.ts';

/** Every kind that the platform may compose, once each, by name. */
export const kinds: readonly ComposedKind[] = [...new Map(composedKinds.map((kind) => [nameOf(kind), kind])).values()].sort((a, b) =>
  nameOf(a) < nameOf(b) ? -1 : 1,
);

/** Whether a ManagedResourceDefinition stands for the kind; a provider's own configuration has none. */
export function hasDefinition(kind: ComposedKind): boolean {
  return isManaged(kind) && !kind.kind.endsWith('ProviderConfig');
}
