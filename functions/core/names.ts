import { createHash } from 'node:crypto';

/**
 * The longest name of a claim, which people read in all that is made of it: 40, or less where the suffix is long. With the suffix
 * it is the name of a StatefulSet, whose pods carry it and a hash of 11 characters in a label of at most 63.
 */
export const maxNameLength = ({ suffix }: { readonly suffix: string }) => Math.min(40, 63 - 11 - suffix.length - 1);

/** The name of what a claim composes: `orders-database`, or `orders-database-instance` for one of its parts. */
export function composedName(claim: { readonly name: string }, suffix: string, part?: string): string {
  return [claim.name, suffix, ...(part === undefined ? [] : [part])].join('-');
}

/** What kubectl takes for the kind of an API. */
export const kubectlNames = ({
  kind,
  plural,
  shortName,
}: {
  readonly kind: string;
  readonly plural: string;
  readonly shortName?: string;
}) => [...new Set([plural, kind.toLowerCase(), ...(shortName === undefined ? [] : [shortName])])];

/** What a name is made of, from the general to the particular; the same parts give the same name for ever. */
export interface Identity {
  readonly environment: string;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
}

function digest(parts: readonly string[]): Buffer {
  return createHash('sha256').update(parts.join('\u0000')).digest();
}

function identityParts(identity: Identity): readonly string[] {
  return [identity.environment, identity.namespace, identity.kind, identity.name];
}

/**
 * A name outside the claim's namespace (in a cloud account, on a shared server): readable, at most `limit` characters, and
 * ending in a hash of the whole identity, so that no two claims share it however it was joined or cut.
 */
export function externalName(identity: Identity, limit: number, separator: '-' | '_' = '-', discriminator = ''): string {
  const hash = digest([...identityParts(identity), discriminator])
    .toString('hex')
    .slice(0, 8);
  const readable = [identity.environment, identity.namespace, identity.name]
    .join(separator)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, separator)
    .replace(/^[^a-z]+/, '');
  const head = readable.slice(0, limit - hash.length - 1).replace(/[-_]+$/, '');
  return `${head === '' ? 'c' : head}${separator}${hash}`;
}

/** A number from 0 to `count` - 1 that spreads claims evenly, and stays the same for one claim and `purpose`. */
export function spread(identity: Identity, purpose: string, count: number): number {
  return digest([...identityParts(identity), purpose]).readUInt32BE(0) % count;
}

/** A short hash of a value, for a key or a name that stands for it. */
export function shortHash(value: string): string {
  return digest([value]).toString('hex').slice(0, 8);
}
