import { describe, expect, test } from 'vitest';
import { contract } from '../../../test/contract.ts';
import { awsIn, besides, environmentConfig, everything, observedAfter, queueDetails, stepRequest } from '../../../test/request.ts';
import { sharedConfig } from '../../aws/shared-config.ts';
import { apiVersion } from '../../core/group.ts';
import { at, type KubernetesObject } from '../../core/kubernetes.ts';
import type { ObservedResource } from '../../core/step.ts';
import { expand } from '../../expand/expand.ts';
import { guard } from '../../guard/guard.ts';
import { appQueue } from './index.ts';

const identity = (name: string, spec: object = {}, status?: object): KubernetesObject => ({
  apiVersion,
  kind: 'AppIdentity',
  metadata: { name, namespace: 'shop', uid: `uid-of-${name}` },
  spec,
  ...(status && { status }),
});

contract(appQueue, {
  details: queueDetails,
  apart: ['adopt', 'ttlHours'],
  claims: [identity('orders'), identity('jobs', { serviceAccount: 'worker' })],
  secretKeys: [],
  checkBinding({ provider, queue, uri, endpoint, region, config, 'dead-letter-uri': deadLetterUri }) {
    if (provider === 'container') expect(uri).toBe(`${endpoint}/000000000000/${queue}`);
    expect([uri?.split('/').slice(0, 3).join('/'), deadLetterUri?.split('/').slice(0, 3).join('/')]).toEqual([endpoint, endpoint]);
    expect(config).toContain(`\nregion = ${region}\n`);
  },
});

type Aws = Partial<(typeof everything)['aws']>;

const given = (tier: 'dev' | 'prod', spec: object = {}, aws: Aws = {}, environment = tier as string) => ({
  kind: 'AppQueue',
  spec,
  environment,
  environments: [environmentConfig(environment, { ...everything, tier, aws: { ...everything.aws, ...aws } })],
  claims: [identity('orders')],
});

type Given = ReturnType<typeof given>;

/** What is there once the queues are made. */
function settled(which: Given) {
  const made = observedAfter(expand(stepRequest(which)), queueDetails);
  const response = expand(stepRequest({ ...which, observed: made }));
  return { observed: observedAfter(response, queueDetails), ...(response.status && { status: response.status }) };
}

const forProvider = (response: ReturnType<typeof expand>, key: string, ...field: readonly string[]) =>
  at(response.desired[key]?.object, 'spec', 'forProvider', ...field);

/** What the identity of service account `orders` gives it once the queues are made. */
const statements = (which: Given) => {
  const { objects } = besides({ ...which, observed: observedAfter(expand(stepRequest(which)), queueDetails) });
  const policy = objects.find(({ metadata }) => metadata?.name === 'orders-identity-access');
  return JSON.parse(String(at(policy, 'spec', 'forProvider', 'policy'))).Statement;
};

describe('sqs', () => {
  test('is found by the URL that SQS answered with, on whatever host, and by no other', () => {
    const state = settled(given('prod'));
    const own = 'prod-shop-orders-ijhvkrv9it0hkrq1';
    const named = (url: string) => {
      const queue = state.observed['queue'] as ObservedResource;
      const metadata = { ...queue.object.metadata, annotations: { 'crossplane.io/external-name': url } };
      const observed = { ...state.observed, queue: { ...queue, object: { ...queue.object, metadata } } };
      return expand(stepRequest({ ...given('prod'), observed })).desired['queue']?.object.metadata?.annotations?.[
        'crossplane.io/external-name'
      ];
    };
    const account = everything.aws.accountId;
    const derived = `https://sqs.eu-west-1.amazonaws.com/${account}/${own}`;
    const answered = [`https://eu-west-1.queue.amazonaws.com/${account}/${own}`, `http://localhost:4566/${account}/${own}`];
    expect(answered.map(named)).toEqual(answered);
    expect(
      [
        `https://sqs.eu-west-1.amazonaws.com/${account}/payroll`,
        `https://sqs.eu-west-1.amazonaws.com/999999999999/${own}`,
        `https://sqs.eu-west-1.amazonaws.com/999999999999/payroll?/${account}/${own}`,
        `/${account}/${own}`,
      ].map(named),
    ).toEqual([derived, derived, derived, derived]);
  });

  test('keeps what AWS fixed, the key and the account, whatever the environment says later', () => {
    const which = given('prod', { fifo: true, consumers: ['orders'] });
    const state = settled(which);
    const moved = given('prod', which.spec, {
      ...awsIn('us-east-1'),
      accountId: '999999999999',
      kmsKeyArn: 'arn:aws:kms:us-east-1:999999999999:key/2',
    });
    const [before, after] = [which, moved].map((each) => expand(stepRequest({ ...each, ...state })));
    expect(after?.desired).toEqual(before?.desired);
    expect(before?.refusal).toBeUndefined();
  });

  test('does not move to another environment, where another account may have the queue', () => {
    const state = settled(given('prod'));
    const request = stepRequest({ ...given('prod', {}, {}, 'prod-us'), ...state });
    const { desired, status = {} } = expand(request);
    const { refusal } = guard({ ...request, desired, desiredStatus: status });
    const lost = 'which cannot change without losing the data';
    const url = 'https://sqs.eu-west-1.amazonaws.com/111122223333/prod-';
    expect(refusal).toEqual({
      reason: 'WouldReplace',
      message:
        'cannot apply: dead-letter-queue (Queue orders-queue-dead-letter-queue): metadata.annotations.crossplane.io/external-name: ' +
        `got "${url}us-sh… (98 characters), want "${url}shop-… (95 characters), ${lost}; ` +
        'dead-letter-queue (Queue orders-queue-dead-letter-queue): spec.forProvider.name: got "prod-us-shop-orders-o84oi0o9ft3ltc8k-dead-letters", ' +
        `want "prod-shop-orders-ijhvkrv9it0hkrq1-dead-letters", ${lost}; ` +
        'queue (Queue orders-queue-queue): metadata.annotations.crossplane.io/external-name: ' +
        `got "${url}us-sh… (85 characters), want "${url}shop-… (82 characters), ${lost}; ` +
        `queue (Queue orders-queue-queue): spec.forProvider.name: got "prod-us-shop-orders-o84oi0o9ft3ltc8k", want "prod-shop-orders-ijhvkrv9it0hkrq1", ${lost}; ` +
        'if that loss is meant, run: kubectl annotate appqueue orders --namespace shop --overwrite platform.internal/acknowledge=' +
        'replace-5pjvkih7d1v6ra2f,replace-5525ungvsfkednst,replace-183siv7nu0sjo0dh,replace-r70n0vqegbrqtpnj',
    });
  });

  test('is encrypted with the key of the environment, or else with the one of SQS, and never asks for both', () => {
    const encryption = ({ environments, ...rest }: Given) => {
      const response = expand(stepRequest({ ...rest, environments }));
      return ['queue', 'dead-letter-queue'].flatMap((key) =>
        ['kmsMasterKeyId', 'sqsManagedSseEnabled'].map((field) => forProvider(response, key, field)),
      );
    };
    const { kmsKeyArn, ...aws } = everything.aws ?? {};
    const without = {
      ...given('prod'),
      environments: [environmentConfig('prod', { ...everything, tier: 'prod', aws })],
    };
    expect(encryption(given('prod'))).toEqual([kmsKeyArn, undefined, kmsKeyArn, undefined]);
    expect(encryption(without)).toEqual([undefined, true, undefined, true]);
    expect(statements({ ...without, spec: { producers: ['orders'] } })).toEqual([
      {
        Effect: 'Allow',
        Action: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
        Resource: ['arn:aws:sqs:eu-west-1:111122223333:prod-shop-orders-ijhvkrv9it0hkrq1'],
      },
    ]);
  });

  test('names its queues within the limit of SQS, however long the claim is named', () => {
    const environment = 'e'.repeat(63);
    const response = expand(stepRequest({ ...given('prod', { fifo: true }, {}, environment), name: 'o'.repeat(40) }));
    expect([forProvider(response, 'queue', 'name'), forProvider(response, 'dead-letter-queue', 'name')]).toEqual([
      `${'e'.repeat(45)}-1h5jbu9398bmtfsi.fifo`,
      `${'e'.repeat(45)}-1h5jbu9398bmtfsi-dead-letters.fifo`,
    ]);
  });

  test('gives the binding only once both queues are there', () => {
    const first = expand(stepRequest(given('prod')));
    expect([first.desired['binding'], first.claimReady]).toEqual([undefined, false]);
    const { conditions } = expand(stepRequest({ ...given('prod'), observed: observedAfter(first) }));
    expect(conditions.at(-1)?.message).toBe('Secret orders-queue waits for the queue and its dead-letter queue');
  });

  test('waits for the AppIdentity of a service account that has none', () => {
    const which = given('prod', { consumers: ['orders', 'worker'] });
    const { observed } = settled(which);
    const { conditions } = expand(stepRequest({ ...which, observed, ...besides({ ...which, observed }) }));
    expect(conditions.at(-1)).toEqual({
      type: 'Provisioned',
      status: 'False',
      reason: 'Waiting',
      message:
        'ServiceAccount worker waits for an AppIdentity of service account worker, which gives it a role: apply one with spec.serviceAccount: worker',
    });
  });

  test('waits for a role where the identity of the environment makes none', () => {
    const which = {
      ...given('prod', { consumers: ['worker'] }),
      claims: [identity('jobs', { serviceAccount: 'worker' }, { backend: 'container' })],
    };
    const { claimReady, conditions } = expand(stepRequest({ ...which, ...settled(which) }));
    expect([claimReady, conditions.at(-1)?.message]).toEqual([
      false,
      'ServiceAccount worker waits for a role of AppIdentity jobs, which has none in environment prod: ask the platform team to set data.defaults.AppIdentity.backend to podidentity in EnvironmentConfig prod',
    ]);
  });

  test('lets its consumers do what its producers may, and both use the key through SQS alone', () => {
    const queue = 'arn:aws:sqs:eu-west-1:111122223333:prod-shop-orders-ijhvkrv9it0hkrq1';
    const useKey = {
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: [everything.aws?.kmsKeyArn],
      Condition: { StringEquals: { 'kms:ViaService': 'sqs.eu-west-1.amazonaws.com' } },
    };
    expect(statements(given('prod', { producers: ['orders'] }))).toEqual([
      useKey,
      { Effect: 'Allow', Action: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'], Resource: [queue] },
    ]);
    expect(statements(given('prod', { consumers: ['orders'], producers: ['orders'] }))).toEqual([
      useKey,
      {
        Effect: 'Allow',
        Action: [
          'sqs:CancelMessageMoveTask',
          'sqs:ChangeMessageVisibility',
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
          'sqs:GetQueueUrl',
          'sqs:ListDeadLetterSourceQueues',
          'sqs:ListMessageMoveTasks',
          'sqs:ReceiveMessage',
          'sqs:StartMessageMoveTask',
        ],
        Resource: [`${queue}-dead-letters`],
      },
      {
        Effect: 'Allow',
        Action: [
          'sqs:ChangeMessageVisibility',
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
          'sqs:GetQueueUrl',
          'sqs:ReceiveMessage',
          'sqs:SendMessage',
        ],
        Resource: [queue],
      },
    ]);
  });

  test('keeps a message for fewer days than its dead letters, which count from when it was sent', () => {
    expect(expand(stepRequest(given('prod', { retentionDays: 14 }))).refusal?.message).toBe(
      'cannot use AppQueue "orders": spec.retentionDays: got 14, want at most 13',
    );
  });

  test('needs the number of the account', () => {
    const { accountId, ...aws } = everything.aws ?? {};
    const environments = [environmentConfig('prod', { ...everything, tier: 'prod', aws })];
    expect(expand(stepRequest({ ...given('prod'), environments })).refusal?.message).toBe(
      'cannot use EnvironmentConfig "prod" for AppQueue with backend sqs: data.aws.accountId: missing, want string',
    );
  });
});

test('a container is replaced when its settings change, and only then', () => {
  const annotations = (spec: object) =>
    at(expand(stepRequest(given('dev', spec))).desired['server']?.object, 'spec', 'template', 'metadata', 'annotations');
  const [first, same, other] = [{ maxReceives: 3 }, { maxReceives: 3, consumers: ['orders'] }, { maxReceives: 4 }].map(annotations);
  expect(same).toEqual(first);
  expect(other).not.toEqual(first);
});

test('a shared config file says no more than it has to', () => {
  expect(sharedConfig({ region: 'eu-west-1' })).toBe('[default]\nregion = eu-west-1\n');
  expect(sharedConfig({ region: 'eu-west-1', endpoint: 'http://x:1', accessKeyId: 'a', secretAccessKey: 'b' })).toBe(
    '[default]\nregion = eu-west-1\nendpoint_url = http://x:1\naws_access_key_id = a\naws_secret_access_key = b\n',
  );
});
