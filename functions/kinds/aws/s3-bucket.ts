import type { KubernetesObject } from '../../core/kubernetes.ts';
import { defineKind, effectsOn, externalNames, fixedExternalName, forProvider, inPlace, none, replace } from '../card.ts';
import { externalNameOf, isFalse, isTrue, refersTo, settingOf, writtenAt } from '../fields.ts';
import { outliving } from '../outliving.ts';
import { refusingPlain } from './plain.ts';
import { awsKind, tags } from './provider.ts';
import { s3BucketPolicy } from './s3-bucket-policy.ts';
import { s3BucketPublicAccessBlock } from './s3-bucket-public-access-block.ts';
import { s3BucketServerSideEncryptionConfiguration } from './s3-bucket-server-side-encryption-configuration.ts';
import { s3BucketVersioning } from './s3-bucket-versioning.ts';

const algorithms: readonly unknown[] = ['AES256', 'aws:kms', 'aws:kms:dsse'];
const blocks = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'];

/** What S3 keeps apart from its bucket names it. */
const ofBucket = (companion: KubernetesObject, bucket: KubernetesObject) => refersTo(companion, 'bucket', bucket);

export const s3Bucket = defineKind({
  ...awsKind('s3', 'Bucket', 'buckets'),
  tags,
  access: none('a BucketPolicy has its policy document'),
  ingress: none('nobody connects to it'),
  data: {
    fixed: [fixedExternalName, ...forProvider('region')],
    growing: [],
    survives: 'everything: AWS deletes no bucket that is not empty',
  },
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  names: externalNames({
    most: 63,
    pattern:
      /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!\d+(\.\d+){3}$)[a-z0-9][a-z0-9.-]+[a-z0-9](?<!-s3alias|--ol-s3|--x-s3|--table-s3|\.mrap)$/,
  }),
  classes: none('it runs on nothing'),
  // A bucket has no snapshot that could keep what was in it.
  deletionProtection: [{ path: 'spec.forProvider.forceDestroy', want: 'false', holds: isFalse, optional: true, waivedBy: ['Delete'] }],
  finalSnapshot: none('S3 has none'),
  outliving,
  atRest: [
    {
      companion: s3BucketServerSideEncryptionConfiguration,
      belongs: ofBucket,
      want: 'one with sseAlgorithm AES256, aws:kms or aws:kms:dsse',
      holds(configuration) {
        const found = writtenAt(configuration, 'spec.forProvider.rule.*.applyServerSideEncryptionByDefault.sseAlgorithm');
        return found.length > 0 && found.every(({ value }) => algorithms.includes(value));
      },
    },
  ],
  inTransit: [
    {
      companion: s3BucketPolicy,
      belongs: ofBucket,
      ...refusingPlain('s3', (bucket) => [`:::${externalNameOf(bucket)}`, `:::${externalNameOf(bucket)}/*`]),
    },
  ],
  privacy: [
    {
      companion: s3BucketPublicAccessBlock,
      belongs: ofBucket,
      want: `one with ${blocks.join(', ')} true`,
      holds: (block) => blocks.every((field) => isTrue(settingOf(block, field))),
    },
  ],
  standby: none('S3 keeps it in more than one zone'),
  backups: [
    {
      companion: s3BucketVersioning,
      belongs: ofBucket,
      want: 'one with versioningConfiguration.status Enabled',
      holds: (versioning) => settingOf(versioning, 'versioningConfiguration', 'status') === 'Enabled',
    },
  ],
  price: {
    ids: ['s3/standard-gib-month', 's3/thousand-writes', 's3/thousand-reads'],
    items: () => [
      { use: 'S3 Standard storage', price: 's3/standard-gib-month', per: 'GiB and month', factor: 1 },
      { use: 'S3 writes and lists', price: 's3/thousand-writes', per: '1000 requests', factor: 1 },
      { use: 'S3 reads', price: 's3/thousand-reads', per: '1000 requests', factor: 1 },
    ],
  },
  adoption: { reported: {}, silent: ['forceDestroy'], renewed: {}, unfit: () => undefined },
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingBucket.html
  effects: effectsOn({
    objectLockEnabled: replace('object lock is chosen when a bucket is made'),
    forceDestroy: ({ after }) => inPlace('no downtime', after === true ? 'what is in the bucket goes when the bucket does' : undefined),
  }),
  failures: [
    {
      pattern: /\bBucketNotEmpty\b/,
      says: 'it still has objects or old versions, and S3 deletes only what is empty: the platform team decides in S3',
      // https://github.com/go-to-k/delstack/issues/114
      example:
        'operation error S3: DeleteBucket, https response error StatusCode: 409, RequestID: JV10XTTNRKPGSZNM, HostID: 9HFEwhU0nHSbNxlWuxD3isgnKdbqi2VGKMHKahGUu, api error BucketNotEmpty: The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
    },
    {
      pattern: /\bBucketAlreadyExists\b/,
      about: 'metadata.name',
      says: 'some AWS account has a bucket of the name already, choose another name',
      // https://github.com/aws/aws-sdk-go-v2/issues/1740
      example:
        'operation error S3: CreateBucket, https response error StatusCode: 409, RequestID: REDACTED, HostID: REDACTED, BucketAlreadyExists:',
    },
  ],
});
