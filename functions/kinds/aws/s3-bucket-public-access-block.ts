import { bare, defineKind } from '../card.ts';
import { awsKind, untagged } from './provider.ts';

export const s3BucketPublicAccessBlock = defineKind({
  ...awsKind('s3', 'BucketPublicAccessBlock', 'bucketpublicaccessblocks'),
  ...bare('a setting of its bucket, without a charge'),
  tags: untagged,
  names: [],
  effects: {},
  failures: [],
});
