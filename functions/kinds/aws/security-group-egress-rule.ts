import { bare, defineKind } from '../card.ts';
import { awsKind, tags } from './provider.ts';

export const securityGroupEgressRule = defineKind({
  ...awsKind('ec2', 'SecurityGroupEgressRule', 'securitygroupegressrules'),
  ...bare('a filter of packets that go out, without a charge'),
  tags,
  names: [],
  effects: {},
  failures: [],
});
