import { at, type KubernetesObject } from '../../core/kubernetes.ts';
import { shown } from '../../core/problem.ts';
import { defineKind, deleting, effectsOn, fixedExternalName, forProvider, inPlace, none, replace } from '../card.ts';
import { isText, refersTo, settingOf } from '../fields.ts';
import { outliving } from '../outliving.ts';
import { got } from '../price.ts';
import { refusingPlain } from './plain.ts';
import { awsKind, tags } from './provider.ts';
import { isFewer } from './retention.ts';
import { sqsQueuePolicy } from './sqs-queue-policy.ts';

const soon = 'no downtime; takes up to 60 seconds, and a new retention up to 15 minutes';

const isFifo = (queue: KubernetesObject) => settingOf(queue, 'fifoQueue') === true;

/** A queue's external name is its URL, which AWS makes of region, account and name. */
function ofQueue(companion: KubernetesObject, queue: KubernetesObject): boolean {
  const [url, name, region] = [settingOf(companion, 'queueUrl'), settingOf(queue, 'name'), settingOf(queue, 'region')];
  const isItsUrl = isText(url) && isText(name) && isText(region) && url.startsWith(`https://sqs.${region}.`) && url.endsWith(`/${name}`);
  return isItsUrl || refersTo(companion, 'queueUrl', queue);
}

export const sqsQueue = defineKind({
  ...awsKind('sqs', 'Queue', 'queues'),
  tags,
  access: { documents: [{ path: 'spec.forProvider.policy', of: 'resource' }], attached: [] },
  ingress: none('nobody connects to it'),
  privacy: none('its policy says who may use it'),
  data: { fixed: [fixedExternalName, ...forProvider('region', 'name', 'fifoQueue')], growing: [], survives: 'nothing' },
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
  names: [
    { path: ['spec', 'forProvider', 'name'], most: 80, pattern: /^[\w-]+\.fifo$/, when: isFifo },
    { path: ['spec', 'forProvider', 'name'], most: 80, pattern: /^[\w-]+$/, when: (queue) => !isFifo(queue) },
  ],
  classes: none('it runs on nothing'),
  deletionProtection: none('SQS has none'),
  finalSnapshot: none('SQS has none'),
  outliving,
  atRest: [
    {
      path: 'spec.forProvider.sqsManagedSseEnabled',
      want: 'true, or a kmsMasterKeyId',
      holds: (value, queue) => value === true || isText(settingOf(queue, 'kmsMasterKeyId')),
    },
  ],
  inTransit: [
    {
      companion: sqsQueuePolicy,
      belongs: ofQueue,
      ...refusingPlain('sqs', (queue) => (isText(settingOf(queue, 'name')) ? [`:${settingOf(queue, 'name')}`] : [':*'])),
    },
  ],
  standby: none('SQS keeps it in more than one zone'),
  backups: none('SQS has none'),
  price: {
    ids: ['sqs/standard-million-requests', 'sqs/fifo-million-requests'],
    items(object) {
      const fifo = at(object, 'spec', 'forProvider', 'fifoQueue') ?? false;
      if (typeof fifo !== 'boolean') return [got('spec.forProvider.fifoQueue', fifo, 'boolean')];
      return [
        fifo
          ? { use: 'SQS FIFO requests', price: 'sqs/fifo-million-requests', per: 'million requests', factor: 1 }
          : { use: 'SQS requests', price: 'sqs/standard-million-requests', per: 'million requests', factor: 1 },
      ];
    },
  },
  adoption: {
    reported: {},
    silent: [],
    renewed: {},
    unfit(atProvider, forProvider) {
      const [runs, would] = [atProvider, forProvider].map((of) => at(of, 'kmsMasterKeyId') ?? '');
      return runs === '' || runs === would
        ? undefined
        : `its messages are encrypted with key ${shown(runs)}, which who receives here may not use: once it is empty, have the platform team take the key from it in SQS`;
    },
  },
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
  effects: effectsOn({
    fifoQueue: replace('a queue stays of the type that it was made with; its messages would be lost'),
    messageRetentionSeconds: ({ before, after }) =>
      deleting(isFewer(before, after) ? 'deletes messages that are older than it says now' : undefined, soon),
    ...Object.fromEntries(
      [
        'contentBasedDeduplication',
        'deduplicationScope',
        'delaySeconds',
        'fifoThroughputLimit',
        'kmsDataKeyReusePeriodSeconds',
        'kmsMasterKeyId',
        'maxMessageSize',
        'policy',
        'receiveWaitTimeSeconds',
        'redriveAllowPolicy',
        'redrivePolicy',
        'sqsManagedSseEnabled',
        'visibilityTimeoutSeconds',
      ].map((field) => [field, inPlace(soon)]),
    ),
  }),
  failures: [
    {
      pattern: /QueueDeletedRecently|wait 60 seconds after deleting a queue/,
      waitsFor: 'AWS to free the name of a queue that was deleted less than a minute ago',
      // https://github.com/hashicorp/terraform-provider-aws/pull/3113
      example:
        'Error creating SQS queue: AWS.SimpleQueueService.QueueDeletedRecently: You must wait 60 seconds after deleting a queue before you can create another with the same name.\n\tstatus code: 400, request id: 8f81b2fe-c49a-5819-abb2-e01f98ce0b03',
    },
    {
      pattern: /Dead letter target does not exist/,
      waitsFor: 'its dead-letter queue',
      // https://github.com/serverless/serverless/issues/5215
      example:
        'async create failed: failed to create the resource: [{0 creating SQS Queue (orders): operation error SQS: CreateQueue, https response error StatusCode: 400, RequestID: 8f81b2fe-c49a-5819-abb2-e01f98ce0b03, InvalidParameterValue: Value {"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:orders-dead-letters","maxReceiveCount":5} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.  []}]',
    },
  ],
});
