import type { Policy } from '../../core/pipeline.ts';
import { companions, each, fields, isText, isTrue, kinds, ofBucket, setting, writtenAt } from '../inspect.ts';

const algorithms: readonly unknown[] = ['AES256', 'aws:kms', 'aws:kms:dsse'];

export const encryptedAtRest: Policy = {
  id: 'encrypted-at-rest',
  severity: 'deny',
  text: 'Databases, caches, buckets and queues are encrypted at rest.',
  why: 'Whoever gets hold of a disk, a snapshot or a backup could read the data. Most of them cannot be encrypted later without a copy.',
  fix:
    'Set `storageEncrypted: true` on a database, `atRestEncryptionEnabled: "true"` on a cache, `sqsManagedSseEnabled: true` or a ' +
    '`kmsMasterKeyId` on a queue; compose a BucketServerSideEncryptionConfiguration that names its bucket by `bucket` or `bucketRef`.',
  check: each(
    fields([
      { kinds: [kinds.instance, kinds.cluster], path: 'spec.forProvider.storageEncrypted', want: 'true', holds: isTrue },
      {
        kinds: [kinds.replicationGroup],
        path: 'spec.forProvider.atRestEncryptionEnabled',
        want: '"true"',
        holds: (value) => value === 'true',
      },
      {
        kinds: [kinds.queue],
        path: 'spec.forProvider.sqsManagedSseEnabled',
        want: 'true, or a kmsMasterKeyId',
        holds: (value, queue) => value === true || isText(setting(queue, 'kmsMasterKeyId')),
      },
    ]),
    companions([
      {
        of: kinds.bucket,
        kind: 's3.aws.m.upbound.io BucketServerSideEncryptionConfiguration',
        belongs: ofBucket,
        want: 'one with sseAlgorithm AES256, aws:kms or aws:kms:dsse',
        holds: (configuration) => {
          const found = writtenAt(configuration, 'spec.forProvider.rule.*.applyServerSideEncryptionByDefault.sseAlgorithm');
          return found.length > 0 && found.every(({ value }) => algorithms.includes(value));
        },
      },
    ]),
  ),
};
