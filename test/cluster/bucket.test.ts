import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  apply,
  bindingOf,
  claim,
  eventually,
  get,
  inPod,
  kubectl,
  list,
  makeNamespace,
  ready,
  removeNamespaces,
  saidOf,
  tryApply,
} from './cluster.ts';

const namespace = 'bucket-dev';

const bucket = (name: string, spec: Readonly<Record<string, unknown>> = {}) => claim(namespace, name, spec, 'AppBucket');

/** The aws command with nothing but the binding; `$uri` is the bucket. */
const aws = (name: string, command: string) =>
  inPod(namespace, `${name}-bucket`, '/bindings/bucket', 'docker.io/amazon/aws-cli:2.23.6', `uri=$(cat /bindings/bucket/uri); ${command}`, {
    AWS_CONFIG_FILE: '/bindings/bucket/config',
  });

beforeAll(async () => {
  await removeNamespaces(namespace);
  await makeNamespace(namespace, 'dev');
  await apply(bucket('receipts', { versioning: true, writers: ['orders'] }));
  await ready(namespace, 'receipts', 180, 'appbucket');
});
afterAll(() => removeNamespaces(namespace));

test('the status names the bucket and where it is', async () => {
  const { status } = await get('appbucket', 'receipts', namespace);
  expect(status).toMatchObject({
    backend: 'container',
    binding: { name: 'receipts-bucket' },
    bucket: 'receipts-bucket-0',
    endpoint: 'http://receipts-bucket.bucket-dev.svc:7070',
    settings: { versioning: true, retentionDays: 30, readers: [], writers: ['orders'], deletion: 'Delete' },
  });
  expect(Object.keys(await bindingOf(namespace, 'receipts', 'bucket')).sort()).toEqual([
    'bucket',
    'config',
    'endpoint',
    'provider',
    'region',
    'type',
    'uri',
  ]);
});

test('a pod with nothing but the binding puts an object, lists it and gets it', async () => {
  const command =
    'echo kept | aws s3 cp --no-progress - $uri/2026/a.txt && aws s3 ls $uri/2026/ | cut -c 32- && aws s3 cp $uri/2026/a.txt -';
  expect(await aws('receipts', command)).toEqual({ code: 0, stdout: 'a.txt\nkept', stderr: '' });
});

test('a client that puts the name of the bucket into the host finds it there', async () => {
  const virtual = 'cp /bindings/bucket/config /tmp/config; printf "s3 =\\n  addressing_style = virtual\\n" >> /tmp/config';
  const command = `${virtual}; AWS_CONFIG_FILE=/tmp/config aws s3 cp --debug $uri/2026/a.txt - 2>&1 | grep -o 'url=http://[^,]*\\|^kept' | sort -u`;
  const url = 'url=http://receipts-bucket-0.receipts-bucket.bucket-dev.svc:7070/2026/a.txt';
  expect(await aws('receipts', command)).toEqual({ code: 0, stdout: `kept\n${url}`, stderr: '' });
});

test('what is overwritten is kept as an old version', async () => {
  const versions =
    "aws s3api list-object-versions --bucket $(cat /bindings/bucket/bucket) --query 'Versions[].[Key,IsLatest]' --output text";
  const command = `echo new | aws s3 cp --no-progress - $uri/2026/a.txt && ${versions}`;
  expect(await aws('receipts', command)).toEqual({ code: 0, stdout: '2026/a.txt\tTrue\n2026/a.txt\tFalse', stderr: '' });
});

test('a bucket that everybody may read is refused, with the reason', async () => {
  const { code, stderr } = await tryApply(bucket('open', { public: true }));
  expect([code, stderr.trim()]).toEqual([
    1,
    'The AppBucket "open" is invalid: spec.public: Invalid value: true: want false: a bucket is never public; hand out presigned URLs, or put a CDN in front of your app',
  ]);
});

test('retentionDays without versioning is refused', async () => {
  const { code, stderr } = await tryApply(bucket('unkept', { versioning: false, retentionDays: 7 }));
  expect([code, stderr.trim()]).toEqual([
    1,
    'The AppBucket "unkept" is invalid: spec: Invalid value: retentionDays is for old versions, which there are with versioning only: leave out retentionDays, or versioning: false',
  ]);
});

test('of two identities for one service account the second is refused, and names the first', async () => {
  await apply(claim(namespace, 'orders', {}, 'AppIdentity'));
  await ready(namespace, 'orders', 60, 'appidentity');
  await apply(claim(namespace, 'second', { serviceAccount: 'orders' }, 'AppIdentity'));
  await eventually(async () => {
    expect(saidOf(await get('appidentity', 'second', namespace), 'Resolved')).toEqual({
      status: 'False',
      reason: 'ServiceAccountTaken',
      message: expect.stringContaining('"orders"'),
    });
  });
});

test('deleting the claim takes what it made along', async () => {
  await kubectl('delete', 'appbucket', 'receipts', '-n', namespace, '--timeout=120s');
  await eventually(async () => {
    const left = await list('statefulsets,services,secrets,networkpolicies,pods,persistentvolumeclaims', '-n', namespace);
    expect(left.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('receipts-'))).toEqual([]);
  });
});
