import { bare, defineKind, externalNames } from '../card.ts';
import { awsKind, global, tags } from './provider.ts';

export const iamRole = defineKind({
  ...awsKind('iam', 'Role', 'roles'),
  ...bare('who somebody is, without a charge'),
  tags,
  region: global,
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  names: externalNames({ most: 64, pattern: /^[\w+=,.@-]+$/ }),
  access: {
    documents: [
      { path: 'spec.forProvider.inlinePolicy.*.policy', of: 'identity' },
      { path: 'spec.forProvider.assumeRolePolicy', of: 'trust' },
    ],
    attached: ['spec.forProvider.managedPolicyArns.*'],
  },
  effects: {},
  failures: [
    {
      pattern: /Cannot delete entity, must (?:delete|detach all) policies first/,
      waitsFor: 'its policies to be detached',
      // https://github.com/awslabs/aws-orbit-workbench/issues/633
      example:
        'An error occurred (DeleteConflict) when calling the DeleteRole operation: Cannot delete entity, must delete policies first.',
    },
  ],
});
