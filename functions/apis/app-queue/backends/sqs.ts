import { access, accessOf, type Grant, keyStatements, partitionOf, policyDocument, serviceHost } from '../../../aws/access.ts';
import { asFound, isAwaited } from '../../../aws/adopted.ts';
import { type Alarm, alarmKinds, alarms, notifications } from '../../../aws/alarms.ts';
import { account, key as encryptionKey } from '../../../aws/facts.ts';
import { awsResources } from '../../../aws/resources.ts';
import type { Roles } from '../../../aws/role.ts';
import { sharedConfig } from '../../../aws/shared-config.ts';
import type { Backend, Context, Expansion } from '../../../core/api.ts';
import { bind, bindingKey } from '../../../core/binding.ts';
import { type FactsOf, needsOf } from '../../../core/facts.ts';
import { at, stringAt } from '../../../core/kubernetes.ts';
import { externalNameAnnotation, policiesFor } from '../../../core/managed.ts';
import { controlPlane } from '../../../core/names.ts';
import { chargedByUse } from '../../../core/stop.ts';
import { sqsQueue } from '../../../kinds/aws/sqs-queue.ts';
import { sqsQueuePolicy } from '../../../kinds/aws/sqs-queue-policy.ts';
import { sqsQueueRedriveAllowPolicy } from '../../../kinds/aws/sqs-queue-redrive-allow-policy.ts';
import { protection, usage } from '../../../kinds/crossplane/usage.ts';
import { secret } from '../../../kinds/kubernetes/secret.ts';
import { type Binding, binding, deadLetters, fifoSuffix, type QueueSettings, suffix } from '../schema.ts';

const needs = needsOf(controlPlane, account, encryptionKey, notifications);
type Needs = FactsOf<typeof needs>;

interface Required {
  readonly roles: Roles;
}

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

function expand(context: Context<QueueSettings, Needs, Required>): Expansion {
  const { claim, settings, facts, observed, required } = context;
  const resources = awsResources(context, suffix, queueKey, policiesFor(settings.deletion, ['Delete']));
  const { nameOf, resource, externalNameOf, region, accountId, tags } = resources;
  const reported = (key: string, field: string) => stringAt(observed[key]?.object, 'status', 'atProvider', field);

  // What AWS fixes when it makes the queue stays as it was made, and so does the key, without which messages cannot be read.
  const fifo = (at(observed[queueKey]?.object, 'spec', 'forProvider', 'fifoQueue') ?? settings.fifo) === true;
  const keyOf = (key: string) =>
    observed[key] === undefined ? facts.aws.kmsKeyArn : stringAt(observed[key].object, 'spec', 'forProvider', 'kmsMasterKeyId');

  const base = externalNameOf(longestBase);
  const { adopt } = settings;
  const name = adopt?.queue ?? `${base}${fifoSuffix(fifo)}`;
  const deadLetterName = `${base}${deadLetters}${fifoSuffix(fifo)}`;
  const arnOf = (queue: string) => `arn:${partitionOf(region)}:sqs:${region}:${accountId}:${queue}`;
  const [arn, deadLetterArn] = [arnOf(name), arnOf(deadLetterName)];

  // SQS has more than one host for a queue, and the provider keeps the URL that SQS answered with; it asks its own endpoint, whatever the host.
  const urlOf = (key: string, queue: string) => {
    const path = `/${accountId}/${queue}`;
    const given = stringAt(observed[key]?.object, 'metadata', 'annotations', externalNameAnnotation) ?? '';
    const host = given.endsWith(path) ? given.slice(0, -path.length) : '';
    return /^https?:\/\/[a-z0-9.-]+(:\d+)?$/.test(host) ? given : `https://${serviceHost('sqs', region)}${path}`;
  };
  const queueOf = (key: string, forProvider: { readonly name: string; readonly [field: string]: unknown }) => {
    const kmsMasterKeyId = keyOf(key);
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

  const keys = [...new Set([queueKey, deadLetterKey].flatMap((key) => keyOf(key) ?? []))];
  const useKey = keyStatements('sqs', region, keys, 'kms:Decrypt', 'kms:GenerateDataKey');
  const grants: readonly Grant[] = [
    {
      name: 'consumers',
      serviceAccounts: settings.consumers,
      // A redrive sends the dead letters to the queue again.
      statements: [allow([...receive, 'sqs:SendMessage'], arn), allow([...receive, ...redrive], deadLetterArn), ...useKey],
    },
    { name: 'producers', serviceAccounts: settings.producers, statements: [allow(send, arn), ...useKey] },
  ];
  const granted = access(resources, grants, required.roles, observed);

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
    ...(bound.refusal && { refusal: bound.refusal }),
  };
}

/** An SQS queue and its dead-letter queue, for the service accounts that the claim names. */
export const sqs: Backend<QueueSettings, Needs, Required, keyof typeof composes> = {
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
