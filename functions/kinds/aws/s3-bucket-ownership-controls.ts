import { bare, defineKind, effectsOn, inPlace } from '../card.ts';
import { awsKind, untagged } from './provider.ts';

export const s3BucketOwnershipControls = defineKind({
  ...awsKind('s3', 'BucketOwnershipControls', 'bucketownershipcontrols'),
  ...bare('a setting of its bucket, without a charge'),
  tags: untagged,
  names: [],
  effects: effectsOn({ rule: inPlace('no downtime; whom an ACL alone let in is shut out') }),
  failures: [],
});
