import { type ComposedKind, groupOf, type PackageDependency } from '../functions/core/kubernetes.ts';
import type { Platform } from '../functions/core/pipeline.ts';

export const distinct = (values: Iterable<string>): readonly string[] => [...new Set(values)].sort();

/** Every kind that any backend of any API, or an added step, may compose. */
export function composedKinds({ apis, steps }: Platform): readonly ComposedKind[] {
  const kinds = new Map<string, ComposedKind>();
  for (const kind of [...apis.flatMap((api) => Object.values(api.backends)), ...steps].flatMap(({ composes = [] }) => composes)) {
    const name = `${kind.plural}.${groupOf(kind)}`;
    // Whoever names the provider names it for all.
    kinds.set(name, { ...kinds.get(name), ...kind });
  }
  return [...kinds.values()];
}

/** Whether a provider brings the kind; Crossplane's RBAC manager grants those. */
export const isOfProvider = (kind: ComposedKind): boolean =>
  kind.provider !== undefined || /\.m\.(upbound|crossplane)\.io$/.test(groupOf(kind));

/** Whether an activation policy has to turn the kind on; a provider's configuration kinds are always there. */
export const isManaged = (kind: ComposedKind): boolean => isOfProvider(kind) && !kind.kind.endsWith('ProviderConfig');

interface ProviderRule {
  readonly group: RegExp;
  /** What the group is replaced with. */
  readonly packageName: string;
  /** From the oldest version that creates everything that we compose. */
  readonly version: string;
}

const providerRules: readonly ProviderRule[] = [
  { group: /^([a-z0-9]+)\.aws\.m\.upbound\.io$/, packageName: 'provider-aws-$1', version: '>=v2.6.0' },
  { group: /^[a-z0-9]+\.sql\.m\.crossplane\.io$/, packageName: 'provider-sql', version: '>=v0.16.0' },
];

function knownProviderOf(composed: ComposedKind): PackageDependency {
  const group = groupOf(composed);
  const rule = providerRules.find((candidate) => candidate.group.test(group));
  if (rule === undefined) {
    throw new Error(
      `cannot find the provider of ${group} ${composed.kind}: provider: missing, want its package and version where composes lists the kind`,
    );
  }
  return { package: `xpkg.crossplane.io/crossplane-contrib/${group.replace(rule.group, rule.packageName)}`, version: rule.version };
}

/** The provider packages that serve a set of kinds, each once, sorted. */
export function providersOf(kinds: readonly ComposedKind[]): readonly PackageDependency[] {
  const known = kinds.filter((kind) => kind.provider === undefined && isOfProvider(kind)).map(knownProviderOf);
  const named = kinds.flatMap(({ provider }) => provider ?? []);
  const versions = new Map([...known, ...named].map((provider) => [provider.package, provider.version]));
  return [...versions].map(([name, version]) => ({ package: name, version })).sort((a, b) => (a.package < b.package ? -1 : 1));
}
