import { describe, expect, test } from 'vitest';
import { contract } from '../../../test/contract.ts';
import { besides, environmentConfig, everything, observedAfter, stepRequest } from '../../../test/request.ts';
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
  metadata: { name, namespace: 'shop', uid: `uid-of-${name}` },
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

function given({ spec = {}, tier = 'prod', backend = 's3', facts, aws, defaults, claims = identities, ...rest }: Situation) {
  const data = { ...everything, ...facts, tier, aws: { ...everything.aws, ...aws }, defaults: { AppBucket: { backend, ...defaults } } };
  return { kind: 'AppBucket', spec, environment: tier, environments: [environmentConfig(tier, data)], claims, ...rest };
}
const request = (situation: Situation) => stepRequest(given(situation));
const run = (situation: Situation) => expand(request(situation));
const forProvider = ({ desired }: ReturnType<typeof run>, key: string, ...path: readonly string[]) =>
  at(desired[key]?.object, 'spec', 'forProvider', ...path);
/** What the claims that make roles add to that of an account once what a response asks for is there. */
const statements = (situation: Situation, account: string) => {
  const { status: _, observed = observedAfter(run(situation)), ...rest } = situation;
  const { objects = [] } = besides(given({ ...rest, observed }));
  const policy = objects.find(({ metadata }) => metadata?.name === `${account}-identity-access`);
  return JSON.parse(String(at(policy, 'spec', 'forProvider', 'policy'))).Statement;
};

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
  const waitsFor = (situation: Situation) => {
    const observed = observedAfter(run(situation));
    const response = expand(stepRequest({ ...given({ ...situation, observed }), ...besides(given({ ...situation, observed })) }));
    return [response.claimReady, response.conditions[1]?.message];
  };

  test('waits for a role where the identity of the environment makes none', () => {
    const observed = observedAfter(run({ spec }));
    const { claims, objects } = besides(given({ spec, observed, claims: [identity('reports')] }));
    const around = { ...given({ spec, observed }), claims: [...claims, identity('orders', { backend: 'container' })], objects };
    const { claimReady, conditions } = expand(stepRequest(around));
    expect([claimReady, conditions[1]?.message]).toEqual([
      false,
      'ServiceAccount orders waits for a role of AppIdentity orders, which has none in environment prod: ask the platform team to set data.defaults.AppIdentity.backend to podidentity in EnvironmentConfig prod',
    ]);
  });

  test('waits for an identity, with what to apply', () => {
    expect(waitsFor({ spec, claims: [identity('orders')] })).toEqual([
      false,
      'ServiceAccount reports waits for an AppIdentity of service account reports, which gives it a role: apply one with spec.serviceAccount: reports',
    ]);
  });

  test('waits until a role has it', () => {
    const observed = observedAfter(run({ spec: { writers: ['orders'] } }));
    const { conditions, ttlSeconds } = run({ spec: { writers: ['orders'] }, observed });
    expect([conditions[1]?.message, ttlSeconds]).toEqual([
      'ServiceAccount orders waits for what spec.writers gives it, which AppIdentity orders adds to its role',
      15,
    ]);
    expect(waitsFor({ spec: { writers: ['orders'] } })).toEqual([undefined, 'Everything that the claim needs is ready']);
  });

  test('is to the bucket and, through S3, to its key, in the partition of the region', () => {
    const bucket = 'arn:aws-cn:s3:::prod-shop-orders-lmfgspne9tv0kth8';
    const key = 'arn:aws-cn:kms:cn-north-1:111122223333:key/1';
    const situation = { spec, aws: { region: 'cn-north-1', kmsKeyArn: key } };
    const useKey = (...Action: readonly string[]) => ({
      Effect: 'Allow',
      Action,
      Resource: [key],
      Condition: { StringEquals: { 'kms:ViaService': 's3.cn-north-1.amazonaws.com.cn' } },
    });
    expect(statements(situation, 'reports')).toEqual([
      useKey('kms:Decrypt'),
      { Effect: 'Allow', Action: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketVersions'], Resource: [bucket] },
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:GetObjectVersion'], Resource: [`${bucket}/*`] },
    ]);
    expect(statements(situation, 'orders')).toEqual([
      useKey('kms:Decrypt', 'kms:GenerateDataKey'),
      {
        Effect: 'Allow',
        Action: [
          's3:AbortMultipartUpload',
          's3:DeleteObject',
          's3:GetObject',
          's3:GetObjectVersion',
          's3:ListMultipartUploadParts',
          's3:PutObject',
        ],
        Resource: [`${bucket}/*`],
      },
      {
        Effect: 'Allow',
        Action: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads', 's3:ListBucketVersions'],
        Resource: [bucket],
      },
    ]);
    expect(run(situation).status?.['endpoint']).toBe('https://s3.cn-north-1.amazonaws.com.cn');
  });
});

describe('access that was attached before roles had a policy of their own', () => {
  const spec = { readers: ['reports'], writers: ['orders'] };
  const object = (key: string, kind: string, forProvider: object, annotations?: Readonly<Record<string, string>>) => ({
    apiVersion: 'iam.aws.m.upbound.io/v1beta1',
    kind,
    metadata: { name: `orders-bucket-${key}`, ...(annotations && { annotations }) },
    spec: {
      forProvider,
      managementPolicies: ['Observe', 'Create', 'Update', 'LateInitialize', 'Delete'],
      providerConfigRef: { kind: 'ClusterProviderConfig', name: 'aws' },
    },
  });
  const tags = {
    team: 'shop',
    owner: 'shop',
    'control-plane': 'shop-eu-1',
    environment: 'prod',
    namespace: 'shop',
    claim: 'orders',
    kind: 'AppBucket',
    'managed-by': 'golden-path',
  };
  const bucket = 'arn:aws:s3:::prod-shop-orders-jtoupr9ei79psggo';
  const reading = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketVersions'], Resource: bucket },
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:GetObjectVersion'], Resource: `${bucket}/*` },
      {
        Effect: 'Allow',
        Action: ['kms:Decrypt'],
        Resource: [everything.aws.kmsKeyArn],
        Condition: { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
      },
    ],
  };
  const readers = object(
    'readers',
    'Policy',
    { description: 'AppBucket shop/orders', policy: JSON.stringify(reading), tags },
    { 'crossplane.io/external-name': 'prod-shop-orders-sb8kcmdri4356p5h' },
  );
  const attachment = (grant: string, hash: string, role: string) =>
    object(`${grant}-${hash}`, 'RolePolicyAttachment', { role, policyArnRef: { name: `orders-bucket-${grant}` } });
  const attached = {
    readers,
    writers: { ...readers, metadata: { ...readers.metadata, name: 'orders-bucket-writers' } },
    'readers-7f26104f': attachment('readers', '7f26104f', 'prod-shop-reports-vml1lnhudns84h0c'),
    'writers-1c168adb': attachment('writers', '1c168adb', 'prod-shop-orders-1f4mcv78eobafdmg'),
  };
  const lived = observedAfter({
    ...run({ spec }),
    desired: { ...run({ spec }).desired, ...Object.fromEntries(Object.entries(attached).map(([key, each]) => [key, { object: each }])) },
  });
  const attachedIn = ({ desired }: ReturnType<typeof run>) =>
    Object.keys(desired)
      .filter((key) => /^(readers|writers)/.test(key))
      .sort();
  const again = (situation: Situation, observed: typeof lived, beside = {}) =>
    expand(stepRequest({ ...given({ ...situation, observed }), ...beside }));

  test('stays as it is, and the claim ready, until its role has the same', () => {
    const response = again({ spec }, lived);
    expect(response.desired['readers']?.object).toEqual(readers);
    expect(response.desired['readers-7f26104f']?.object).toEqual(attached['readers-7f26104f']);
    expect([attachedIn(response), response.claimReady, response.conditions[1]?.status, response.ttlSeconds]).toEqual([
      Object.keys(attached).sort(),
      undefined,
      'True',
      15,
    ]);
  });

  test('goes once its role has it, the attachments first, and the guard lets it', () => {
    const beside = besides(given({ spec, observed: lived }));
    const first = again({ spec }, lived, beside);
    expect([attachedIn(first), first.claimReady, first.ttlSeconds]).toEqual([['readers', 'writers'], undefined, 300]);
    const asked = stepRequest({ ...given({ spec, observed: lived }), ...beside });
    expect(guard({ ...asked, desired: first.desired, desiredStatus: first.status ?? {} }).refusal).toBeUndefined();
    const { 'readers-7f26104f': _, 'writers-1c168adb': __, ...rest } = lived;
    expect(attachedIn(again({ spec }, rest, beside))).toEqual([]);
  });

  test('stays for each account whose role has not got it, as one that a look of its provider has not seen change', () => {
    const { claims, objects } = besides(given({ spec, observed: lived }));
    const late = objects.map((each) =>
      each.metadata?.name === 'reports-identity-access' ? { ...each, status: { ...(each['status'] as object), atProvider: {} } } : each,
    );
    expect(attachedIn(again({ spec }, lived, { claims, objects: late }))).toEqual(['readers', 'readers-7f26104f', 'writers']);
  });

  test('stays when an identity is gone, so that it is back as soon as that is', () => {
    expect(attachedIn(again({ spec, claims: [] }, lived))).toEqual(Object.keys(attached).sort());
  });

  test('of a reader that becomes a writer has no gap', () => {
    const moved = again({ spec: { writers: ['orders', 'reports'] } }, lived);
    expect([attachedIn(moved), moved.claimReady]).toEqual([Object.keys(attached).sort(), false]);
    const beside = besides(given({ spec: { writers: ['orders', 'reports'] }, observed: lived }));
    expect(attachedIn(again({ spec: { writers: ['orders', 'reports'] } }, lived, beside))).toEqual(['readers', 'writers']);
  });

  test('ends at once for an account that is taken off the list, and the guard lets it', () => {
    const asked = stepRequest(given({ spec: { writers: ['orders'] }, observed: lived }));
    const { desired, status = {} } = expand(asked);
    expect(attachedIn({ desired } as never)).toEqual(['readers', 'writers', 'writers-1c168adb']);
    expect(guard({ ...asked, desired, desiredStatus: status }).refusal).toBeUndefined();
  });

  test('that AWS never took does not count as given', () => {
    const failing = {
      ...lived['writers-1c168adb'],
      object: { ...attached['writers-1c168adb'], metadata: lived['writers-1c168adb']?.object.metadata },
    };
    const response = again({ spec }, { ...lived, 'writers-1c168adb': failing as ObservedResource });
    expect([attachedIn(response), response.claimReady]).toEqual([Object.keys(attached).sort(), false]);
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
    const without = { spec, aws: { kmsKeyArn: undefined } };
    expect(rule(response)).toEqual(aes);
    expect(statements(without, 'orders')).toHaveLength(2);
    const later = { spec, observed: observedAfter(response) };
    expect([rule(run(later)), statements(later, 'orders')]).toEqual([aes, statements(without, 'orders')]);
  });

  test('stays with the key that the bucket was made with', () => {
    const before = run({ spec });
    expect(rule(before)).toEqual(withKey(String(everything.aws?.kmsKeyArn)));
    for (const kmsKeyArn of ['arn:aws:kms:eu-west-1:111122223333:key/2', undefined]) {
      const after = { spec, aws: { kmsKeyArn }, observed: observedAfter(before) };
      expect([rule(run(after)), statements(after, 'orders')]).toEqual([rule(before), statements({ spec }, 'orders')]);
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
