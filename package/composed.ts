import { type Card, providerOf } from '../functions/core/card.ts';
import { groupKind, type PackageDependency } from '../functions/core/kubernetes.ts';
import type { Platform } from '../functions/core/pipeline.ts';

export const distinct = (values: Iterable<string>): readonly string[] => [...new Set(values)].sort();

/** Every kind that any backend of any API, or an added step, may compose. */
export function composedKinds({ apis, steps }: Pick<Platform, 'apis' | 'steps'>): readonly Card[] {
  const composed = [...apis.flatMap((api) => Object.values(api.backends)), ...steps].flatMap(({ composes = [] }) => composes);
  return [...new Map(composed.map((card) => [groupKind(card), card])).values()];
}

/** The provider packages that bring a set of kinds, each once, sorted. */
export function providersOf(cards: readonly Card[]): readonly PackageDependency[] {
  const versions = new Map(cards.flatMap((card) => providerOf(card) ?? []).map((provider) => [provider.package, provider.version]));
  return [...versions].map(([name, version]) => ({ package: name, version })).sort((a, b) => (a.package < b.package ? -1 : 1));
}
