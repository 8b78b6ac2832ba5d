import * as z from 'zod';
import { bindingHead } from '../../core/binding.ts';
import { backendField, immutable, serviceAccountName } from '../../core/fields.ts';
import { deletionField } from '../../core/protection.ts';

/** What names made for a claim end with. */
export const suffix = 'queue';

const backendNames = ['container', 'sqs'] as const;

/** How the names of queues end. AWS asks for `.fifo`, and for a dead-letter queue of the same sort. */
export const deadLetters = '-dead-letters';
export const fifoSuffix = (fifo: boolean) => (fifo ? '.fifo' : '');

const fields = {
  visibilityTimeoutSeconds: z
    .int()
    .min(0)
    .max(43_200)
    .describe('How long a message that was received is hidden from other consumers, unless it is deleted before. Default by tier.'),
  retentionDays: z
    .int()
    .min(1)
    .max(13)
    .describe(
      'Days that a message waits at most, from when it was sent; dead letters are kept until 14 days after they were sent (fifo: after they were moved). A container keeps messages until its pod is replaced. Default by tier.',
    ),
  maxReceives: z
    .int()
    .min(1)
    .max(1000)
    .describe('After how many receives a message that was not deleted goes to the dead-letter queue. Default by tier.'),
  deletion: deletionField('leaves the queues on sqs with their messages, and nothing of a container'),
};

const serviceAccounts = z.array(serviceAccountName).max(20).default([]).meta({ 'x-kubernetes-list-type': 'set' });

export const spec = z.object({
  fifo: z
    .boolean()
    .default(false)
    .meta(immutable('fifo'))
    .describe('Messages of a group come in order, and equal ones within five minutes once. Never changes.'),
  visibilityTimeoutSeconds: fields.visibilityTimeoutSeconds.optional(),
  retentionDays: fields.retentionDays.optional(),
  maxReceives: fields.maxReceives.optional(),
  consumers: serviceAccounts.describe(
    'Service accounts of the namespace that may receive and delete messages, and redrive dead letters, which includes sending. Each needs an AppIdentity on sqs; on a container the list restricts nothing: it serves every pod of the namespace.',
  ),
  producers: serviceAccounts.describe(
    'Service accounts of the namespace that may send messages. Each needs an AppIdentity on sqs; on a container the list restricts nothing: it serves every pod of the namespace.',
  ),
  deletion: fields.deletion.optional(),
});

export const specRules = [];

export const profile = z.strictObject({ ...fields, backend: backendField(backendNames, 'queue') });

export type Profile = z.output<typeof profile>;
export type QueueSettings = Readonly<Profile & Pick<z.output<typeof spec>, 'fifo' | 'consumers' | 'producers'>>;

export const status = z.object({
  url: z.string().optional().describe('URL of the queue.'),
});

export const binding = z.strictObject({
  ...bindingHead('sqs', backendNames),
  queue: z.string().min(1).describe('Name of the queue.'),
  uri: z.url().describe('URL of the queue.'),
  'dead-letter-uri': z.url().describe('URL of its dead-letter queue.'),
  region: z.string().min(1).describe('Region to sign requests for.'),
  endpoint: z.url().describe('URL of the service.'),
  config: z.string().startsWith('[default]\n').describe('A file for AWS_CONFIG_FILE, with which every AWS SDK finds the service.'),
});
export type Binding = z.output<typeof binding>;
