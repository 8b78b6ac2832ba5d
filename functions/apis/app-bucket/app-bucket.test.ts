import { describe, expect, test } from 'vitest';
import { contract } from '../../../test/contract.ts';
import { environmentConfig, everything, observedAfter, stepRequest } from '../../../test/request.ts';
import { apiVersion } from '../../core/group.ts';
import { at } from '../../core/kubernetes.ts';
import type { ObservedResource } from '../../core/step.ts';
import type { Tier } from '../../core/tier.ts';
import { expand } from '../../expand/expand.ts';
import { guard } from '../../guard/guard.ts';
import { appBucket } from './index.ts';

const identity = (name: string, status?: object) => ({
  apiVersion,
  kind: 'AppIdentity',
  metadata: { name, namespace: 'shop' },
  spec: {},
  ...(status && { status }),
});
const identities = ['checkout', 'orders', 'reports'].map((name) => identity(name));

contract(appBucket, {
  claims: identities,
  apart: ['adopt', 'ttlHours'],
  secretKeys: ['config'],
  checkBinding({ bucket, region, endpoint, uri, config }) {
    expect(uri).toBe(`s3://${bucket}`);
    expect(config).toMatch(new RegExp(`^\\[default\\]\nregion = ${region}\n`));
    expect(new URL(endpoint ?? '').pathname).toBe('/');
  },
});

interface Situation {
  readonly spec?: object;
  readonly tier?: Tier;
  readonly backend?: 'container' | 's3';
  readonly facts?: object;
  readonly aws?: object;
  readonly defaults?: object;
  readonly claims?: readonly ReturnType<typeof identity>[];
  readonly observed?: Readonly<Record<string, ObservedResource>>;
  readonly status?: unknown;
  readonly name?: string;
}

function request({ spec = {}, tier = 'prod', backend = 's3', facts, aws, defaults, claims = identities, ...rest }: Situation) {
  const data = { ...everything, ...facts, tier, aws: { ...everything.aws, ...aws }, defaults: { AppBucket: { backend, ...defaults } } };
  return stepRequest({ kind: 'AppBucket', spec, environment: tier, environments: [environmentConfig(tier, data)], claims, ...rest });
}
const run = (situation: Situation) => expand(request(situation));
const forProvider = ({ desired }: ReturnType<typeof run>, key: string, ...path: readonly string[]) =>
  at(desired[key]?.object, 'spec', 'forProvider', ...path);
const statements = (response: ReturnType<typeof run>, key: string) => JSON.parse(String(forProvider(response, key, 'policy'))).Statement;

test('a public bucket is refused, with the reason', () => {
  expect(run({ spec: { public: true } }).refusal).toEqual({
    reason: 'ClaimInvalid',
    message:
      'cannot use AppBucket "orders": spec.public: got true, want false: a bucket is never public; hand out presigned URLs, or put a CDN in front of your app',
  });
});

test('prod keeps old versions for a week, whatever the claim and the environment say', () => {
  const refusal = (situation: Situation) => {
    const given = request(situation);
    const { desired, status = {} } = expand(given);
    return guard({ ...given, desired, desiredStatus: status }).refusal?.message;
  };
  const days =
    'lifecycle (BucketLifecycleConfiguration orders-bucket-lifecycle): spec.forProvider.rule.1.noncurrentVersionExpiration.0.noncurrentDays';
  expect([{ spec: { versioning: false } }, { spec: { retentionDays: 6 } }, { defaults: { retentionDays: 6 } }].map(refusal)).toEqual([
    'cannot apply in environment prod: spec.versioning: got false, want true [backed-up]',
    'cannot apply in environment prod: spec.retentionDays: got 6, want at least 7 [backed-up]',
    `cannot apply in environment prod: ${days}: got 6, want at least 7 [backed-up]`,
  ]);
});

describe('a name that somebody else could have written', () => {
  const name = ({ desired }: ReturnType<typeof run>) => desired['bucket']?.object.metadata?.annotations?.['crossplane.io/external-name'];
  const first = run({});
  const named = (external: string) => {
    const observed = observedAfter(first);
    const bucket = observed['bucket'] as ObservedResource;
    const metadata = { ...bucket.object.metadata, annotations: { 'crossplane.io/external-name': external } };
    const given = request({ observed: { ...observed, bucket: { ...bucket, object: { ...bucket.object, metadata } } } });
    const { desired, status = {} } = expand(given);
    return { ...guard({ ...given, desired, desiredStatus: status }), desired };
  };
  const own = String(name(first));

  test('is never taken for that of the bucket', () => {
    for (const foreign of ['payroll', `payroll-${own}`, `${own}-more`]) {
      const response = named(foreign);
      expect([name(response), JSON.stringify(response.desired).includes(foreign)]).toEqual([own, own.includes(foreign)]);
      expect(response.refusal?.reason).toBe('WouldReplace');
    }
  });
});

describe('access', () => {
  const spec = { readers: ['reports', 'orders'], writers: ['orders'] };
  const attached = ({ desired }: ReturnType<typeof run>) =>
    Object.entries(desired).flatMap(([key, { object }]) => (object.kind === 'RolePolicyAttachment' ? [key] : []));
  const all = ['readers-7f26104f', 'writers-1c168adb'];

  test('waits for a role where the identity of the environment makes none', () => {
    const made = [identity('orders', { backend: 'container' }), identity('reports', { backend: 'podidentity', role: 'reports' })];
    const response = run({ spec, claims: made });
    expect([attached(response), response.claimReady]).toEqual([['readers-7f26104f'], false]);
    const { message } = run({ spec, claims: made, observed: observedAfter(response) }).conditions[1] ?? {};
    expect(message).toBe(
      'RolePolicyAttachment orders-bucket-writers-1c168adb waits for a role of AppIdentity orders, which has none in environment prod: ask the platform team to set data.defaults.AppIdentity.backend to podidentity in EnvironmentConfig prod',
    );
  });

  test('of a reader that becomes a writer has no gap', () => {
    const before = run({ spec: { readers: ['orders'] } });
    const both = run({ spec, observed: observedAfter(before) });
    expect(attached(both)).toEqual(['readers-1c168adb', ...all]);
    expect(attached(run({ spec, observed: observedAfter(both) }))).toEqual(all);
    const moved = run({ spec: { writers: ['orders'] }, observed: observedAfter(before) });
    expect(attached(moved)).toEqual(['readers-1c168adb', 'writers-1c168adb']);
    expect(attached(run({ spec: { writers: ['orders'] }, observed: observedAfter(moved) }))).toEqual(['writers-1c168adb']);
    const onlyWriter = run({ spec: { readers: ['orders'], writers: ['orders'] } });
    expect(Object.keys(onlyWriter.desired).filter((key) => key.startsWith('readers'))).toEqual([]);
  });

  test('a reader without an identity is named, with what to apply', () => {
    const response = run({ spec, claims: [identity('orders')] });
    expect(attached(response)).toEqual(['writers-1c168adb']);
    expect(response.claimReady).toBe(false);
    const { message } = run({ spec, claims: [identity('orders')], observed: observedAfter(response) }).conditions[1] ?? {};
    expect(message).toBe(
      'RolePolicyAttachment orders-bucket-readers-7f26104f waits for an AppIdentity of service account reports, which gives it a role: apply one with spec.serviceAccount: reports',
    );
  });

  test('stays when an identity is gone, so that it is back as soon as that is', () => {
    const response = run({ spec });
    expect(attached(response)).toEqual(all);
    expect(attached(run({ spec, claims: [], observed: observedAfter(response) }))).toEqual(all);
  });

  test('ends for a reader that is taken off the list, in AWS too, and the guard lets it', () => {
    const before = run({ spec });
    const given = request({ spec: { ...spec, readers: ['orders'] }, observed: observedAfter(before), status: before.status });
    const { desired, status = {} } = expand(given);
    expect(Object.keys(before.desired).filter((key) => desired[key] === undefined)).toEqual(['readers-7f26104f']);
    expect(guard({ ...given, desired, desiredStatus: status }).refusal).toBeUndefined();
    expect(at(before.desired['readers-7f26104f']?.object, 'spec', 'managementPolicies')).toContain('Delete');
    const none = run({ spec: {}, observed: observedAfter(before) });
    expect(Object.keys(before.desired).filter((key) => none.desired[key] === undefined)).toEqual(all);
  });

  test('is to the bucket and, through S3, to its key, in the partition of the region', () => {
    const bucket = 'arn:aws-cn:s3:::prod-shop-orders-lmfgspne9tv0kth8';
    const key = 'arn:aws-cn:kms:cn-north-1:111122223333:key/1';
    const response = run({ spec, aws: { region: 'cn-north-1', kmsKeyArn: key } });
    expect(statements(response, 'readers')).toEqual([
      { Effect: 'Allow', Action: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketVersions'], Resource: bucket },
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:GetObjectVersion'], Resource: `${bucket}/*` },
      {
        Effect: 'Allow',
        Action: ['kms:Decrypt'],
        Resource: [key],
        Condition: { StringEquals: { 'kms:ViaService': 's3.cn-north-1.amazonaws.com.cn' } },
      },
    ]);
    expect(response.status?.['endpoint']).toBe('https://s3.cn-north-1.amazonaws.com.cn');
  });
});

describe('encryption', () => {
  const rule = (response: ReturnType<typeof run>) => forProvider(response, 'encryption', 'rule', '0');
  const withKey = (kmsMasterKeyId: string) => ({
    applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId },
    bucketKeyEnabled: true,
  });
  const aes = { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } };
  const spec = { readers: ['orders'] };

  test('without a key is that of S3, and readers need none', () => {
    const response = run({ spec, aws: { kmsKeyArn: undefined } });
    expect(rule(response)).toEqual(aes);
    expect(statements(response, 'readers')).toHaveLength(2);
    const later = run({ spec, observed: observedAfter(response) });
    expect([rule(later), statements(later, 'readers')]).toEqual([aes, statements(response, 'readers')]);
  });

  test('stays with the key that the bucket was made with', () => {
    const before = run({ spec });
    expect(rule(before)).toEqual(withKey(String(everything.aws?.kmsKeyArn)));
    for (const kmsKeyArn of ['arn:aws:kms:eu-west-1:111122223333:key/2', undefined]) {
      const after = run({ spec, aws: { kmsKeyArn }, observed: observedAfter(before) });
      expect([rule(after), statements(after, 'readers')]).toEqual([rule(before), statements(before, 'readers')]);
    }
  });
});

describe('versioning', () => {
  const versioning = (response: ReturnType<typeof run>) => forProvider(response, 'versioning', 'versioningConfiguration', 'status');

  test('that never was is not suspended, and that was is not forgotten', () => {
    const off = run({ tier: 'dev' });
    expect(off.desired['versioning']).toBeUndefined();
    const on = run({ tier: 'dev', spec: { versioning: true }, observed: observedAfter(off) });
    expect(versioning(on)).toBe('Enabled');
    expect(versioning(run({ tier: 'dev', spec: { versioning: false }, observed: observedAfter(on) }))).toBe('Suspended');
  });
});

describe('the name of the bucket', () => {
  const nameOf = (situation: Situation) =>
    at(run(situation).desired['bucket']?.object, 'metadata', 'annotations', 'crossplane.io/external-name');

  test('keeps to the limit of S3, and tells claims, accounts and regions apart', () => {
    const long = 'a-name-that-is-as-long-as-one-is-allowed';
    const situations = [
      {},
      { name: long },
      { name: long, aws: { region: 'ap-southeast-1' } },
      { name: `${long.slice(0, -1)}x` },
      { aws: { accountId: '444455556666' } },
    ];
    const names = situations.map((situation) => String(nameOf(situation)));
    expect(names).toEqual([
      'prod-shop-orders-jtoupr9ei79psggo',
      'prod-shop-a-name-that-is-as-long-as-one-is-all-g8r3b311hu1t80eq',
      'prod-shop-a-name-that-is-as-long-as-one-is-all-viis3qgqt7d5rnqu',
      'prod-shop-a-name-that-is-as-long-as-one-is-all-i4g5c6u6t59ff86j',
      'prod-shop-orders-ffqral584go9bvfp',
    ]);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]{1,61}[a-z0-9]$/);
  });

  test('never changes', () => {
    const before = run({});
    const after = run({ aws: { accountId: '444455556666', region: 'us-east-1' }, observed: observedAfter(before) });
    expect(after.desired['bucket']?.object).toEqual(before.desired['bucket']?.object);
    expect(after.status).toEqual({ ...before.status, binding: { name: 'orders-bucket' } });
  });

  test('needs the account', () => {
    expect(run({ aws: { accountId: undefined } }).refusal).toEqual({
      reason: 'EnvironmentIncomplete',
      message: 'cannot use EnvironmentConfig "prod" for AppBucket with backend s3: data.aws.accountId: missing, want string',
    });
  });
});

describe('deletion', () => {
  test.each([
    ['Protect', { deletes: false, empties: false, isProtected: true }],
    ['Snapshot', { deletes: false, empties: false, isProtected: false }],
    ['Delete', { deletes: true, empties: true, isProtected: false }],
  ] as const)('%s', (deletion, expected) => {
    const response = run({ spec: { deletion } });
    const policies = at(response.desired['bucket']?.object, 'spec', 'managementPolicies') as readonly string[];
    expect({
      deletes: policies.includes('Delete'),
      empties: forProvider(response, 'bucket', 'forceDestroy'),
      isProtected: response.desired['protection'] !== undefined,
    }).toEqual(expected);
    const rest = Object.values(response.desired).filter(({ object }) => object.apiVersion.startsWith('s3.') && object.kind !== 'Bucket');
    expect(rest.map(({ object }) => (at(object, 'spec', 'managementPolicies') as readonly string[]).includes('Delete'))).toEqual(
      rest.map(() => false),
    );
  });

  test('waits until the provider knows that it may empty the bucket', () => {
    const told = (forceDestroy: unknown) => observedAfter(run({}), { bucket: { status: { atProvider: { forceDestroy } } } });
    const reason = (observed: Situation['observed'] = {}) => {
      const response = run({ spec: { deletion: 'Delete' }, observed });
      return [at(response.desired['protection']?.object, 'spec', 'reason'), response.ttlSeconds];
    };
    expect(reason(told(false))).toEqual(['the bucket is still being prepared to go with what is in it: try again in a few minutes', 15]);
    expect(reason(told(true))).toEqual([undefined, 300]);
    expect(reason(told(undefined))).toEqual([undefined, 300]);
  });
});

describe('a container', () => {
  const container = (situation: Situation = {}) => run({ tier: 'staging', backend: 'container', ...situation });
  const pod = (response: ReturnType<typeof run>) => at(response.desired['server']?.object, 'spec', 'template', 'spec', 'containers', '0');
  const config = ({ desired }: ReturnType<typeof run>) =>
    Buffer.from(String(at(desired['binding']?.object, 'data', 'config')), 'base64').toString();

  test('is given its secret once', () => {
    const before = container();
    expect(config(before)).toBe(
      '[default]\nregion = us-east-1\nendpoint_url = http://orders-bucket.shop.svc:7070\naws_access_key_id = app\naws_secret_access_key = secret-1\n',
    );
    const later = { ...request({ tier: 'staging', backend: 'container', observed: observedAfter(before) }), issueSecret: () => 'secret-2' };
    expect(config(expand(later))).toBe(config(before));
  });

  test('keeps the volume that it has', () => {
    const before = container();
    const after = container({ defaults: { persistence: 'Ephemeral', storageGiB: 99 }, observed: observedAfter(before) });
    expect(after.desired['server']?.object).toEqual(before.desired['server']?.object);
  });

  test('runs the image that the environment names', () => {
    expect(at(pod(container({ facts: { images: { s3: 'registry.example.com/s3' } } })), 'image')).toBe('registry.example.com/s3:v1.8.0');
  });

  test('is told of versioning in both directions', () => {
    const state = '/data/metadata/orders-bucket-0/meta/versioning';
    const script = (versioning: boolean) => String(at(pod(container({ spec: { versioning } })), 'command', '2'));
    expect(script(true)).toContain(`&& printf '\\001' > ${state} &&`);
    expect(script(false)).toContain(`&& { [ ! -e ${state} ] || printf '\\000' > ${state}; } &&`);
  });
});
