import type { KubernetesObject } from '../../core/kubernetes.ts';
import { dataless, defineKind, effectsOn, inPlace, none, replace } from '../card.ts';
import { bounded } from '../cidr.ts';
import { regionOf, wanted } from '../failures.ts';
import { settingOf } from '../fields.ts';
import { awsKind, untagged } from './provider.ts';

export const securityGroupRule = defineKind({
  ...awsKind('ec2', 'SecurityGroupRule', 'securitygrouprules'),
  ...dataless('a filter of packets'),
  access: none('it has no policy document'),
  inTransit: none('it filters packets, whatever is in them'),
  classes: none('it runs on nothing'),
  price: none('AWS charges nothing for it'),
  tags: untagged,
  privacy: none('its ingress says who comes in'),
  names: [],
  ingress: ['cidrBlocks', 'ipv6CidrBlocks'].map((field) => ({
    ...bounded(`spec.forProvider.${field}.*`),
    when: (rule: KubernetesObject) => settingOf(rule, 'type') !== 'egress',
  })),
  effects: effectsOn({ description: inPlace(), '': replace('the rule is deleted and made again') }),
  failures: [
    {
      pattern: /InvalidGroup(?:Id)?\.(?:NotFound|Malformed)|security group '[^']*' does not exist/,
      about: 'data.aws.clientSecurityGroupIds',
      says: (failure) => `got ${wanted(failure, 'sourceSecurityGroupId')}, want security groups that exist in ${regionOf(failure)}`,
      // https://github.com/motdotla/node-lambda/issues/162
      example: "InvalidGroup.NotFound: The security group 'sg-123abc' does not exist",
    },
  ],
});
