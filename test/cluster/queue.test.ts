import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, bindingOf, claim, eventually, get, inPod, kubectl, list, makeNamespace, ready, removeNamespaces } from './cluster.ts';

const namespace = 'queue-dev';
const queue = (name: string, spec: object) => claim(namespace, name, { ...spec }, 'AppQueue');

beforeAll(async () => {
  await removeNamespaces(namespace);
  await makeNamespace(namespace, 'dev');
  await apply(queue('orders', { visibilityTimeoutSeconds: 1, maxReceives: 2 }), queue('ordered', { fifo: true }));
  for (const name of ['orders', 'ordered']) await ready(namespace, name, 180, 'appqueue');
});
afterAll(() => removeNamespaces(namespace));

/** Runs a script with the aws command, which finds the service by the binding alone. */
async function aws(name: string, ...script: readonly string[]): Promise<string> {
  const command = ['set -e', 'url=$(cat /bindings/queue/uri) dead=$(cat /bindings/queue/dead-letter-uri)', ...script].join('\n');
  const env = { AWS_CONFIG_FILE: '/bindings/queue/config' };
  const { code, stdout, stderr } = await inPod(
    namespace,
    `${name}-queue`,
    '/bindings/queue',
    'docker.io/amazon/aws-cli:2.23.6',
    command,
    env,
  );
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

const send = (body: string, more = '') => `aws sqs send-message --queue-url "$url" --message-body ${body} ${more} >/dev/null`;
/** A line with the messages, of which the command prints either nothing or None where there are none. */
const receive = (queue: 'url' | 'dead') =>
  `echo "${queue}" $(aws sqs receive-message --queue-url "$${queue}" --wait-time-seconds 2 --max-number-of-messages 10 --query 'Messages[].Body' --output text)`;
const lines = (received: string) => received.split('\n').map((line) => line.replace(' None', ''));

test('the status and the binding say where the queue is', async () => {
  const { status } = await get('appqueue', 'orders', namespace);
  const url = 'http://orders-queue.queue-dev.svc:9324/000000000000/orders';
  expect(status).toMatchObject({ backend: 'container', url, settings: { fifo: false, visibilityTimeoutSeconds: 1, maxReceives: 2 } });
  expect(await bindingOf(namespace, 'orders', 'queue')).toMatchObject({ type: 'sqs', queue: 'orders', uri: url });
});

test('a message that is not deleted comes again, and after too many receives is a dead letter', async () => {
  const received = await aws('orders', send('hello'), ...Array.from({ length: 3 }, () => `${receive('url')}; sleep 2`), receive('dead'));
  expect(lines(received)).toEqual(['url hello', 'url hello', 'url', 'dead hello']);
});

test('a fifo queue keeps the order and drops what was sent twice', async () => {
  const messages = ['first', 'second', 'third', 'first'].map((body) => send(body, '--message-group-id group'));
  expect(lines(await aws('ordered', ...messages, receive('url')))).toEqual(['url first second third']);
  expect((await bindingOf(namespace, 'ordered', 'queue'))['queue']).toBe('ordered.fifo');
});

test('another setting reaches the server', async () => {
  await apply(queue('orders', { visibilityTimeoutSeconds: 7, maxReceives: 2 }));
  await eventually(async () => {
    const timeout = await aws(
      'orders',
      `aws sqs get-queue-attributes --queue-url "$url" --attribute-names VisibilityTimeout --query Attributes.VisibilityTimeout --output text`,
    );
    expect(timeout).toBe('7');
  });
});

test('a deleted claim takes what it made along', async () => {
  await kubectl('delete', 'appqueue', 'orders', '-n', namespace, '--timeout=120s');
  await eventually(async () => {
    const left = await list('statefulsets,services,secrets,configmaps,networkpolicies', '-n', namespace);
    expect(left.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('orders-'))).toEqual([]);
  });
});
