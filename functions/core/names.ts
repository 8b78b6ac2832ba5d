import { createHash } from 'node:crypto';
import * as z from 'zod';
import { fact } from './facts.ts';

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

/**
 * The name of a control plane, which keeps what two of them make in one account, or on one server, apart. A fact of the
 * environment and nothing that a cluster has by itself, since a rebuilt control plane has to find its own again.
 */
export const controlPlane = fact(
  'controlPlane',
  z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'want at most 63 lower-case letters, digits and dashes, such as shop-eu-1')
    .describe(
      'Name of this control plane for ever, unlike that of any other that uses the same AWS account or shared server; a rebuilt control plane keeps it. All that is made outside of the cluster needs it.',
    ),
);

/** What a name is made of, from the general to the particular; the same parts give the same name for ever. */
export interface Identity {
  readonly controlPlane: string;
  readonly environment: string;
  /** Where no other may have the name: an account and a region, or a server and its port. */
  readonly place: readonly string[];
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** A value whose fields are in one order: on the wire they come in any. */
export function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, each]) => [key, inOrder(each)]));
}

/** JSON tells any two lists apart, however their items would join. */
const digest = (parts: readonly unknown[]) => sha256(JSON.stringify(inOrder(parts)));

function identityParts({ controlPlane, environment, place, namespace, kind, name }: Identity): readonly unknown[] {
  return [controlPlane, environment, place, namespace, kind, name];
}

/**
 * 80 bits, too many for anybody to find a second value of a hash that there is, or two of one hash, in sixteen of the digits
 * that every service takes in a name.
 */
export function hashOf(parts: readonly unknown[]): string {
  return BigInt(`0x${digest(parts).toString('hex', 0, 10)}`)
    .toString(32)
    .padStart(16, '0');
}

/**
 * A name outside the claim's namespace (in a cloud account, on a shared server): readable, at most `limit` characters, and
 * ending in a hash of the whole identity, so that no two claims share it however it was joined or cut.
 */
export function externalName(identity: Identity, limit: number, separator: '-' | '_' = '-', discriminator = ''): string {
  const hash = hashOf([...identityParts(identity), discriminator]);
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

/**
 * A hash of a value, for the key of one of several resources of a claim. Short, since who chooses one of the values chooses the others
 * too: nobody gains by two that meet.
 */
export function shortHash(value: string): string {
  return sha256(value).toString('hex').slice(0, 8);
}
