import { at } from '../../core/kubernetes.ts';
import { bare, defineKind } from '../card.ts';
import { isText } from '../fields.ts';
import { awsKind, untagged } from './provider.ts';

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
const named = ['private', 'bucket-owner-read', 'bucket-owner-full-control', 'log-delivery-write'];
const logDelivery = 'http://acs.amazonaws.com/groups/s3/LogDelivery';

/** Whether a grant is to one account, or to S3's own logs; every other group is of accounts of others. */
function isToOne(grant: unknown): boolean {
  const grantee = at(grant, 'grantee');
  const uri = at(grantee, 'uri');
  return uri === undefined ? isText(at(grantee, 'id')) : uri === logDelivery;
}

export const s3BucketAcl = defineKind({
  ...awsKind('s3', 'BucketACL', 'bucketacls'),
  ...bare('a setting of its bucket, without a charge'),
  tags: untagged,
  names: [],
  privacy: [
    {
      path: 'spec.forProvider.acl',
      want: `one of ${named.join(', ')}`,
      holds: (value) => named.some((acl) => acl === value),
      optional: true,
    },
    {
      path: 'spec.forProvider.accessControlPolicy',
      want: 'grants to accounts by id only',
      holds(policy) {
        const grants = at(policy, 'grant');
        return Array.isArray(grants) && grants.every(isToOne);
      },
      optional: true,
    },
  ],
  effects: {},
  failures: [],
});
