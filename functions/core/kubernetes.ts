interface ObjectMeta {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly generation?: number;
  readonly resourceVersion?: string;
  readonly uid?: string;
}

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** A package that others depend on, without a tag, and the versions of it that will do. */
export interface PackageDependency {
  readonly package: string;
  readonly version: string;
}

/** The API group of what has an apiVersion; empty for the core group. */
export function groupOf({ apiVersion }: { readonly apiVersion: string }): string {
  return apiVersion.slice(0, Math.max(apiVersion.indexOf('/'), 0));
}

/** How a person names a kind: `rds.aws.m.upbound.io/Instance`, or `Pod` in the core group. */
export function kindName(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): string {
  return [groupOf(object), object.kind].filter(Boolean).join('/');
}

/** `rds.aws.m.upbound.io Instance`; ` Pod` in the core group, so that no kind is a name that every object has. */
export function groupKind(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): string {
  return `${groupOf(object)} ${object.kind}`;
}

/**
 * The value at a path of own properties, or undefined where any part is missing.
 * Observed objects come from the cluster, so no part of them may be trusted to be there.
 */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}

export function stringAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}

/** What a person runs to annotate a claim. */
export function annotateCommand(claim: KubernetesObject, annotation: string, value: string): string {
  const namespace = claim.metadata?.namespace;
  const where = namespace === undefined ? '' : ` --namespace ${namespace}`;
  return `kubectl annotate ${claim.kind.toLowerCase()} ${claim.metadata?.name}${where} --overwrite ${annotation}=${value}`;
}
