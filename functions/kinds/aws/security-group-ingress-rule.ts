import { dataless, defineKind, none } from '../card.ts';
import { bounded } from '../cidr.ts';
import { awsKind, tags } from './provider.ts';

export const securityGroupIngressRule = defineKind({
  ...awsKind('ec2', 'SecurityGroupIngressRule', 'securitygroupingressrules'),
  ...dataless('a filter of packets'),
  access: none('it has no policy document'),
  inTransit: none('it filters packets, whatever is in them'),
  classes: none('it runs on nothing'),
  price: none('AWS charges nothing for it'),
  tags,
  privacy: none('its ingress says who comes in'),
  names: [],
  ingress: ['cidrIpv4', 'cidrIpv6'].map((field) => bounded(`spec.forProvider.${field}`)),
  effects: {},
  failures: [],
});
