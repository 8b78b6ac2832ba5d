import type { FieldFact } from '../core/card.ts';

/** The largest private ranges are 10.0.0.0/8 and fc00::/7; what is larger is mostly the internet. */
const shortestPrefix = { ipv4: 8, ipv6: 7 };

function isBounded(cidr: unknown): boolean {
  if (typeof cidr !== 'string') return true;
  const prefix = /\/(\d+)$/.exec(cidr.trim())?.[1];
  return prefix === undefined || Number(prefix) >= shortestPrefix[cidr.includes(':') ? 'ipv6' : 'ipv4'];
}

/** What a list of who may come in says at most. */
export const bounded = (path: string): FieldFact => ({
  path,
  want: 'the address ranges of the clients',
  holds: isBounded,
  optional: true,
});
