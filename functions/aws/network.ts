import type { Composed } from '../core/api.ts';
import type { Card } from '../core/card.ts';
import { stringAt } from '../core/kubernetes.ts';
import { release } from '../core/managed.ts';
import { shortHash } from '../core/names.ts';
import type { ObservedResource } from '../core/step.ts';
import { securityGroup } from '../kinds/aws/security-group.ts';
import { securityGroupRule } from '../kinds/aws/security-group-rule.ts';
import type { NetworkFacts } from './facts.ts';
import type { AwsResources } from './resources.ts';

/** What `firewall` composes. */
export const firewallKinds = { 'security-group': securityGroup, 'ingress-*': securityGroupRule };

/** AWS's limit on the names of security groups and of the groups of subnets and of parameters. */
export const longestGroupName = 255;

/** The environment's subnets, in the kind of group that a service has for them. */
export function subnetGroup(
  { resource, description, tags, externalNameOf }: AwsResources,
  part: string,
  card: Card,
  aws: NetworkFacts['aws'],
): Composed {
  const forProvider = { description, subnetIds: [...aws.subnetIds].sort(), tags };
  return resource(part, card, forProvider, { externalName: externalNameOf(longestGroupName, part) });
}

/** A security group that lets the environment's clients reach one port, one rule for each source. */
export function firewall(
  resources: AwsResources,
  aws: NetworkFacts['aws'],
  observed: Readonly<Record<string, ObservedResource>>,
  port: number,
): Readonly<Record<string, Composed>> {
  const { nameOf, resource, description, tags, externalNameOf } = resources;
  // A VPC that changed under a live resource would have the group made anew, without it.
  const vpcId = stringAt(observed['security-group']?.object, 'spec', 'forProvider', 'vpcId') ?? aws.vpcId;
  const ingress = (source: string, from: object): [string, Composed] => {
    const key = `ingress-${shortHash(source)}`;
    const rule = { type: 'ingress', protocol: 'tcp', fromPort: port, toPort: port, description: `Clients of ${source}`, ...from };
    const forProvider = { ...rule, securityGroupIdRef: { name: nameOf('security-group') } };
    // A client that is taken out loses its access, even where the data would stay.
    return [key, resource(key, securityGroupRule, forProvider, { managementPolicies: release })];
  };
  return {
    'security-group': resource('security-group', securityGroup, {
      name: externalNameOf(longestGroupName, 'security-group'),
      description,
      vpcId,
      tags,
    }),
    ...Object.fromEntries(aws.clientSecurityGroupIds.map((id) => ingress(id, { sourceSecurityGroupId: id }))),
    ...Object.fromEntries(
      aws.clientCidrs.map((cidr) => ingress(cidr, cidr.includes(':') ? { ipv6CidrBlocks: [cidr] } : { cidrBlocks: [cidr] })),
    ),
  };
}
