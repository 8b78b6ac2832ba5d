import { bare, defineKind, externalNames } from '../card.ts';
import { awsKind, global, untagged } from './provider.ts';

export const iamRolePolicy = defineKind({
  ...awsKind('iam', 'RolePolicy', 'rolepolicies'),
  ...bare('what a role may do, without a charge'),
  tags: untagged,
  region: global,
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  names: externalNames({ most: 128, pattern: /^[\w+=,.@-]+$/ }),
  access: { documents: [{ path: 'spec.forProvider.policy', of: 'identity' }], attached: [] },
  effects: {},
  failures: [],
});
