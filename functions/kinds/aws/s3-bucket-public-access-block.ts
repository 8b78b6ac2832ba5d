import { bare, defineKind, effectsOn, inPlace } from '../card.ts';
import { awsKind, untagged } from './provider.ts';

export const s3BucketPublicAccessBlock = defineKind({
  ...awsKind('s3', 'BucketPublicAccessBlock', 'bucketpublicaccessblocks'),
  ...bare('a setting of its bucket, without a charge'),
  tags: untagged,
  names: [],
  effects: effectsOn({ '': inPlace('no downtime; whoever came in because it was public is shut out') }),
  failures: [],
});
