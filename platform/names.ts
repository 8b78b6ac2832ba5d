import type { Platform } from '../functions/core/pipeline.ts';
import { shown } from '../functions/core/problem.ts';

/** What the names of packages and of installed objects are made from. */
type Named = Pick<Platform, 'name'>;

export const configurationName = ({ name }: Named): string => `configuration-${name}`;
export const functionName = ({ name }: Named): string => `function-${name}`;

/** A version as a package's tag writes it. */
export const releaseTag = (version: string): string => `v${version}`;

/** The tag of what is built from a working tree: equal for equal contents, so that a tag never changes its meaning. */
export function developmentTag(version: string, contentHash: string): string {
  return `${releaseTag(version)}-dev-${contentHash.slice(0, 12)}`;
}

/** From the version of the Configuration on, its development builds included. */
export const functionVersion = (version: string): string => `>=${releaseTag(version)}-0`;
export const crossplaneVersion = '>=v2.3.0-0';

/** Where Crossplane's chart is installed, and what its packages run. */
export const crossplaneNamespace = 'crossplane-system';

/** What committed manifests name where nobody has said which registry; RFC 2606 keeps it from ever being somebody's. */
export const exampleRegistry = 'registry.example.com';

const label = '[a-z0-9]+(?:[._-]+[a-z0-9]+)*';
const registryPattern = new RegExp(`^(?=[^/]*[.:])${label}(?::[0-9]{1,5})?(?:/${label})*$`);

/** Checks a registry that a person typed. */
export function parseRegistry(value: string | undefined): string {
  const want = `want HOST[:PORT][/PREFIX] in lower case and without a scheme, such as ${exampleRegistry}/acme`;
  if (value === undefined) throw new Error(`cannot use registry: --registry: missing, ${want}`);
  if (!registryPattern.test(value)) throw new Error(`cannot use registry: --registry: got ${shown(value)}, ${want}`);
  return value;
}

/** Where a package lives in a registry, without a tag. */
export function repository(registry: string, { name }: Named, packageName: string): string {
  return `${registry}/${name}/${packageName}`;
}

/** A package and its version, as `spec.package` and `crossplane xpkg push` take it. */
export function packageReference(registry: string, named: Named, packageName: string, tag: string): string {
  return `${repository(registry, named, packageName)}:${tag}`;
}

/** The repository of a package reference, whose host may have a port. */
export function repositoryOf(reference: string): string {
  return reference.replace(/(:[^/:@]+)?(@[^/]+)?$/, '');
}

const longestLabel = 63;

/**
 * The name that Crossplane gives a package which it installs as a dependency: its repository's path as a DNS label.
 * Whoever installs the package by hand must use it too, or Crossplane installs a second one.
 */
export const installedName = (registry: string, named: Named, packageName: string): string =>
  dependencyName(repository(registry, named, packageName));

/** The same of any repository. */
export function dependencyName(reference: string): string {
  return reference
    .replace(/^[^/]+\//, '')
    .slice(0, longestLabel)
    .replace(/[./:]/g, '-')
    .replace(/[^a-z0-9-]/g, '')
    .replace(/^-+|-+$/g, '');
}
