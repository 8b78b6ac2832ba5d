import type { Policy } from '../../core/pipeline.ts';
import { each, holding } from '../inspect.ts';

export const encryptedInTransit: Policy = {
  id: 'encrypted-in-transit',
  severity: 'deny',
  text: 'Databases, caches, buckets and queues refuse connections without TLS.',
  why: 'Without TLS, passwords and data cross the network where others can read them, and one client with a wrong setting is enough.',
  fix:
    'Compose a ParameterGroup with `rds.force_ssl` = 1 and name it in the database; set `transitEncryptionEnabled: true` on a cache, ' +
    'with no `transitEncryptionMode` or `required`; compose a BucketPolicy or a QueuePolicy, dead-letter queues included, with a statement ' +
    'that denies every action to everybody where `aws:SecureTransport` is false, for a bucket on the bucket and its objects.',
  check: each(holding(({ inTransit }) => inTransit)),
};
