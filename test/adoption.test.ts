import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { at, type KubernetesObject } from '../functions/core/kubernetes.ts';
import type { StepRequest } from '../functions/core/pipeline.ts';
import type { ObservedResource, StepResponse } from '../functions/core/step.ts';
import { expand } from '../functions/expand/expand.ts';
import { adoptionOf } from '../functions/guard/adoption.ts';
import { guard } from '../functions/guard/guard.ts';
import { provenFirst } from '../functions/guard/ownership.ts';
import { recordedStatus } from './cluster/recorded.ts';
import { controlledByClaim, decoded, environmentConfig, everything, type Given, reported, stepRequest } from './request.ts';

const prod = [environmentConfig('prod', { ...everything, tier: 'prod' })];
const annotation = 'platform.internal/acknowledge';

/** The same with the fields of each object in another order. */
function reversed<T>(value: T): T;
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => reversed(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, reversed(each)]),
  );
}

/** What Crossplane gets of both steps, and what they make of what the claim adopts; `onWire` is what becomes of an answer on its way. */
function both(given: Given, onWire = <T>(desired: T) => desired) {
  const request = stepRequest(given);
  const expanded = expand(request);
  if (expanded.refusal !== undefined) return { expanded, guarded: expanded, adoption: undefined };
  const judged: StepRequest = { ...request, desired: onWire(expanded.desired), desiredStatus: expanded.status ?? {} };
  return { expanded, guarded: provenFirst(judged, guard(judged)), adoption: adoptionOf(judged, judged.desired) };
}

const nothing = { type: 'Synced', status: 'False', reason: 'ReconcileError', message: 'observe failed: external resource does not exist' };
const something = { type: 'Synced', status: 'True', reason: 'ReconcileSuccess' };

/** What was applied, as a provider reports it; what is not said is not there. */
const seen = (response: StepResponse, running: Readonly<Record<string, object>>) =>
  reported(response, (_, key) => {
    const atProvider = running[key];
    return atProvider === undefined ? { conditions: [nothing] } : { conditions: [something], atProvider };
  });

const policies = ({ desired }: StepResponse) =>
  Object.entries(desired).flatMap(([key, { object }]) => {
    const found = at(object, 'spec', 'managementPolicies');
    return found === undefined ? [] : [[key, found] as const];
  });

const allowed = ({ conditions }: StepResponse) => conditions.find(({ type }) => type === 'Allowed');

/** The Secret that somebody made with the token of a cache. */
const tokenOf = (password: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'sessions-cache-token', namespace: 'shop' },
  data: { password: Buffer.from(password).toString('base64') },
});

interface Case {
  readonly given: Given;
  /** The key of what is adopted. */
  readonly key: string;
  /** What runs, as its provider reports it, without tags. */
  readonly runs: object;
  /** The same of what belongs to it. */
  readonly beside?: Readonly<Record<string, object>>;
  readonly tag: string;
  /** What else it is tagged with, so that it can be adopted. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** A claim that adopts, round by round, and what runs. */
function adopting({ given, key, runs, beside = {}, tag, tags: others = {} }: Case) {
  const world = (more: object = {}, tags: object = { 'adoptable-by': tag }) => ({
    ...beside,
    [key]: { ...runs, ...more, tags: { ...others, ...tags } },
  });
  /** The answer once all that it looks at was looked at. */
  const round = (running: Readonly<Record<string, object>>, more: Partial<Given> = {}) => {
    const rounds = [both({ ...given, ...more })];
    for (let count = 0; count < 3; count += 1) {
      const last = rounds.at(-1)?.guarded as StepResponse;
      if (last.refusal !== undefined) break;
      rounds.push(both({ ...given, ...more, observed: seen(last, running) }));
    }
    return rounds.at(-1) as ReturnType<typeof both>;
  };
  const accepted = (running: Readonly<Record<string, object>>, more: Partial<Given> = {}) => {
    const token = /acknowledge=([-,0-9a-z]+);/.exec(allowed(round(running, more).guarded)?.message ?? '')?.[1];
    return round(running, { ...more, annotations: { [annotation]: String(token) } });
  };
  return { world, round, accepted };
}

const database = {
  given: {
    environment: 'prod',
    environments: prod,
    generation: 1,
    spec: { engine: 'postgres', version: '16', adopt: { instance: 'legacy-orders' } },
  },
  key: 'instance',
  tag: 'shop-eu-1/prod/shop/AppDatabase/orders',
  beside: { 'subnet-group': { vpcId: 'vpc-1' } },
  runs: {
    identifier: 'legacy-orders',
    address: 'legacy-orders.rds.internal',
    region: 'eu-west-1',
    engine: 'postgres',
    engineVersion: '16',
    engineVersionActual: '16.4',
    autoMinorVersionUpgrade: true,
    instanceClass: 'db.m5.large',
    allocatedStorage: 100,
    maxAllocatedStorage: 0,
    storageType: 'gp2',
    storageEncrypted: true,
    kmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/legacy',
    multiAz: false,
    dbName: 'legacy',
    port: 5432,
    username: 'postgres',
    dbSubnetGroupName: 'legacy-subnets',
    vpcSecurityGroupIds: ['sg-legacy'],
    parameterGroupName: 'default.postgres16',
    publiclyAccessible: false,
    backupRetentionPeriod: 7,
    backupWindow: '00:00-00:30',
    maintenanceWindow: 'sun:03:00-sun:03:30',
    copyTagsToSnapshot: true,
    deletionProtection: false,
    performanceInsightsEnabled: true,
    performanceInsightsRetentionPeriod: 7,
    enabledCloudwatchLogsExports: ['upgrade', 'postgresql'],
    iamDatabaseAuthenticationEnabled: true,
    monitoringInterval: 0,
  },
} satisfies Case;

const bucket = {
  given: {
    kind: 'AppBucket',
    name: 'files',
    environment: 'prod',
    environments: prod,
    generation: 1,
    claims: [],
    spec: { adopt: { bucket: 'legacy-files' } },
  },
  key: 'bucket',
  tag: 'shop-eu-1/prod/shop/AppBucket/files',
  runs: { region: 'eu-west-1', arn: 'arn:aws:s3:::legacy-files' },
  beside: {
    encryption: {
      bucket: 'legacy-files',
      rule: [{ bucketKeyEnabled: false, applyServerSideEncryptionByDefault: { kmsMasterKeyId: '', sseAlgorithm: 'AES256' } }],
    },
    policy: { bucket: 'legacy-files', policy: '{"Version":"2012-10-17","Statement":[]}' },
    ownership: { bucket: 'legacy-files', rule: { objectOwnership: 'BucketOwnerEnforced' } },
  },
} satisfies Case;

const queue = {
  given: {
    kind: 'AppQueue',
    name: 'jobs',
    environment: 'prod',
    environments: prod,
    generation: 1,
    claims: [],
    spec: { adopt: { queue: 'legacy-jobs' } },
  },
  key: 'queue',
  tag: 'shop-eu-1/prod/shop/AppQueue/jobs',
  runs: {
    region: 'eu-west-1',
    name: 'legacy-jobs',
    url: 'https://sqs.eu-west-1.amazonaws.com/111122223333/legacy-jobs',
    fifoQueue: false,
    delaySeconds: 15,
    maxMessageSize: 262_144,
    messageRetentionSeconds: 345_600,
    receiveWaitTimeSeconds: 20,
    visibilityTimeoutSeconds: 300,
    kmsMasterKeyId: '',
    sqsManagedSseEnabled: true,
    redrivePolicy: '',
  },
  beside: { 'queue-policy': { policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]}' } },
} satisfies Case;

const cache = {
  given: {
    kind: 'AppCache',
    name: 'sessions',
    environment: 'prod',
    environments: prod,
    generation: 1,
    claims: [],
    objects: [tokenOf('a-token-that-clients-use')],
    spec: { version: '7', adopt: { replicationGroup: 'legacy-sessions' } },
  },
  key: 'replication-group',
  tag: 'shop-eu-1/prod/shop/AppCache/sessions',
  tags: { 'auth-token': 'required' },
  beside: { 'subnet-group': { vpcId: 'vpc-1' } },
  runs: {
    region: 'eu-west-1',
    description: 'Sessions of the shop',
    engine: 'valkey',
    engineVersion: '7.2',
    engineVersionActual: '7.2.6',
    autoMinorVersionUpgrade: 'true',
    nodeType: 'cache.m6g.large',
    numCacheClusters: 2,
    memberClusters: ['legacy-sessions-003', 'legacy-sessions-001'],
    automaticFailoverEnabled: true,
    multiAzEnabled: true,
    clusterEnabled: false,
    clusterMode: 'disabled',
    atRestEncryptionEnabled: 'true',
    kmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/legacy',
    transitEncryptionEnabled: true,
    transitEncryptionMode: 'required',
    port: 6379,
    parameterGroupName: 'default.valkey7',
    subnetGroupName: 'legacy-subnets',
    securityGroupIds: ['sg-legacy'],
    notificationTopicArn: 'arn:aws:sns:eu-west-1:111122223333:legacy',
    primaryEndpointAddress: 'legacy-sessions.cache.internal',
    snapshotRetentionLimit: 7,
    snapshotWindow: '01:00-02:00',
    maintenanceWindow: 'sun:03:00-sun:04:00',
    userGroupIds: [],
    globalReplicationGroupId: '',
  },
} satisfies Case;

const cases: readonly [string, Case][] = [
  ['database', database],
  ['bucket', bucket],
  ['queue', queue],
  ['cache', cache],
];

describe.each(cases)('a %s that was there before its claim', (_, which) => {
  const { world, round, accepted } = adopting(which);
  const { key, given } = which;

  test('is looked at, and all else of the claim too, until its differences are accepted', () => {
    const first = both(given).guarded;
    const { guarded: waiting, adoption } = round(world());
    for (const each of [first, waiting, round({}).guarded, round(world({}, {})).guarded]) {
      expect([...policies(each)].filter(([, found]) => JSON.stringify(found) !== '["Observe"]')).toEqual([]);
      expect([each.claimReady, each.refusal]).toEqual([false, undefined]);
    }
    expect([adoption?.open?.reason, allowed(waiting)]).toEqual([
      'AdoptionAwaited',
      { type: 'Allowed', status: 'False', ...adoption?.open },
    ]);
    expect(Object.keys(waiting.desired)).toContain(key);
    expect(waiting.desired['protection']).toBeUndefined();
  });

  test('is managed in full once they are', () => {
    const { expanded, guarded } = accepted(world());
    expect([guarded.desired, guarded.refusal, allowed(guarded)?.status]).toEqual([expanded.desired, undefined, 'True']);
    expect(at(guarded.desired[key]?.object, 'spec', 'managementPolicies')).not.toEqual(['Observe']);
    // Once it was, no token is asked for any more.
    const later = both({ ...given, observed: seen(guarded, world()) });
    expect([later.guarded.desired, later.adoption]).toEqual([later.expanded.desired, undefined]);
    expect(later.guarded.desired[key]).toEqual({ ...guarded.desired[key], ready: expect.any(Boolean) });
  });

  test('changes nothing, whatever runs and whatever its tags say, without a token', () => {
    const value = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.string(), { maxLength: 2 }),
    );
    const running = fc.dictionary(fc.constantFrom(...Object.keys(which.runs).filter((field) => field !== 'identifier')), value);
    const tag = fc.oneof(fc.constant(which.tag), fc.string());
    const tags = fc.record(
      { 'adoptable-by': tag, 'control-plane': fc.constantFrom('shop-eu-1', 'other'), claim: tag },
      { requiredKeys: [] },
    );
    const property = fc.property(running, tags, (more, said) => {
      const { guarded } = round(world(more, said));
      if (guarded.refusal !== undefined) return;
      expect(new Set(policies(guarded).map(([, found]) => JSON.stringify(found)))).toEqual(new Set(['["Observe"]']));
      expect(allowed(guarded)?.status).toBe('False');
    });
    fc.assert(property, { numRuns: 60 });
  });

  test('is accepted by one token, in whatever order the wire brings fields', () => {
    const observed = seen(round(world()).guarded, world());
    const [inOrder, turned] = [both({ ...given, observed }), both({ ...given, observed: reversed(observed) }, reversed)];
    expect(JSON.stringify(turned.expanded.desired)).not.toBe(JSON.stringify(reversed(turned.expanded.desired)));
    expect(turned.adoption).toEqual(inOrder.adoption);
  });

  test('is not, with a token for other differences, or for another state of the claim', () => {
    const token = /acknowledge=([-,0-9a-z]+);/.exec(allowed(round(world()).guarded)?.message ?? '')?.[1];
    const annotations = { [annotation]: String(token) };
    expect(round(world(), { annotations }).adoption?.open).toBeUndefined();
    expect(round(world(), { annotations, generation: 2 }).adoption?.open?.reason).toBe('AdoptionAwaited');
    expect(round(world({}, { 'adoptable-by': which.tag, team: 'x' }), { annotations }).adoption?.open?.reason).toBe('AdoptionAwaited');
    expect(round(world(), { annotations: { [annotation]: 'adopt-0123456789abcdef' } }).adoption?.open?.reason).toBe('AdoptionAwaited');
  });

  test('is not shown, and stays looked at, without the tag that says that this claim may have it', () => {
    for (const tags of [
      {},
      { 'adoptable-by': which.tag.replace('/shop/', '/pay/') },
      { 'adoptable-by': which.tag, 'control-plane': 'shop-eu-1' },
    ]) {
      const { guarded, adoption } = accepted(world({}, tags));
      expect([adoption?.open?.reason, adoption?.differences]).toEqual(['CannotAdopt', undefined]);
      expect(new Set(policies(guarded).map(([, found]) => JSON.stringify(found)))).toEqual(new Set(['["Observe"]']));
    }
  });

  test('is found again by a control plane that lost all, without being asked about', () => {
    const done = accepted(world()).guarded;
    const tags = at(done.desired[key]?.object, 'spec', 'forProvider', 'tags') as object;
    const { expanded, guarded, adoption } = round(world({}, tags));
    expect([guarded.desired, adoption]).toEqual([expanded.desired, undefined]);
  });
});

describe('a database that was there before its claim', () => {
  const { world, round, accepted } = adopting(database);

  test('shows every difference, with its effect, and the new password', () => {
    expect(allowed(round(world()).guarded)?.message).toMatchInlineSnapshot(
      `"nothing of "legacy-orders" was changed yet; to take it in with these changes, run: kubectl annotate appdatabase orders --namespace shop --overwrite platform.internal/acknowledge=adopt-q95260qrh2bqphqe; instance: backupRetentionPeriod: runs 7, would be 14 (in place: no downtime); instance: backupWindow: runs "00:00-00:30", would be "01:00-01:30" (in place: no downtime); instance: deletionProtection: runs false, would be true (in place: no downtime); instance: instanceClass: runs "db.m5.large", would be "db.m7g.large" (restart: minutes of downtime (single-AZ), in the maintenance window); instance: maxAllocatedStorage: runs 0, would be 200 (in place: no downtime); instance: multiAz: runs false, would be true (in place: no downtime; slower while the standby is made); instance: parameterGroupName: runs "default.postgres16", would be "prod-shop-orders-15ab2u2s7lj6taki" (in place: no downtime; its parameters apply from the next restart of the instance on, which RDS does not make for it); instance: password: runs "that of postgres", would be "a new one" (in place: at once; whoever uses the password of before fails at each new connection from then on); instance: storageType: runs "gp2", would be "gp3" (in place: no downtime between SSD types; slower during storage optimization); instance: tags: runs {"adoptable-by":"shop-eu-1/prod/shop/AppDatabase/orders"}, would be {"claim":"orders","control-plane":"shop-eu-1","environment":… (163 characters) (in place: no downtime); instance: vpcSecurityGroupIds: runs ["sg-legacy"], would be ["orders-database-security-group"] (in place: no downtime; whom the groups of before alone let in is shut out)"`,
    );
  });

  test('differs, as the real provider reports one, in nothing in which it does not', () => {
    const reported = at(recordedStatus({ apiVersion: '', kind: 'Instance' }), 'atProvider') as object;
    const running = world({ ...reported, identifier: 'legacy-orders' });
    const given = { ...database.given, spec: { ...database.given.spec, version: '17' } };
    expect(round(running, given).adoption?.differences?.map(({ field, runs }) => [field, runs])).toEqual([
      ['backupWindow', '02:30-03:00'],
      ['maintenanceWindow', 'sat:05:30-sat:06:00'],
      ['parameterGroupName', 'prod-aws-aws-prod-orders-0423d076'],
      ['password', 'that of app'],
      // The simulator of AWS keeps none.
      ['performanceInsightsEnabled', false],
      ['tags', { 'adoptable-by': database.tag }],
      ['vpcSecurityGroupIds', at(reported, 'vpcSecurityGroupIds')],
    ]);
  });

  test('says nothing of itself in the claim until it is the claim’s', () => {
    const waiting = round(world());
    expect([JSON.stringify(waiting.guarded.desired['binding']), JSON.stringify([waiting.expanded.status, waiting.guarded.status])]).toEqual(
      [undefined, expect.not.stringContaining('rds.internal')],
    );
    const made = accepted(world()).expanded;
    expect([made.status?.['host'], at(made.status, 'settings', 'databaseName')]).toEqual(['legacy-orders.rds.internal', 'legacy']);
  });

  test('keeps its administrator, its first database, its key, its subnets and what is not said of it', () => {
    const { guarded } = accepted(world());
    expect(at(guarded.desired['instance']?.object, 'spec', 'forProvider')).toMatchObject({
      identifier: 'legacy-orders',
      username: 'postgres',
      dbName: 'legacy',
      kmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/legacy',
      dbSubnetGroupName: 'legacy-subnets',
      iamDatabaseAuthenticationEnabled: true,
    });
    expect(Object.keys(guarded.desired).sort()).toEqual([
      'alarm-connections',
      'alarm-cpu',
      'alarm-free-storage',
      'ingress-133680d2',
      'ingress-638e1131',
      'ingress-f81b34d4',
      'instance',
      'parameter-group-16',
      'protection',
      'security-group',
    ]);
  });

  test('is bound as its administrator, to the database that the claim names or to its first one', () => {
    const bound = (spec: object) => {
      const given = { ...database.given, spec: { ...database.given.spec, ...spec } };
      const { guarded } = accepted(world(), given);
      const observed = seen(guarded, world());
      const instance = observed['instance'] as ObservedResource;
      const connectionDetails = { username: 'postgres', password: 'pw', host: 'legacy-orders.rds.internal', port: '5432' };
      const { expanded } = both({ ...given, observed: { ...observed, instance: { ...instance, connectionDetails } } });
      const { username, database: name, host } = decoded(expanded.desired['binding']?.object);
      return [username, name, host];
    };
    expect(bound({})).toEqual(['postgres', 'legacy', 'legacy-orders.rds.internal']);
    expect(bound({ databaseName: 'ledger' })).toEqual(['postgres', 'ledger', 'legacy-orders.rds.internal']);
  });

  test.each<[string, object, string]>([
    [
      'more storage',
      { allocatedStorage: 200 },
      'instance (Instance orders-database-instance): allocatedStorage: runs 200, would be 100, which cannot shrink: say spec.storageGiB: at least 200',
    ],
    [
      'a newer version',
      { engineVersionActual: '17.2' },
      'instance (Instance orders-database-instance): engineVersion: runs "17.2", would be "16", to which the engine cannot go from there: say spec.version: 17',
    ],
    [
      'older backups',
      { backupRetentionPeriod: 30 },
      'instance (Instance orders-database-instance): backupRetentionPeriod: runs 30, would be 14, which deletes the automated backups that are older than 14 days: say spec.backupRetentionDays: at least 30',
    ],
    [
      'no encryption',
      { storageEncrypted: false },
      'instance (Instance orders-database-instance): storageEncrypted: runs false, would be true, which cannot change: leave out what asks for it, or have the platform team change it in AWS first',
    ],
    [
      'another engine',
      { engine: 'mysql' },
      'instance (Instance orders-database-instance): engine: runs "mysql", would be "postgres", which cannot change: leave out what asks for it, or have the platform team change it in AWS first',
    ],
    [
      'a password in Secrets Manager',
      { masterUserSecret: [{ secretArn: 'arn' }] },
      'instance (Instance orders-database-instance): RDS keeps the password of its administrator in Secrets Manager: have the platform team turn that off in RDS first',
    ],
    [
      'a source',
      { replicateSourceDb: 'legacy' },
      'instance (Instance orders-database-instance): it is a replica of "legacy": have the platform team promote it in RDS first',
    ],
    [
      'io1',
      { storageType: 'io1' },
      'instance (Instance orders-database-instance): its storage is io1: have the platform team make it gp3 in RDS first',
    ],
  ])('is refused with %s than the claim would have, with what to do', (_, more, why) => {
    const { guarded, adoption } = accepted(world(more));
    expect([adoption?.open, adoption?.accept]).toEqual([
      { reason: 'CannotAdopt', message: `cannot adopt: ${why}; nothing was changed` },
      undefined,
    ]);
    expect(allowed(guarded)).toEqual({ type: 'Allowed', status: 'False', ...adoption?.open });
    expect(new Set(policies(guarded).map(([, found]) => JSON.stringify(found)))).toEqual(new Set(['["Observe"]']));
  });

  test('is refused where there is none', () => {
    expect(round({}).adoption?.open).toEqual({
      reason: 'CannotAdopt',
      message:
        'cannot adopt: instance (Instance orders-database-instance): AWS has no "legacy-orders" in region eu-west-1: ' +
        'name one that there is, in a claim that is made anew, since this one has nothing yet; nothing was changed',
    });
  });

  test('is refused without the tag, with how to tag it', () => {
    expect(round(world({}, { team: 'x' })).adoption?.open?.message).toBe(
      'cannot adopt: instance (Instance orders-database-instance): no tag of "legacy-orders" says that this claim may have it: ' +
        'have the platform team tag it with adoptable-by=shop-eu-1/prod/shop/AppDatabase/orders; nothing was changed',
    );
  });

  test.each<[string, object, string]>([
    [
      'in another VPC',
      { 'subnet-group': { vpcId: 'vpc-2' } },
      '"legacy-orders" is in VPC "vpc-2", want "vpc-1", as data.aws.vpcId of the environment says',
    ],
    [
      'in no VPC that is known',
      { 'subnet-group': {} },
      '"legacy-orders" is in VPC undefined, want "vpc-1", as data.aws.vpcId of the environment says',
    ],
  ])('is refused %s', (_, beside, why) => {
    expect(round({ ...world(), ...beside }).expanded.refusal).toEqual({
      reason: 'CannotAdopt',
      message: `cannot adopt: spec.adopt.instance: ${why}; nothing was changed`,
    });
  });

  test('is refused beside data of another claim', () => {
    const spec = { ...database.given.spec, restoreFrom: { claim: 'other' } };
    expect(both({ ...database.given, spec, claims: [] }).expanded.refusal?.reason).toBe('CannotAdopt');
  });

  test('is refused on a backend that has none', () => {
    const refused = both({ spec: { adopt: { instance: 'legacy-orders' } } }).expanded.refusal;
    expect(refused?.message).toBe(
      'cannot use AppDatabase "orders" in environment dev: spec.adopt: got {"instance":"legacy-orders"}, which backend container does not have: ' +
        'leave it out, and begin with the data by spec.restoreFrom',
    );
  });

  test('keeps what it has when its object blinks or the tag is gone', () => {
    const { guarded } = accepted(world());
    const { instance: _, ...others } = seen(guarded, world());
    const blinked = both({ ...database.given, observed: others });
    expect(
      Object.keys(blinked.expanded.desired)
        .filter((key) => key !== 'final-snapshot')
        .sort(),
    ).toEqual(Object.keys(guarded.desired).sort());
    expect(policies(blinked.guarded).find(([key]) => key === 'instance')).toEqual(['instance', ['Observe']]);
  });

  test('is not let go by a claim that says it no more, or another', () => {
    const { guarded } = accepted(world());
    for (const adopt of [undefined, { instance: 'other' }]) {
      const spec = { ...database.given.spec, adopt };
      expect(both({ ...database.given, spec, observed: seen(guarded, world()) }).guarded.refusal?.reason).toBe('WouldReplace');
    }
  });
});

const shownOf = ({ adoption }: ReturnType<typeof both>) =>
  adoption?.differences?.map(({ key, field, runs, would }) => [`${key}.${field}`, runs, would]);

describe('a bucket that was there before its claim', () => {
  const { world, round, accepted } = adopting(bucket);

  test('shows what is kept apart from it too, but for what is the same', () => {
    expect(shownOf(round(world()))).toMatchInlineSnapshot(`
      [
        [
          "bucket.tags",
          {
            "adoptable-by": "shop-eu-1/prod/shop/AppBucket/files",
          },
          {
            "claim": "files",
            "control-plane": "shop-eu-1",
            "environment": "prod",
            "kind": "AppBucket",
            "managed-by": "golden-path",
            "namespace": "shop",
            "owner": "shop",
            "team": "shop",
          },
        ],
        [
          "lifecycle.rule",
          undefined,
          [
            {
              "abortIncompleteMultipartUpload": [
                {
                  "daysAfterInitiation": 7,
                },
              ],
              "filter": [
                {
                  "prefix": "",
                },
              ],
              "id": "abandoned-uploads",
              "status": "Enabled",
            },
          ],
        ],
        [
          "policy.policy",
          "{"Version":"2012-10-17","Statement":[]}",
          "{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::legacy-files","arn:aws:s3:::legacy-files/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}",
        ],
        [
          "public-access.blockPublicAcls",
          undefined,
          true,
        ],
        [
          "public-access.blockPublicPolicy",
          undefined,
          true,
        ],
        [
          "public-access.ignorePublicAcls",
          undefined,
          true,
        ],
        [
          "public-access.restrictPublicBuckets",
          undefined,
          true,
        ],
        [
          "versioning.versioningConfiguration",
          undefined,
          {
            "status": "Enabled",
          },
        ],
      ]
    `);
  });

  test('keeps its encryption, and its old versions unless the claim says for how long', () => {
    const made = accepted(world()).guarded.desired;
    expect(at(made['encryption']?.object, 'spec', 'forProvider', 'rule')).toEqual([
      { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } },
    ]);
    expect(at(made['lifecycle']?.object, 'spec', 'forProvider', 'rule')).toEqual([
      {
        id: 'abandoned-uploads',
        status: 'Enabled',
        filter: [{ prefix: '' }],
        abortIncompleteMultipartUpload: [{ daysAfterInitiation: 7 }],
      },
    ]);
    const spec = { ...bucket.given.spec, retentionDays: 30 };
    expect(round(world(), { spec }).adoption?.open?.message).toMatchInlineSnapshot(
      `"cannot adopt: lifecycle (BucketLifecycleConfiguration files-bucket-lifecycle): rule: runs nothing, would be [{"abortIncompleteMultipartUpload":[{"daysAfterInitiation":7… (303 characters), which deletes old versions that are older than it says now: leave out what asks for it; nothing was changed"`,
    );
  });

  test('keeps a key of the account, which its readers are given, and no other', () => {
    const by = (kmsMasterKeyId: string) => {
      const rule = [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId } }];
      const { desired } = accepted({ ...world(), encryption: { rule } }).guarded;
      return at(desired['encryption']?.object, 'spec', 'forProvider', 'rule', '0', 'applyServerSideEncryptionByDefault', 'kmsMasterKeyId');
    };
    expect(by('arn:aws:kms:eu-west-1:111122223333:key/legacy')).toBe('arn:aws:kms:eu-west-1:111122223333:key/legacy');
    expect(by('arn:aws:kms:eu-west-1:444455556666:key/theirs')).toBe(everything.aws.kmsKeyArn);
  });

  test('has no binding until it is the claim’s', () => {
    const waiting = round(world());
    expect(waiting.guarded.desired['binding']).toBeUndefined();
    expect(decoded(accepted(world()).guarded.desired['binding']?.object)['bucket']).toBe('legacy-files');
  });
});

describe('a queue that was there before its claim', () => {
  const { world, round, accepted } = adopting(queue);

  test('shows its policy too, and keeps what no claim says', () => {
    expect(shownOf(round(world()))).toMatchInlineSnapshot(`
      [
        [
          "queue.kmsMasterKeyId",
          "",
          "arn:aws:kms:eu-west-1:111122223333:key/1",
        ],
        [
          "queue.redrivePolicy",
          "",
          "{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:prod-shop-jobs-d28vppvi366to66n-dead-letters","maxReceiveCount":5}",
        ],
        [
          "queue.tags",
          {
            "adoptable-by": "shop-eu-1/prod/shop/AppQueue/jobs",
          },
          {
            "claim": "jobs",
            "control-plane": "shop-eu-1",
            "environment": "prod",
            "kind": "AppQueue",
            "managed-by": "golden-path",
            "namespace": "shop",
            "owner": "shop",
            "team": "shop",
          },
        ],
        [
          "queue.visibilityTimeoutSeconds",
          300,
          30,
        ],
        [
          "queue-policy.policy",
          "{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]}",
          "{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"arn:aws:sqs:eu-west-1:111122223333:legacy-jobs","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}",
        ],
      ]
    `);
    expect(at(accepted(world()).guarded.desired['queue']?.object, 'spec', 'forProvider')).toMatchObject({
      name: 'legacy-jobs',
      delaySeconds: 15,
      receiveWaitTimeSeconds: 20,
    });
  });

  test.each<[string, object, string]>([
    [
      'is fifo',
      { fifoQueue: true },
      'queue (Queue jobs-queue-queue): fifoQueue: runs true, would be false, which cannot change: say spec.fifo: true, in a claim that is made anew, since this one has nothing yet',
    ],
    [
      'keeps messages longer',
      { messageRetentionSeconds: 1_000_000 },
      'queue (Queue jobs-queue-queue): messageRetentionSeconds: runs 1000000, would be 345600, which deletes messages that are older than it says now: say as much in spec.retentionDays',
    ],
    [
      'has another key',
      { kmsMasterKeyId: 'alias/legacy' },
      'queue (Queue jobs-queue-queue): its messages are encrypted with key "alias/legacy", which who receives here may not use: once it is empty, have the platform team take the key from it in SQS',
    ],
  ])('is refused where it %s', (_, more, why) => {
    expect(round(world(more)).adoption?.open).toEqual({ reason: 'CannotAdopt', message: `cannot adopt: ${why}; nothing was changed` });
  });
});

describe('a cache that was there before its claim', () => {
  const { world, round, accepted } = adopting(cache);
  const refusalOf = (more: object, given: Partial<Given> = {}) => round(world(more), given).adoption?.open?.message;
  const withToken = (...objects: readonly KubernetesObject[]) => round(world(), { objects }).expanded.refusal?.message;

  test('shows every difference, with its effect, and no new token', () => {
    expect(allowed(round(world()).guarded)?.message).toMatchInlineSnapshot(
      `"nothing of "legacy-sessions" was changed yet; to take it in with these changes, run: kubectl annotate appcache sessions --namespace shop --overwrite platform.internal/acknowledge=adopt-1bjbs7q80prmtouh; replication-group: description: runs "Sessions of the shop", would be "AppCache shop/sessions" (in place: no downtime); replication-group: maintenanceWindow: runs "sun:03:00-sun:04:00", would be "sun:05:00-sun:06:00" (in place: no downtime); replication-group: nodeType: runs "cache.m6g.large", would be "cache.m7g.large" (in place: online scaling: it goes on serving; connections to the old nodes break for a few seconds); replication-group: parameterGroupName: runs "default.valkey7", would be "prod-shop-sessions-70lh3fhraef6aver" (restart: static parameters apply when the nodes restart, dynamic ones at once); replication-group: securityGroupIds: runs ["sg-legacy"], would be ["sessions-cache-security-group"] (in place: no downtime; whom the groups of before alone let in is shut out); replication-group: snapshotWindow: runs "01:00-02:00", would be "02:00-03:00" (in place: no downtime); replication-group: tags: runs {"adoptable-by":"shop-eu-1/prod/shop/AppCache/sessions","aut… (80 characters), would be {"claim":"sessions","control-plane":"shop-eu-1","environment… (162 characters) (in place: no downtime)"`,
    );
  });

  test('keeps its token, its key, its subnets, its nodes and what is not said of it', () => {
    const { guarded } = accepted(world());
    expect(at(guarded.desired[cache.key]?.object, 'spec', 'forProvider')).toMatchInlineSnapshot(`
      {
        "applyImmediately": false,
        "atRestEncryptionEnabled": "true",
        "autoMinorVersionUpgrade": "true",
        "automaticFailoverEnabled": true,
        "description": "AppCache shop/sessions",
        "engine": "valkey",
        "engineVersion": "7.2",
        "finalSnapshotIdentifier": "legacy-sessions-final-20260102030405",
        "kmsKeyId": "arn:aws:kms:eu-west-1:111122223333:key/legacy",
        "maintenanceWindow": "sun:05:00-sun:06:00",
        "multiAzEnabled": true,
        "nodeType": "cache.m7g.large",
        "notificationTopicArn": "arn:aws:sns:eu-west-1:111122223333:legacy",
        "numCacheClusters": 2,
        "parameterGroupName": "prod-shop-sessions-70lh3fhraef6aver",
        "port": 6379,
        "region": "eu-west-1",
        "securityGroupIdRefs": [
          {
            "name": "sessions-cache-security-group",
          },
        ],
        "snapshotRetentionLimit": 7,
        "snapshotWindow": "02:00-03:00",
        "subnetGroupName": "legacy-subnets",
        "tags": {
          "claim": "sessions",
          "control-plane": "shop-eu-1",
          "environment": "prod",
          "kind": "AppCache",
          "managed-by": "golden-path",
          "namespace": "shop",
          "owner": "shop",
          "team": "shop",
        },
        "transitEncryptionEnabled": true,
        "transitEncryptionMode": "required",
      }
    `);
    expect(Object.keys(guarded.desired).sort()).toMatchInlineSnapshot(`
      [
        "alarm-cpu",
        "alarm-evictions",
        "ingress-133680d2",
        "ingress-638e1131",
        "ingress-f81b34d4",
        "parameter-group-7",
        "protection",
        "replication-group",
        "security-group",
      ]
    `);
    expect(at(guarded.desired['alarm-cpu']?.object, 'spec', 'forProvider')).toMatchInlineSnapshot(`
      {
        "alarmActions": [
          "arn:aws:sns:eu-west-1:111122223333:alarms",
        ],
        "alarmDescription": "AppCache shop/sessions of shop uses more than nine tenths of the CPU that commands run on",
        "comparisonOperator": "GreaterThanThreshold",
        "evaluationPeriods": 3,
        "metricQuery": [
          {
            "expression": "MAX([m1,m2])",
            "id": "highest",
            "label": "EngineCPUUtilization",
            "returnData": true,
          },
          {
            "id": "m1",
            "metric": {
              "dimensions": {
                "CacheClusterId": "legacy-sessions-001",
              },
              "metricName": "EngineCPUUtilization",
              "namespace": "AWS/ElastiCache",
              "period": 300,
              "stat": "Average",
            },
          },
          {
            "id": "m2",
            "metric": {
              "dimensions": {
                "CacheClusterId": "legacy-sessions-003",
              },
              "metricName": "EngineCPUUtilization",
              "namespace": "AWS/ElastiCache",
              "period": 300,
              "stat": "Average",
            },
          },
        ],
        "okActions": [
          "arn:aws:sns:eu-west-1:111122223333:alarms",
        ],
        "region": "eu-west-1",
        "tags": {
          "claim": "sessions",
          "control-plane": "shop-eu-1",
          "environment": "prod",
          "kind": "AppCache",
          "managed-by": "golden-path",
          "namespace": "shop",
          "owner": "shop",
          "team": "shop",
        },
        "threshold": 90,
        "treatMissingData": "missing",
      }
    `);
  });

  test('is bound by the token of the Secret, and keeps it when that is gone', () => {
    const { guarded } = accepted(world());
    const observed = seen(guarded, world());
    const group = observed[cache.key] as ObservedResource;
    const connectionDetails = { primary_endpoint_address: 'legacy-sessions.cache.internal', port: '6379' };
    const connected = { ...observed, [cache.key]: { ...group, connectionDetails } };
    const { expanded } = both({ ...cache.given, observed: connected });
    const values = {
      type: 'redis',
      provider: 'elasticache',
      host: 'legacy-sessions.cache.internal',
      port: '6379',
      password: 'a-token-that-clients-use',
      tls: 'true',
      uri: 'rediss://:a-token-that-clients-use@legacy-sessions.cache.internal:6379',
    };
    const binding = expanded.desired['binding']?.object as KubernetesObject;
    expect(decoded(binding)).toEqual(values);
    const issued = { ...binding, metadata: { ...binding.metadata, ownerReferences: controlledByClaim } };
    const bound: Record<string, ObservedResource> = { ...connected, binding: { object: issued, connectionDetails: {} } };
    const later = both({ ...cache.given, objects: [], observed: bound });
    expect([later.expanded.refusal, decoded(later.expanded.desired['binding']?.object)]).toEqual([undefined, values]);
    // What was put there since and is no token changes nothing either, and the claim says so.
    const mistyped = both({ ...cache.given, objects: [tokenOf('short')], observed: bound });
    expect([mistyped.expanded.refusal, decoded(mistyped.expanded.desired['binding']?.object)]).toEqual([undefined, values]);
    expect(mistyped.expanded.conditions.find(({ type }) => type === 'Provisioned')?.message).toContain(
      'data.password of Secret "sessions-cache-token" is no token, want 16 to 128 printable characters without spaces or line breaks, as ElastiCache has them; apps keep the token that they had',
    );
    // The same where the object of the group blinked, and was looked at again.
    const { [cache.key]: _, ...others } = bound;
    const looking = both({ ...cache.given, objects: [], observed: others }).guarded;
    const looked = { ...seen(looking, world()), ...others };
    const again = both({ ...cache.given, objects: [], observed: looked });
    expect([again.expanded.refusal, decoded(again.expanded.desired['binding']?.object)]).toEqual([undefined, values]);
  });

  test('is refused without a token that its clients could use, with how to say it', () => {
    const cannot = 'cannot adopt: spec.adopt.replicationGroup: ';
    expect(withToken()).toBe(
      `${cannot}AWS tells nobody its token: have somebody who knows it run: kubectl create secret generic sessions-cache-token -n shop --from-file=password=FILE; nothing was changed`,
    );
    for (const password of ['a-token-with-a-line-break\n', 'short', 'a token with spaces in it']) {
      expect(withToken(tokenOf(password))).toBe(
        `${cannot}data.password of Secret "sessions-cache-token" is no token, want 16 to 128 printable characters without spaces or line breaks, as ElastiCache has them; nothing was changed`,
      );
    }
  });

  test.each<[string, object, string]>([
    [
      'without TLS',
      { transitEncryptionEnabled: false, transitEncryptionMode: '' },
      'who connects to it need not use TLS: have the platform team require that in ElastiCache first, once all of its clients do',
    ],
    [
      'with TLS for those who want it',
      { transitEncryptionMode: 'preferred' },
      'who connects to it need not use TLS: have the platform team require that in ElastiCache first, once all of its clients do',
    ],
    ['with users of a group', { userGroupIds: ['team'] }, 'its users are those of a user group, want one that has a token alone'],
    ['with shards', { clusterEnabled: true }, 'its keys are in shards, for clients of a cluster: want one without cluster mode'],
    [
      'of more than one region',
      { globalReplicationGroupId: 'world' },
      'it belongs to "world", of more than one region: have the platform team take it out in ElastiCache first',
    ],
    ['on another port', { port: 6380 }, 'it listens on port 6380, want 6379'],
    [
      'of another engine',
      { engine: 'redis' },
      'engine: runs "redis", would be "valkey", which cannot change: leave out what asks for it, or have the platform team change it in AWS first',
    ],
    [
      'without encryption',
      { atRestEncryptionEnabled: 'false' },
      'atRestEncryptionEnabled: runs "false", would be "true", which cannot change: leave out what asks for it, or have the platform team change it in AWS first',
    ],
    [
      'with larger nodes',
      { nodeType: 'cache.r6g.4xlarge' },
      'nodeType: runs "cache.r6g.4xlarge", would be "cache.m7g.large", which evicts the keys that have no room any more: say as much in spec.size',
    ],
    [
      'with older snapshots',
      { snapshotRetentionLimit: 30 },
      'snapshotRetentionLimit: runs 30, would be 7, which deletes the automatic snapshots that are older than 7 days: have the platform team say data.defaults.AppCache.snapshotRetentionDays: at least 30',
    ],
    [
      'with a newer version',
      { engineVersionActual: '8.1.0' },
      'engineVersion: runs "8.1.0", would be "7.2", to which the engine cannot go from there: say spec.version: 8',
    ],
  ])('is refused %s, with what to do', (_, more, why) => {
    expect(refusalOf(more)).toBe(
      `cannot adopt: replication-group (ReplicationGroup sessions-cache-replication-group): ${why}; nothing was changed`,
    );
  });

  test('is refused where nobody who administers AWS says that it asks for a token', () => {
    const { world: untagged, round: untaggedRound } = adopting({ ...cache, tags: {} });
    expect(untaggedRound(untagged()).adoption?.open?.message).toBe(
      'cannot adopt: replication-group (ReplicationGroup sessions-cache-replication-group): its provider does not report whether it asks for a token: have the platform team tag it with auth-token=required, once nobody gets in without one; nothing was changed',
    );
  });

  test('is refused in another VPC', () => {
    expect(round({ ...world(), 'subnet-group': { vpcId: 'vpc-2' } }).expanded.refusal).toEqual({
      reason: 'CannotAdopt',
      message:
        'cannot adopt: spec.adopt.replicationGroup: "legacy-sessions" is in VPC "vpc-2", want "vpc-1", as data.aws.vpcId of the environment says; nothing was changed',
    });
  });
});
