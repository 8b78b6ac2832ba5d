import type { Policy } from '../../core/pipeline.ts';
import { each, fields, setting } from '../inspect.ts';

/** The largest private ranges are 10.0.0.0/8 and fc00::/7; what is larger is mostly the internet. */
const shortestPrefix = { ipv4: 8, ipv6: 7 };

function isBounded(cidr: unknown): boolean {
  if (typeof cidr !== 'string') return true;
  const prefix = /\/(\d+)$/.exec(cidr.trim())?.[1];
  return prefix === undefined || Number(prefix) >= shortestPrefix[cidr.includes(':') ? 'ipv6' : 'ipv4'];
}

const row = (kind: string, path: string) => ({
  kinds: [kind],
  path,
  want: 'the address ranges of the clients',
  holds: isBounded,
  optional: true as const,
});

export const noOpenIngress: Policy = {
  id: 'no-open-ingress',
  severity: 'deny',
  text: 'No security group and no network policy lets the internet in.',
  why: 'A password would be all that stands between the internet and the data, and scanners find an open port within minutes.',
  fix: 'Name the address ranges or the security groups of the clients. The ones of the environment are a good start.',
  check: each(
    fields([
      row('ec2.aws.m.upbound.io SecurityGroupIngressRule', 'spec.forProvider.cidrIpv4'),
      row('ec2.aws.m.upbound.io SecurityGroupIngressRule', 'spec.forProvider.cidrIpv6'),
      ...['cidrBlocks', 'ipv6CidrBlocks'].map((field) => ({
        ...row('ec2.aws.m.upbound.io SecurityGroupRule', `spec.forProvider.${field}.*`),
        when: (rule: Parameters<typeof setting>[0]) => setting(rule, 'type') !== 'egress',
      })),
      row('ec2.aws.m.upbound.io SecurityGroup', 'spec.forProvider.ingress.*.cidrBlocks.*'),
      row('ec2.aws.m.upbound.io SecurityGroup', 'spec.forProvider.ingress.*.ipv6CidrBlocks.*'),
      row('networking.k8s.io NetworkPolicy', 'spec.ingress.*.from.*.ipBlock.cidr'),
    ]),
  ),
};
