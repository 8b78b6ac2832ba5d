import { bare, defineKind, effectsOn, inPlace } from '../card.ts';
import { awsKind, untagged } from './provider.ts';

export const s3BucketPolicy = defineKind({
  ...awsKind('s3', 'BucketPolicy', 'bucketpolicies'),
  ...bare('a setting of its bucket, without a charge'),
  tags: untagged,
  names: [],
  access: { documents: [{ path: 'spec.forProvider.policy', of: 'resource' }], attached: [] },
  effects: effectsOn({ policy: inPlace('no downtime; whom the policy of before alone let in is shut out') }),
  failures: [],
});
