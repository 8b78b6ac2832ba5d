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
  failures: [
    {
      pattern: /Cannot delete a policy attached to entities/,
      waitsFor: 'its attachments to go',
      // https://github.com/ekristen/aws-nuke/issues/464
      example:
        'DeleteConflict: Cannot delete a policy attached to entities.\n\tstatus code: 409, request id: cc956549-a714-41bc-b957-197c7b1f73b9',
    },
  ],
});
