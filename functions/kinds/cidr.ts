import { BlockList, isIP } from 'node:net';
import type { FieldFact } from '../core/card.ts';
import { writtenAt } from './fields.ts';

/** Ranges that nothing on the internet has. https://www.iana.org/assignments/iana-ipv4-special-registry, and the same for IPv6. */
const privateRanges = (
  [
    ['10.0.0.0', 8, 'ipv4'],
    ['100.64.0.0', 10, 'ipv4'],
    ['172.16.0.0', 12, 'ipv4'],
    ['192.168.0.0', 16, 'ipv4'],
    ['fc00::', 7, 'ipv6'],
  ] as const
).map(([address, prefix, family]) => {
  const list = new BlockList();
  list.addSubnet(address, prefix, family);
  return { list, prefix, family };
});

/** How much of the internet the clients of one object can be: as much as one network of an organisation mostly has. */
const largestPublic = { ipv4: 16, ipv6: 32 };

/** How many times the largest public range a range is; none of a private one, and infinitely many of what is no range. */
function publicShare(cidr: unknown): number {
  const [, address = '', length = ''] = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(typeof cidr === 'string' ? cidr.trim() : '') ?? [];
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const prefix = Number(length);
  if (isIP(address) === 0 || length === '' || prefix > (family === 'ipv6' ? 128 : 32)) return Number.POSITIVE_INFINITY;
  const isPrivate = privateRanges.some((range) => range.family === family && prefix >= range.prefix && range.list.check(address, family));
  return isPrivate ? 0 : 2 ** (largestPublic[family] - prefix);
}

/** A list of who may come in: any private ranges, and of the internet, all public ones taken together, at most one network. */
export const bounded = (path: string): FieldFact => ({
  path,
  want: 'the address ranges of the clients',
  holds(cidr, object) {
    const share = publicShare(cidr);
    const all = writtenAt(object, path).reduce((sum, { value }) => sum + publicShare(value), 0);
    return share === 0 || all <= 1;
  },
  optional: true,
});
