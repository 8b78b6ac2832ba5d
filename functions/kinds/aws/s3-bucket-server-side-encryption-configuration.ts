import { bare, defineKind, effectsOn, inPlace } from '../card.ts';
import { awsKind, untagged } from './provider.ts';

export const s3BucketServerSideEncryptionConfiguration = defineKind({
  ...awsKind('s3', 'BucketServerSideEncryptionConfiguration', 'bucketserversideencryptionconfigurations'),
  ...bare('a setting of its bucket, without a charge'),
  tags: untagged,
  names: [],
  effects: effectsOn({ rule: inPlace('for what is written from now on') }),
  failures: [],
});
