import { type Card, providerOf } from '../functions/core/card.ts';
import { groupKind, groupOf, type PackageDependency } from '../functions/core/kubernetes.ts';
import type { Platform } from '../functions/core/pipeline.ts';
import { composedCards } from '../functions/platform.ts';

export const distinct = (values: Iterable<string>): readonly string[] => [...new Set(values)].sort();

/** A kind as RBAC and the apiserver's paths need it. */
export type Kind = Pick<Card, 'apiVersion' | 'kind' | 'plural'>;

/** `statefulsets.apps`; `pods.` in the core group. */
export const pluralAndGroup = (kind: Kind): string => `${kind.plural}.${groupOf(kind)}`;

/** The resources of each group, as rules of RBAC and of admission list them. */
export function byGroup(kinds: readonly Kind[]): readonly { readonly apiGroups: string[]; readonly resources: string[] }[] {
  return distinct(kinds.map(groupOf)).map((apiGroup) => ({
    apiGroups: [apiGroup],
    resources: [...distinct(kinds.filter((kind) => groupOf(kind) === apiGroup).map(({ plural }) => plural))],
  }));
}

/** Every kind that any API requires objects of; the claims of APIs are the platform's own. */
export function requiredKinds({ apis }: Platform): readonly Kind[] {
  return apis.flatMap(({ requires }) => Object.values(requires).flatMap((required) => ('plural' in required ? [required] : [])));
}

/** Every kind that any backend of any API, or an added step, may compose. */
export function composedKinds(platform: Platform): readonly Card[] {
  return [...new Map(composedCards(platform).map((card) => [groupKind(card), card])).values()];
}

/** Whether a provider brings the kind; Crossplane's RBAC manager grants those. */
export function isOfProvider({ cards }: Platform, kind: Kind): boolean {
  const card = cards.get(groupKind(kind));
  return card !== undefined && providerOf(card) !== undefined;
}

/** Whether objects of the kind are for Crossplane and its providers alone to write. */
export const isOfCrossplane = (platform: Platform, card: Card): boolean => isOfProvider(platform, card) || card.broughtBy === 'Crossplane';

/** The provider packages that bring a set of kinds, each once, sorted. */
export function providersOf(cards: readonly Card[]): readonly PackageDependency[] {
  const versions = new Map(cards.flatMap((card) => providerOf(card) ?? []).map((provider) => [provider.package, provider.version]));
  return [...versions].map(([name, version]) => ({ package: name, version })).sort((a, b) => (a.package < b.package ? -1 : 1));
}
