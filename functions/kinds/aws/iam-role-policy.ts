import { bare, defineKind, effectsOn, externalNames, inPlace } from '../card.ts';
import { awsKind, global, untagged } from './provider.ts';

export const iamRolePolicy = defineKind({
  ...awsKind('iam', 'RolePolicy', 'rolepolicies'),
  ...bare('what a role may do, without a charge'),
  tags: untagged,
  region: global,
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  names: externalNames({ most: 128, pattern: /^[\w+=,.@-]+$/ }),
  access: { documents: [{ path: 'spec.forProvider.policy', of: 'identity' }], attached: [] },
  effects: effectsOn({ policy: inPlace('what pods with the role may do changes within seconds') }),
  failures: [
    {
      pattern: /NoSuchEntity: The role with name (\S+) cannot be found/,
      waitsFor: ({ captured }) => `role ${captured(1)}`,
      // https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/iam/role_policy.go
      example:
        'async create failed: failed to create the resource: [{0 putting IAM Role (orders) Policy (access): operation error IAM: PutRolePolicy, https response error StatusCode: 404, RequestID: 5b1d8a0c-4d1e-4d0b-9f0c-3f1a2b6c7d8e, NoSuchEntity: The role with name orders cannot be found.  []}]',
    },
    {
      pattern: /Maximum policy size of (\d+) bytes exceeded for role (\S+)/,
      says: ({ captured }) =>
        `role ${captured(2)} has other policies of its own, with which it would have more than ${captured(1)} characters: ask the platform team to take them off it`,
      // https://github.com/serverless/serverless/issues/7643
      example:
        'Maximum policy size of 10240 bytes exceeded for role orders-IamRoleCustomResourcesLa-ZKI29XIB3PPS (Service: AmazonIdentityManagement; Status Code: 409; Error Code: LimitExceeded; Request ID: 5b1d8a0c-4d1e-4d0b-9f0c-3f1a2b6c7d8e)',
    },
  ],
});
