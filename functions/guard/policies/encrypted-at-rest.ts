import type { Policy } from '../../core/pipeline.ts';
import { each, holding } from '../inspect.ts';

export const encryptedAtRest: Policy = {
  id: 'encrypted-at-rest',
  severity: 'deny',
  text: 'Databases, caches, buckets and queues are encrypted at rest.',
  why: 'Whoever gets hold of a disk, a snapshot or a backup could read the data. Most of them cannot be encrypted later without a copy.',
  fix:
    'Set `storageEncrypted: true` on a database, `atRestEncryptionEnabled: "true"` on a cache, `sqsManagedSseEnabled: true` or a ' +
    '`kmsMasterKeyId` on a queue; compose a BucketServerSideEncryptionConfiguration that names its bucket by `bucket` or `bucketRef`.',
  check: each(holding(({ atRest }) => atRest)),
};
