import { bare, defineKind } from '../card.ts';
import { awsKind, untagged } from './provider.ts';

const publicAcls: readonly unknown[] = ['public-read', 'public-read-write', 'authenticated-read'];

export const s3BucketAcl = defineKind({
  ...awsKind('s3', 'BucketACL', 'bucketacls'),
  ...bare('a setting of its bucket, without a charge'),
  tags: untagged,
  names: [],
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
  privacy: [
    { path: 'spec.forProvider.acl', want: 'private', holds: (value) => !publicAcls.includes(value), optional: true },
    {
      path: 'spec.forProvider.accessControlPolicy',
      want: 'no grant to everybody',
      holds: (value) => !JSON.stringify(value).includes('http://acs.amazonaws.com/groups/global/'),
      optional: true,
    },
  ],
  effects: {},
  failures: [],
});
