import { bare, defineKind } from '../card.ts';
import { awsKind, global, untagged } from './provider.ts';

export const iamRolePolicyAttachment = defineKind({
  ...awsKind('iam', 'RolePolicyAttachment', 'rolepolicyattachments'),
  ...bare('what a role may do, without a charge'),
  tags: untagged,
  region: global,
  names: [],
  access: { documents: [], attached: ['spec.forProvider.policyArn'] },
  effects: {},
  failures: [
    {
      pattern: /NoSuchEntity: The role with name (\S+) cannot be found/,
      waitsFor: ({ captured }) => `role ${captured(1)}, which the identity of its service account makes: apply that if it is not there`,
      // https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/iam/role_policy_attachment.go
      example:
        'async create failed: failed to create the resource: [{0 attaching IAM Policy (arn:aws:iam::111122223333:policy/orders) to IAM Role (orders): operation error IAM: AttachRolePolicy, https response error StatusCode: 404, RequestID: 5b1d8a0c-4d1e-4d0b-9f0c-3f1a2b6c7d8e, NoSuchEntity: The role with name orders cannot be found.  []}]',
    },
  ],
});
