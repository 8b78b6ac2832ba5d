import {
  type Access,
  type Accessible,
  type AccessRequired,
  access,
  accessibleOf,
  accessOf,
  areOwn,
  awsAccess,
  keyStatements,
  listed,
  partitionOf,
  serviceHost,
} from '../../../aws/access.ts';
import { asFound, isAwaited } from '../../../aws/adopted.ts';
import { type Alarm, alarmKinds, alarms, notifications } from '../../../aws/alarms.ts';
import { account, key as encryptionKey } from '../../../aws/facts.ts';
import { policyDocument } from '../../../aws/policy-document.ts';
import { awsIdentity, awsResources } from '../../../aws/resources.ts';
import { sharedConfig } from '../../../aws/shared-config.ts';
import type { Backend, Context, Expansion } from '../../../core/api.ts';
import { bind, bindingKey } from '../../../core/binding.ts';
import { type FactsOf, needsOf } from '../../../core/facts.ts';
import { at, type KubernetesObject, stringAt } from '../../../core/kubernetes.ts';
import { externalNameAnnotation, policiesFor } from '../../../core/managed.ts';
import { controlPlane, externalName } from '../../../core/names.ts';
import { chargedByUse } from '../../../core/stop.ts';
import { sqsQueue } from '../../../kinds/aws/sqs-queue.ts';
import { sqsQueuePolicy } from '../../../kinds/aws/sqs-queue-policy.ts';
import { sqsQueueRedriveAllowPolicy } from '../../../kinds/aws/sqs-queue-redrive-allow-policy.ts';
import { protection, usage } from '../../../kinds/crossplane/usage.ts';
import { secret } from '../../../kinds/kubernetes/secret.ts';
import { type Binding, binding, deadLetters, fifoSuffix, type QueueSettings, suffix } from '../schema.ts';

const needs = needsOf(controlPlane, account, encryptionKey, notifications);
type Needs = FactsOf<typeof needs>;

const composes = {
  binding: secret,
  queue: sqsQueue,
  'dead-letter-queue': sqsQueue,
  'redrive-allow': sqsQueueRedriveAllowPolicy,
  'queue-policy': sqsQueuePolicy,
  'dead-letter-policy': sqsQueuePolicy,
  ...accessOf('consumers'),
  ...accessOf('producers'),
  ...alarmKinds,
  protection: usage,
};

const queueKey = 'queue';
const deadLetterKey = 'dead-letter-queue';

const longestName = 80;
const longestBase = longestName - deadLetters.length - fifoSuffix(true).length;

const secondsPerDay = 86_400;

/** Attributes that no claim says, and that the provider would set back where nothing is said of them: what is adopted keeps them. */
const unsaid = ['deduplicationScope', 'delaySeconds', 'fifoThroughputLimit', 'maxMessageSize', 'receiveWaitTimeSeconds'];

/**
 * The longest that SQS keeps a message. On a queue that is not fifo a dead letter's days count from when it was first sent, so its
 * own queue may keep it for fewer only. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
 */
const deadLetterDays = 14;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html */
const find = ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl'];
const send = [...find, 'sqs:SendMessage'];
const receive = [...find, 'sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:ReceiveMessage'];
const redrive = ['sqs:CancelMessageMoveTask', 'sqs:ListDeadLetterSourceQueues', 'sqs:ListMessageMoveTasks', 'sqs:StartMessageMoveTask'];

const allow = (actions: readonly string[], ...resources: readonly string[]) =>
  ({ Effect: 'Allow', Action: [...actions].sort(), Resource: resources }) as const;

const tlsOnly = (arn: string) =>
  policyDocument([
    { Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: arn, Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
  ]);

const secondsPerMinute = 60;

/** What somebody is told of a queue and its dead letters. */
function alarmsOf(
  { visibilityTimeoutSeconds, maxReceives, retentionDays }: QueueSettings,
  queue: string,
  deadLetterQueue: string,
): readonly Alarm[] {
  const common = { namespace: 'AWS/SQS', statistic: 'Maximum', minutes: 5, isSilentWhenWell: true } as const;
  // By then a consumer that receives would have had every message, or have made it a dead letter.
  const allReceives = Math.max(15 * secondsPerMinute, visibilityTimeoutSeconds * maxReceives);
  return [
    {
      ...common,
      part: 'oldest-message',
      says: 'has messages that nobody receives, or that consumers are slower than their senders',
      metric: 'ApproximateAgeOfOldestMessage',
      of: [{ QueueName: queue }],
      breach: { above: Math.min(allReceives, (retentionDays * secondsPerDay) / 2) },
    },
    {
      ...common,
      part: 'dead-letters',
      says: `has dead letters: messages that were received ${maxReceives} times in vain`,
      metric: 'ApproximateNumberOfMessagesVisible',
      of: [{ QueueName: deadLetterQueue }],
      breach: { above: 0 },
    },
  ];
}

interface Made {
  readonly name: string;
  readonly deadLetterName: string;
  readonly arn: string;
  readonly deadLetterArn: string;
  readonly region: string;
  readonly accountId: string;
  readonly fifo: boolean;
}

/** What a claim makes, or has made. */
function madeBy({ said, composed, ...whose }: Accessible): Made {
  const identity = awsIdentity(whose, composed[queueKey]);
  const [accountId, region] = identity.place;
  // What AWS fixes when it makes the queue stays as it was made.
  const fifo = (at(composed[queueKey], 'spec', 'forProvider', 'fifoQueue') ?? at(said, 'fifo')) === true;
  const base = externalName(identity, longestBase);
  const name = stringAt(said, 'adopt', 'queue') ?? `${base}${fifoSuffix(fifo)}`;
  const deadLetterName = `${base}${deadLetters}${fifoSuffix(fifo)}`;
  const arnOf = (queue: string) => `arn:${partitionOf(region)}:sqs:${region}:${accountId}:${queue}`;
  return { name, deadLetterName, arn: arnOf(name), deadLetterArn: arnOf(deadLetterName), region, accountId, fifo };
}

/** So does the key, without which messages cannot be read. */
const keyOf = (queue: KubernetesObject | undefined, { aws: { kmsKeyArn } }: Accessible['facts']) =>
  queue === undefined ? kmsKeyArn : stringAt(queue, 'spec', 'forProvider', 'kmsMasterKeyId');

/** Whether a URL is one that SQS gives to a queue, which it has more than one host for. */
function isUrlOf(url: string, { accountId }: Made, queue: string): boolean {
  const path = `/${accountId}/${queue}`;
  return url.endsWith(path) && /^https?:\/\/[a-z0-9.-]+(:\d+)?$/.test(url.slice(0, -path.length));
}

function accessTo(accessible: Accessible): Access {
  const { said, facts, composed } = accessible;
  const made = madeBy(accessible);
  const { arn, deadLetterArn, region } = made;
  const [queue, deadLetterQueue] = [composed[queueKey], composed[deadLetterKey]];
  const keys = [...new Set([queue, deadLetterQueue].flatMap((each) => keyOf(each, facts) ?? []))];
  const useKey = keyStatements('sqs', region, keys, 'kms:Decrypt', 'kms:GenerateDataKey');
  return {
    isOwn: areOwn([queue, (url) => isUrlOf(url, made, made.name)], [deadLetterQueue, (url) => isUrlOf(url, made, made.deadLetterName)]),
    grants: [
      {
        name: 'consumers',
        serviceAccounts: listed(said, 'consumers'),
        // A redrive sends the dead letters to the queue again.
        statements: [allow([...receive, 'sqs:SendMessage'], arn), allow([...receive, ...redrive], deadLetterArn), ...useKey],
      },
      {
        name: 'producers',
        serviceAccounts: listed(said, 'producers'),
        within: 'consumers',
        statements: [allow(send, arn), ...useKey],
      },
    ],
  };
}

/** What is shown of queues says that they are the claim's, and which keys they need. */
export const queueAccess = awsAccess.offer({ backend: 'sqs', to: accessTo }, { [queueKey]: sqsQueue, [deadLetterKey]: sqsQueue });

function expand(context: Context<QueueSettings, Needs, AccessRequired>): Expansion {
  const { claim, settings, facts, observed } = context;
  const resources = awsResources(context, suffix, queueKey, policiesFor(settings.deletion, ['Delete']));
  const { nameOf, resource, region, accountId, tags } = resources;
  const reported = (key: string, field: string) => stringAt(observed[key]?.object, 'status', 'atProvider', field);
  const { adopt } = settings;
  const made = madeBy(accessibleOf(context));
  const { name, deadLetterName, arn, deadLetterArn, fifo } = made;

  // The provider keeps the URL that SQS answered with; it asks its own endpoint, whatever the host.
  const urlOf = (key: string, queue: string) => {
    const given = stringAt(observed[key]?.object, 'metadata', 'annotations', externalNameAnnotation) ?? '';
    return isUrlOf(given, made, queue) ? given : `https://${serviceHost('sqs', region)}/${accountId}/${queue}`;
  };
  const queueOf = (key: string, forProvider: { readonly name: string; readonly [field: string]: unknown }) => {
    const kmsMasterKeyId = keyOf(observed[key]?.object, facts);
    return resource(
      key,
      sqsQueue,
      {
        ...forProvider,
        fifoQueue: fifo,
        ...(fifo && { contentBasedDeduplication: true }),
        // Both at once are refused.
        ...(kmsMasterKeyId === undefined ? { sqsManagedSseEnabled: true } : { kmsMasterKeyId }),
        tags,
      },
      { externalName: urlOf(key, forProvider.name), adopts: key === queueKey ? adopt?.queue : undefined },
    );
  };
  const queueUrlRef = (key: string) => ({ name: nameOf(key) });
  const waits = isAwaited(adopt, observed[queueKey]);

  const granted = access(context, resources, accessTo);

  const [uri, deadLetterUri] = [reported(queueKey, 'url'), reported(deadLetterKey, 'url')];
  const fresh: Binding | undefined =
    !waits && uri && deadLetterUri
      ? {
          type: 'sqs',
          provider: 'sqs',
          queue: name,
          uri,
          'dead-letter-uri': deadLetterUri,
          region,
          endpoint: uri.split('/').slice(0, 3).join('/'),
          config: sharedConfig({ region }),
        }
      : undefined;
  const bound = bind(claim, nameOf(), binding, fresh, observed[bindingKey], 'the queue and its dead-letter queue');
  const url = (waits ? undefined : uri) ?? bound.values?.['uri'];
  return {
    resources: {
      [queueKey]: queueOf(queueKey, {
        name,
        ...(adopt !== undefined && asFound(observed[queueKey], unsaid)),
        visibilityTimeoutSeconds: settings.visibilityTimeoutSeconds,
        messageRetentionSeconds: settings.retentionDays * secondsPerDay,
        // Not a QueueRedrivePolicy: the provider copies what that sets into the spec of the Queue, and would then set it back.
        redrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetterArn, maxReceiveCount: settings.maxReceives }),
      }),
      [deadLetterKey]: queueOf(deadLetterKey, { name: deadLetterName, messageRetentionSeconds: deadLetterDays * secondsPerDay }),
      'redrive-allow': resource('redrive-allow', sqsQueueRedriveAllowPolicy, {
        queueUrlRef: queueUrlRef(deadLetterKey),
        redriveAllowPolicy: JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [arn] }),
      }),
      'queue-policy': resource(
        'queue-policy',
        sqsQueuePolicy,
        { queueUrlRef: queueUrlRef(queueKey), policy: tlsOnly(arn) },
        // What it had is looked at too.
        adopt === undefined ? {} : { externalName: urlOf('queue-policy', name), adopts: adopt.queue },
      ),
      'dead-letter-policy': resource('dead-letter-policy', sqsQueuePolicy, {
        queueUrlRef: queueUrlRef(deadLetterKey),
        policy: tlsOnly(deadLetterArn),
      }),
      ...granted.resources,
      ...bound.resources,
      ...alarms(resources, context, facts.aws.notificationTopicArn, alarmsOf(settings, name, deadLetterName)),
      // A claim that has nothing yet may go, and be made again.
      ...(waits && observed['protection'] === undefined ? {} : protection(claim, nameOf(), settings.deletion)),
    },
    pending: { ...granted.pending, ...bound.pending },
    status: { ...(url !== undefined && { url }) },
    inForce: { fifo },
    remarks: granted.remarks,
    awaiting: granted.awaiting,
    ...(bound.refusal && { refusal: bound.refusal }),
  };
}

/** An SQS queue and its dead-letter queue, for the service accounts that the claim names. */
export const sqs: Backend<QueueSettings, Needs, AccessRequired, keyof typeof composes> = {
  needs,
  composes,
  anchor: queueKey,
  stops: chargedByUse,
  explains: {
    'Queue.fifoQueue': 'fifo',
    'Queue.messageRetentionSeconds': 'retentionDays',
    'Queue.visibilityTimeoutSeconds': 'visibilityTimeoutSeconds',
  },
  expand,
};
