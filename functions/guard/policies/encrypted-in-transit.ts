import type { Policy } from '../../core/pipeline.ts';
import { asking } from '../inspect.ts';

export const encryptedInTransit: Policy = {
  id: 'encrypted-in-transit',
  severity: 'deny',
  text: 'Databases, caches, buckets and queues refuse connections without TLS.',
  why: 'Without TLS, passwords and data cross the network where others can read them, and one client with a wrong setting is enough.',
  fix:
    'Set what the table below asks of the kind. What AWS keeps apart, such as the policy of a bucket or a queue, dead-letter queues included, is composed beside it ' +
    'and names it; its statement is about the bucket and its objects.',
  ...asking(({ inTransit }) => inTransit),
};
