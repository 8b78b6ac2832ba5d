import { bare, defineKind, externalNames } from '../card.ts';
import { awsKind, global, tags } from './provider.ts';

export const iamPolicy = defineKind({
  ...awsKind('iam', 'Policy', 'policies'),
  ...bare('what a role may do, without a charge'),
  tags,
  region: global,
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  names: externalNames({ most: 128, pattern: /^[\w+=,.@-]+$/ }),
  access: { documents: [{ path: 'spec.forProvider.policy', of: 'identity' }], attached: [] },
  effects: {},
  failures: [],
});
