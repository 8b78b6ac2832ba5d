import type { Policy } from '../../core/pipeline.ts';
import { asking } from '../inspect.ts';

export const encryptedAtRest: Policy = {
  id: 'encrypted-at-rest',
  severity: 'deny',
  text: 'Databases, caches, buckets and queues are encrypted at rest.',
  why: 'Whoever gets hold of a disk, a snapshot or a backup could read the data. Most of them cannot be encrypted later without a copy.',
  fix: 'Set what the table below asks of the kind. What AWS keeps apart, such as the encryption of a bucket, is composed beside it and names it.',
  ...asking(({ atRest }) => atRest),
};
