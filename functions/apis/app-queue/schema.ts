import * as z from 'zod';
import { adoptField, adoptRules } from '../../core/adopt.ts';
import { bindingHead } from '../../core/binding.ts';
import { field, type SettingsOf, setting } from '../../core/field.ts';
import { deletionField } from '../../core/protection.ts';
import { serviceAccountName } from '../../core/service-account.ts';
import { runningField } from '../../core/stop.ts';
import { ttlField, ttlRules } from '../../core/ttl.ts';

/** What names made for a claim end with. */
export const suffix = 'queue';

const backendNames = ['container', 'sqs'] as const;

/** How the names of queues end. AWS asks for `.fifo`, and for a dead-letter queue of the same sort. */
export const deadLetters = '-dead-letters';
export const fifoSuffix = (fifo: boolean) => (fifo ? '.fifo' : '');

const serviceAccounts = z.array(serviceAccountName).max(20).default([]).meta({ 'x-kubernetes-list-type': 'set' });

export const fields = {
  backend: setting(z.enum(backendNames), { text: 'What the queue is realised with.', default: { dev: 'container', prod: 'sqs' } }),
  fifo: field(z.boolean().default(false), {
    text: 'Messages of a group come in order, and equal ones within five minutes once.',
    change: 'never',
    example: true,
  }),
  visibilityTimeoutSeconds: field(z.int().min(0).max(43_200), {
    text: 'How long a message that was received is hidden from other consumers, unless it is deleted before.',
    unit: 'seconds',
    default: { dev: 30 },
    example: 600,
  }),
  retentionDays: field(z.int().min(1).max(13), {
    text: 'Days that a message waits at most, from when it was sent; dead letters are kept until 14 days after they were sent (fifo: after they were moved). A container keeps messages until its pod is replaced.',
    unit: 'days',
    default: { dev: 4 },
    example: 13,
    lessDeletes: { sqs: 'deletes messages that are older than it says now' },
  }),
  maxReceives: field(z.int().min(1).max(1000), {
    text: 'After how many receives a message that was not deleted goes to the dead-letter queue.',
    default: { dev: 5 },
    example: 3,
  }),
  consumers: field(serviceAccounts, {
    text: 'Service accounts of the namespace that may receive and delete messages, and redrive dead letters, which includes sending. Each needs an AppIdentity on sqs; on a container the list restricts nothing: it serves every pod of the namespace.',
    example: ['worker', 'orders'],
  }),
  producers: field(serviceAccounts, {
    text: 'Service accounts of the namespace that may send messages. Each needs an AppIdentity on sqs; on a container the list restricts nothing: it serves every pod of the namespace.',
    example: ['orders'],
  }),
  deletion: deletionField('leaves the queues on sqs with their messages, and nothing of a container', {
    sqs: 'deletes the queues with their messages',
  }),
  adopt: adoptField(
    z.strictObject({
      queue: z
        .string()
        .max(80)
        .regex(/^[\w-]+(\.fifo)?$/)
        .describe('Name of a queue of SQS, in the account and region of the environment.'),
    }),
    {
      what: 'queue',
      more: 'It gets a dead-letter queue that is made for it.',
      refusedOn: { container: 'leave it out' },
      example: { queue: 'legacy-orders' },
    },
  ),
  running: runningField,
  ttlHours: ttlField,
};
export type QueueSettings = SettingsOf<typeof fields>;

export const rules = [
  ...ttlRules,
  ...adoptRules,
  {
    rule: "!has(self.adopt) || self.adopt.queue.endsWith('.fifo') == self.fifo",
    message: 'fifo has to be what the queue of adopt is: true where its name ends with .fifo',
  },
];

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
