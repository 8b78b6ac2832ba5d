import { bare, defineKind } from '../card.ts';
import { awsKind, untagged } from './provider.ts';

export const s3BucketOwnershipControls = defineKind({
  ...awsKind('s3', 'BucketOwnershipControls', 'bucketownershipcontrols'),
  ...bare('a setting of its bucket, without a charge'),
  tags: untagged,
  names: [],
  effects: {},
  failures: [],
});
