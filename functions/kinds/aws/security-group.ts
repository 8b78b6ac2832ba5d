import { dataless, defineKind, effectsOn, none, replace } from '../card.ts';
import { awsKind, tags } from './provider.ts';

export const securityGroup = defineKind({
  ...awsKind('ec2', 'SecurityGroup', 'securitygroups'),
  ...dataless('a filter of packets'),
  access: none('it has no policy document'),
  inTransit: none('it filters packets, whatever is in them'),
  classes: none('it runs on nothing'),
  price: none('AWS charges nothing for it'),
  tags,
  privacy: none('its rules say who comes in'),
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
  names: [
    {
      path: ['spec', 'forProvider', 'name'],
      most: 255,
      pattern: /^[\w .:/()#,@[\]+=&;{}!$*-]*$/,
      reserved: { pattern: /^sg-/i, want: 'one that does not begin with sg-, as the ids of groups do' },
    },
  ],
  ingress: none('its rules are objects of their own: provider-aws has no field for them'),
  // https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
  effects: effectsOn({
    name: replace('its name never changes'),
    description: replace('its description never changes'),
    vpcId: replace('it stays in its VPC'),
  }),
  failures: [
    {
      pattern: /DependencyViolation: resource \S+ has a dependent object/,
      waitsFor: 'what still uses it to go',
      // https://github.com/terraform-aws-modules/terraform-aws-security-group/issues/190
      example:
        'Error deleting security group: DependencyViolation: resource sg-0e013a8ae0299f8a4 has a dependent object\n        status code: 400, request id: 719afa5c-eb05-4032-9780-70656e0f4f73',
    },
  ],
});
