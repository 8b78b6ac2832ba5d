import { describe, expect, test } from 'vitest';
import { apiVersion } from '../functions/core/group.ts';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import { groupKind } from '../functions/core/kubernetes.ts';
import type { DesiredResource, ObservedResource } from '../functions/core/step.ts';
import { expand } from '../functions/expand/expand.ts';
import { goldenPath } from '../functions/golden-path.ts';
import { changesOf } from '../functions/guard/changes.ts';
import { guard } from '../functions/guard/guard.ts';
import { awsKind } from '../functions/kinds/aws/provider.ts';
import { sqsQueue } from '../functions/kinds/aws/sqs-queue.ts';
import { defineKind, undecided } from '../functions/kinds/card.ts';
import { definePlatform } from '../functions/platform.ts';
import {
  awsIn,
  controlledByClaim,
  environmentConfig,
  everything,
  type Given,
  instanceDetails,
  loginDetails,
  observedAfter,
  stepRequest,
} from './request.ts';

type Change = (desired: Record<string, DesiredResource>) => Record<string, DesiredResource>;

/** The guard's answer once a later step has changed what expand wanted. */
function guarded(given: Given = {}, change: Change = (desired) => desired) {
  const request = stepRequest(given);
  const { desired, status, refusal } = expand(request);
  if (refusal !== undefined) throw new Error(refusal.message);
  return guard({ ...request, desired: change({ ...desired }), desiredStatus: status ?? {} });
}

const prod: Given = { environment: 'prod' };

function here(data: object, tier = 'prod'): Given {
  return { environment: 'here', environments: [environmentConfig('here', { ...everything, tier, ...data })] };
}

/** A claim that is provisioned, as Crossplane sees it. */
function live(given: Given): Given {
  const first = expand(stepRequest(given));
  const details = { instance: instanceDetails, login: loginDetails };
  const made = expand(stepRequest({ ...given, observed: observedAfter(first, details) }));
  const second = expand(stepRequest({ ...given, observed: observedAfter(made, details) }));
  const uids = Object.fromEntries(
    Object.entries(observedAfter(second, details)).map(([key, { object, connectionDetails }]): [string, ObservedResource] => [
      key,
      { object: { ...object, metadata: { ...object.metadata, uid: `uid-of-${key}` } }, connectionDetails },
    ]),
  );
  const status = { ...second.status, ...guard({ ...stepRequest(given), desired: second.desired }).status };
  return { ...given, observed: uids, status };
}

function instanceWith(forProvider: Record<string, unknown>, spec: Record<string, unknown> = {}): Change {
  return (desired) => {
    const instance = desired['instance']?.object as KubernetesObject & { spec: { forProvider: object } };
    const object = { ...instance, spec: { ...instance.spec, ...spec, forProvider: { ...instance.spec.forProvider, ...forProvider } } };
    return { ...desired, instance: { object } };
  };
}

const multiAz = 'instance (Instance orders-database-instance): spec.forProvider.multiAz: got false, want true [multi-az]';

describe('a policy', () => {
  test('refuses whoever wrote it', () => {
    const message = `cannot apply in environment prod: ${multiAz}`;
    const response = guarded(prod, instanceWith({ multiAz: false }));
    expect([response.refusal, response.conditions]).toEqual([
      { reason: 'PolicyViolated', message },
      [{ type: 'Allowed', status: 'False', reason: 'PolicyViolated', message }],
    ]);
  });

  test('names the field of the claim where that is at fault', () => {
    expect(guarded({ ...prod, spec: { highAvailability: false, backupRetentionDays: 3 } }).refusal).toEqual({
      reason: 'PolicyViolated',
      message:
        'cannot apply in environment prod: spec.highAvailability: got false, want true [multi-az]; ' +
        'spec.backupRetentionDays: got 3, want at least 7 [backed-up]',
    });
  });

  test('warns where the environment only wants that', () => {
    const response = guarded(here({ policies: { 'multi-az': { severity: 'warn' } } }), instanceWith({ multiAz: false }));
    expect([response.refusal, response.conditions]).toEqual([
      undefined,
      [
        {
          type: 'Allowed',
          status: 'True',
          reason: 'PoliciesHoldWithWarnings',
          message: `Every policy of tier prod holds; warning: ${multiAz}`,
        },
      ],
    ]);
  });

  test('that only warns tells of an app that logs in as the administrator of its server', () => {
    const { providerSqlTls: _, ...aws } = everything.aws;
    const warned = {
      type: 'Allowed',
      status: 'True',
      reason: 'PoliciesHoldWithWarnings',
      message:
        'Every policy of tier prod holds; warning: instance (Instance orders-database-instance): spec.forProvider.dbName: got "app", ' +
        'want none, since RDS makes its administrator the owner of that database, whom the app then logs in as [own-login]',
    };
    const [made, stays] = [here({ aws }), here({})];
    // One that was made so stays so, and is told so, although a new one would not be.
    const responses = [guarded(made), guarded({ ...live(made), ...stays }), guarded(stays)];
    expect(responses.map(({ refusal, conditions }) => [refusal, conditions])).toEqual([
      [undefined, [warned]],
      [undefined, [warned]],
      [undefined, [{ type: 'Allowed', status: 'True', reason: 'PoliciesHold', message: 'Every policy of tier prod holds' }]],
    ]);
  });

  test('is silent where the environment has it off', () => {
    const response = guarded(here({ policies: { 'multi-az': { severity: 'off' } } }), instanceWith({ multiAz: false }));
    expect(response.conditions).toEqual([
      { type: 'Allowed', status: 'True', reason: 'PoliciesHold', message: 'Every policy of tier prod holds' },
    ]);
  });

  test('is waived by the claim only where the environment lets it, and the status says so', () => {
    const annotations = { 'platform.internal/waive-policies': 'multi-az, backed-up' };
    const waivable = here({ policies: { 'multi-az': { waivable: true } } });
    const unheeded = (id: string, environment: string) =>
      `annotation platform.internal/waive-policies: got "${id}", which environment ${environment} lets no claim waive`;
    expect(guarded({ ...prod, annotations }, instanceWith({ multiAz: false })).refusal?.message).toBe(
      `cannot apply in environment prod: ${multiAz}; ${unheeded('multi-az', 'prod')}; ${unheeded('backed-up', 'prod')}`,
    );
    const response = guarded({ ...waivable, annotations }, instanceWith({ multiAz: false }));
    expect([response.status?.['waivedPolicies'], response.conditions]).toEqual([
      ['multi-az'],
      [
        {
          type: 'Allowed',
          status: 'True',
          reason: 'PoliciesHoldWithWarnings',
          message: `Every policy of tier prod holds, but for those waived by the claim: multi-az; warning: ${unheeded('backed-up', 'here')}`,
        },
      ],
    ]);
  });

  test('that does not exist is not waived in silence', () => {
    const annotations = { 'platform.internal/waive-policies': 'multi-azz' };
    expect(guarded({ annotations }).conditions[0]?.message).toBe(
      'Every policy of tier dev holds; warning: annotation platform.internal/waive-policies: got "multi-azz", want the id of a policy',
    );
  });

  test('that allows nothing besides cannot be told to', () => {
    const allowing = (id: string) => expand(stepRequest(here({ policies: { [id]: { allow: ['x'] } } }))).refusal?.message;
    expect([allowing('allowed-regions'), allowing('multi-az')]).toEqual([
      undefined,
      'cannot use EnvironmentConfig "here": data.policies.multi-az.allow: unknown field; namespace "shop" belongs to it',
    ]);
  });

  test('refuses a kind that nothing is known of, whoever composed it, and only what an environment accepts by name passes', () => {
    const table: KubernetesObject = { apiVersion: 'timestreamwrite.aws.m.upbound.io/v1beta1', kind: 'Table', metadata: { name: 'orders' } };
    const withTable: Change = (desired) => ({ ...desired, table: { object: table } });
    const setting = (data: object) => here({ policies: { 'known-kinds': data } });
    expect(guarded(prod, withTable).refusal).toEqual({
      reason: 'PolicyViolated',
      message:
        'cannot apply in environment prod: table (Table orders): kind: got "timestreamwrite.aws.m.upbound.io/Table", want one that has a card [known-kinds]',
    });
    const undecidedTable = defineKind({
      ...sqsQueue,
      ...awsKind('timestreamwrite', 'Table', 'tables'),
      atRest: undecided('what encrypts it'),
    });
    const cards = new Map([...goldenPath.cards, [groupKind(undecidedTable), undecidedTable]]);
    const accepting = setting({ allow: ['timestreamwrite.aws.m.upbound.io/Table'] });
    expect(guarded({ ...accepting, platform: { ...goldenPath, cards } }, withTable).refusal?.message).toContain(
      'table (Table orders): atRest of the card of timestreamwrite.aws.m.upbound.io/Table: got undecided, want what encrypts it [known-kinds]',
    );
    expect(guarded(setting({ allow: ['timestreamwrite.aws.m.upbound.io/Table'] }), withTable).refusal).toBeUndefined();
    for (const data of [{ severity: 'off' }, { severity: 'warn' }, { waivable: true }]) {
      const [field] = Object.keys(data);
      expect(expand(stepRequest(setting(data))).refusal?.message).toBe(
        `cannot use EnvironmentConfig "here": data.policies.known-kinds.${field}: unknown field; namespace "shop" belongs to it`,
      );
    }
  });

  test('that Crossplane itself rests on cannot be set', () => {
    expect(expand(stepRequest(here({ policies: { 'unique-objects': { severity: 'off' } } }))).refusal?.message).toBe(
      'cannot use EnvironmentConfig "here": data.policies.unique-objects: unknown field; namespace "shop" belongs to it',
    );
  });
});

test.each(['Snapshot', 'Delete'])('spec.deletion: %s of the claim itself gives the protection up', (deletion) => {
  expect(guarded({ ...prod, spec: { deletion } }).refusal).toBeUndefined();
});

test('a default of the environment cannot give the protection up', () => {
  expect(guarded(here({ defaults: { AppDatabase: { deletion: 'Delete' } } })).refusal?.reason).toBe('PolicyViolated');
});

const annotate = (tokens: string) =>
  `; if that loss is meant, run: kubectl annotate appdatabase orders --namespace shop --overwrite platform.internal/acknowledge=${tokens}`;

/** The refusal without the tokens, and the answer once they are in the annotation. */
function lossOf(given: Given, change?: Change) {
  const refusal = guarded(given, change).refusal;
  const tokens = refusal?.message.split('acknowledge=')[1] ?? '';
  const message = refusal?.message.replace(annotate(tokens), '');
  const annotations = { 'platform.internal/acknowledge': tokens };
  return { reason: refusal?.reason, message, tokens, acknowledged: guarded({ ...given, annotations }, change) };
}

describe('data', () => {
  const without =
    (key: string): Change =>
    ({ [key]: _, ...rest }) =>
      rest;

  test('is not taken from an object without an owner, whatever its key', () => {
    const dashboard = { object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'orders-dashboard' } }, connectionDetails: {} };
    const given = live({});
    expect(() => guarded({ ...given, observed: { ...given.observed, dashboard } })).toThrow(
      'cannot believe what AppDatabase "orders" is said to have composed: "dashboard": got ConfigMap "orders-dashboard", want something that this claim composed',
    );
  });

  test('that a step made goes with the step where the platform says so', () => {
    const chart = {
      object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'orders-chart', ownerReferences: controlledByClaim } },
      connectionDetails: {},
    };
    const given = live({});
    const without = (releasable: readonly string[]) =>
      guarded({ ...given, platform: definePlatform({ ...goldenPath, releasable }), observed: { ...given.observed, chart } }).refusal;
    expect(without(['char*'])).toBeUndefined();
    expect(without(['char'])?.reason).toBe('WouldRemove');
  });

  test.each<[string, Given, Change | undefined, string, string]>([
    [
      'whose resource would vanish',
      live(prod),
      without('instance'),
      'WouldRemove',
      "cannot apply: it would delete instance (Instance orders-database-instance), which nothing in the claim's spec asks for any more",
    ],
    [
      'whose administrator is another',
      live(prod),
      instanceWith({ username: 'other' }),
      'WouldReplace',
      'cannot apply: instance (Instance orders-database-instance): spec.forProvider.username: got "other", want "platform", which cannot change without losing the data',
    ],
    [
      'whose key changed',
      live(here({})),
      instanceWith({ kmsKeyId: 'arn:aws:kms:us-east-1:111122223333:key/2' }),
      'WouldReplace',
      'cannot apply: instance (Instance orders-database-instance): spec.forProvider.kmsKeyId: got "arn:aws:kms:us-east-1:111122223333:key/2", want "arn:aws:kms:eu-west-1:111122223333:key/1", which cannot change without losing the data',
    ],
    [
      'whose storage shrank',
      live(prod),
      instanceWith({ allocatedStorage: 50 }),
      'WouldShrink',
      'cannot apply: instance (Instance orders-database-instance): spec.forProvider.allocatedStorage: got 50, want at least 100, which is in use',
    ],
    [
      'whose backups would go',
      live({ ...prod, spec: { backupRetentionDays: 30 } }),
      instanceWith({ backupRetentionPeriod: 14 }),
      'WouldDelete',
      'cannot apply: instance (Instance orders-database-instance): it deletes the automated backups that are older than 14 days',
    ],
    [
      'whose engine would go back',
      live(prod),
      instanceWith({ engineVersion: '16' }),
      'UpgradeNotSupported',
      'cannot apply: instance (Instance orders-database-instance): spec.forProvider.engineVersion: got "16", want "17" or "18", to which the engine can go from there in one step',
    ],
    [
      'whose object has another name',
      live(prod),
      (desired) => {
        const instance = desired['instance']?.object as KubernetesObject;
        return { ...desired, instance: { object: { ...instance, metadata: { ...instance.metadata, name: 'other' } } } };
      },
      'WouldReplace',
      'cannot apply: instance (Instance orders-database-instance): metadata.name: got "other", want "orders-database-instance", which cannot change without losing the data',
    ],
  ])('%s is kept, until that very loss is acknowledged', (_, given, change, reason, message) => {
    const loss = lossOf(given, change);
    expect([loss.reason, loss.message]).toEqual([reason, message]);
    expect([loss.acknowledged.refusal, loss.acknowledged.conditions[0]?.message]).toEqual([
      undefined,
      `Every policy of tier prod holds; acknowledged: ${loss.tokens}`,
    ]);
  });

  test('is kept when the namespace is relabelled from prod to dev, and the message says what happened', () => {
    const moved = { ...live(prod), environment: 'dev' };
    const { reason, message, acknowledged } = lossOf(moved);
    expect([reason, message, acknowledged.refusal]).toEqual([
      'WouldMove',
      'cannot apply: it would move a live AppDatabase from tier prod, backend rds to tier dev, backend container and leave its data behind, ' +
        'since its namespace was moved from environment prod to dev; undo that, or make a new claim and move the data',
      undefined,
    ]);
  });

  test('is kept when the environment moves it to another backend, and stays where it is when only the default is another', () => {
    const before = live(here({ defaults: { AppDatabase: { backend: 'shared' } } }, 'staging'));
    const defaults = { AppDatabase: { backend: 'container' } };
    const rollouts = { AppDatabase: [{ values: { backend: 'container' } }] };
    expect(guarded({ ...before, ...here({ defaults }, 'staging') }).refusal).toBeUndefined();
    expect(lossOf({ ...before, ...here({ defaults, rollouts }, 'staging') }).message).toBe(
      'cannot apply: it would move a live AppDatabase from backend shared to backend container and leave its data behind, ' +
        'since environment here now says so; undo that, or make a new claim and move the data',
    );
  });

  test("is kept by the claim's own record where nothing can be observed", () => {
    const { status, ...given } = live({ ...prod, spec: { storageGiB: 200 } });
    const blind = { ...given, spec: {}, observed: {}, ...(status !== undefined && { status: { ...status, binding: undefined } }) };
    expect(lossOf(blind).message).toBe('cannot apply: status.settings.storageGiB: got 100, want at least 200, which is in use');
  });

  test('is the same where what is recorded of it is a list or an object', () => {
    const apis = goldenPath.apis.map((api) => ({ ...api, durable: { ...api.durable, fixed: ['extensions'] } }));
    const given = { ...live({ ...prod, spec: { extensions: ['pgcrypto', 'hstore'] } }), platform: definePlatform({ ...goldenPath, apis }) };
    expect(guarded(given).refusal).toBeUndefined();
    expect(guarded({ ...given, observed: {}, spec: { extensions: ['pgcrypto'] } }).refusal?.reason).toBe('WouldReplace');
  });

  test('keeps its protection while something else is lost', () => {
    const given = { ...live(prod), spec: { deletion: 'Snapshot' } };
    expect(guarded(given).refusal).toBeUndefined();
    expect(lossOf(given, instanceWith({ username: 'other', deletionProtection: false })).message).toBe(
      'cannot apply: instance (Instance orders-database-instance): spec.forProvider.username: got "other", want "platform", which cannot change without losing the data; ' +
        'it would drop the deletion protection of instance together with that, want one after the other',
    );
  });

  test('keeps its provider from deleting while something else is lost, also where policies are left out', () => {
    const given = live(here({ policies: { 'outlives-control-plane': { severity: 'off' } } }));
    expect(lossOf(given, instanceWith({ username: 'other' }, { managementPolicies: undefined })).message).toBe(
      'cannot apply: instance (Instance orders-database-instance): spec.forProvider.username: got "other", want "platform", which cannot change without losing the data; ' +
        'it would drop the deletion protection of instance together with that, want one after the other',
    );
  });

  test('is kept although another change, or another state of the claim, was acknowledged', () => {
    const given = live(prod);
    const { tokens } = lossOf(given, instanceWith({ username: 'other' }));
    const annotations = { 'platform.internal/acknowledge': tokens };
    expect(guarded({ ...given, annotations }, instanceWith({ username: 'third' })).refusal?.reason).toBe('WouldReplace');
    expect(guarded({ ...given, annotations, generation: 2 }, instanceWith({ username: 'other' })).refusal?.reason).toBe('WouldReplace');
  });

  /** The sentences about one object that was and is to be, of a claim that has a UID. */
  const between = (was: KubernetesObject, is: KubernetesObject, uid = 'of-orders') => {
    const request = stepRequest({ observed: { it: { object: was, connectionDetails: {} } }, desired: { it: { object: is } } });
    return changesOf({ ...request, claim: { ...request.claim, metadata: { ...request.claim.metadata, uid } } });
  };

  test('is kept although a claim of the same name that there was before had its loss acknowledged', () => {
    const [was, is] = ['a', 'b'].map((name) => ({
      apiVersion: 'timestreamwrite.aws.m.upbound.io/v1beta1',
      kind: 'Table',
      metadata: { name },
    }));
    const tokens = ['first', 'second'].map((uid) =>
      between(was as KubernetesObject, is as KubernetesObject, uid).map(({ token }) => token),
    );
    expect(tokens).toEqual([['replace-n2cd54m8dcmugalk'], ['replace-ek4hv1eshoa07ln4']]);
  });

  test.each([
    ['20Gi', '1Gi'],
    ['20Gi', '1024Mi'],
    ['20Gi', '1073741824'],
    ['1.5Ti', '1Gi'],
    ['20Gi', 'much'],
  ])('of a volume of %s is not cut to %s', (before, after) => {
    const volume = (storage: string) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'orders' },
      spec: { resources: { requests: { storage } } },
    });
    expect(between(volume(before), volume(after)).map(({ reason, sentence }) => [reason, sentence])).toEqual([
      [
        'WouldShrink',
        `it (PersistentVolumeClaim orders): spec.resources.requests.storage: got "${after}", want at least "${before}", which is in use`,
      ],
    ]);
    expect(between(volume('20Gi'), volume('20480Mi'))).toEqual([]);
  });

  const rules = (...rule: readonly object[]) => ({ rule });
  const old = (noncurrentDays: number) => ({ id: 'old', noncurrentVersionExpiration: [{ noncurrentDays }] });
  const objects = (days: number) => ({ id: 'objects', expiration: [{ days }] });
  const cutOff = 'that are older than it says now';

  test.each<[string, string, object, object, string]>([
    ['s3', 'BucketLifecycleConfiguration', rules(old(30)), rules(old(7)), `deletes old versions ${cutOff}`],
    ['s3', 'BucketLifecycleConfiguration', rules(old(30)), rules(old(30), objects(90)), `deletes objects ${cutOff}`],
    [
      's3',
      'BucketLifecycleConfiguration',
      rules(old(30), objects(90)),
      rules(old(7), objects(7)),
      `deletes objects and old versions ${cutOff}`,
    ],
    ['sqs', 'Queue', { messageRetentionSeconds: 345_600 }, { messageRetentionSeconds: 86_400 }, `deletes messages ${cutOff}`],
    [
      'rds',
      'Instance',
      { backupRetentionPeriod: 14 },
      { backupRetentionPeriod: 7 },
      'deletes the automated backups that are older than 7 days',
    ],
    [
      'rds',
      'Cluster',
      { backupRetentionPeriod: 14 },
      { backupRetentionPeriod: 1 },
      'deletes the automated backups that are older than 1 day',
    ],
    ['rds', 'Instance', { backupRetentionPeriod: 14 }, { backupRetentionPeriod: 0 }, 'deletes the automated backups'],
    ['elasticache', 'ReplicationGroup', { snapshotRetentionLimit: 5 }, { snapshotRetentionLimit: 0 }, 'deletes the automatic snapshots'],
    [
      'elasticache',
      'ReplicationGroup',
      { nodeType: 'cache.r7g.large' },
      { nodeType: 'cache.m7g.large' },
      'evicts the keys that have no room any more',
    ],
    [
      'elasticache',
      'ReplicationGroup',
      { nodeType: 'cache.r7g.large' },
      { nodeType: 'cache.x9.large' },
      'evicts the keys that have no room any more',
    ],
  ])('that is kept for a time goes only when that is acknowledged: of %s, %s %j to %j', (service, kind, before, after, what) => {
    const object = (forProvider: object): KubernetesObject => ({
      apiVersion: `${service}.aws.m.upbound.io/v1beta1`,
      kind,
      metadata: { name: 'orders' },
      spec: { forProvider },
    });
    const found = between(object(before), object(after));
    expect(found.map(({ reason, sentence }) => [reason, sentence])).toEqual([['WouldDelete', `it (${kind} orders): it ${what}`]]);
    expect(between(object(after), object(before)).filter(({ sentence }) => !sentence.includes('evicts'))).toEqual([]);
  });

  test('is not lost by a cache that grows', () => {
    const cache = (nodeType: string): KubernetesObject => ({
      apiVersion: 'elasticache.aws.m.upbound.io/v1beta1',
      kind: 'ReplicationGroup',
      metadata: { name: 'orders' },
      spec: { forProvider: { nodeType } },
    });
    expect(between(cache('cache.t4g.small'), cache('cache.r7g.large'))).toEqual([]);
  });

  test('may be in what nothing is known of, which keeps its kind and its names', () => {
    const object = (kind: string, name: string, external: string) => ({
      apiVersion: 'timestreamwrite.aws.m.upbound.io/v1beta1',
      kind,
      metadata: { name, annotations: { 'crossplane.io/external-name': external } },
    });
    const table = object('Table', 'a', 'orders');
    const sentences = (is: KubernetesObject) => between(table, is).map(({ sentence }) => sentence);
    expect(
      [table, object('Database', 'a', 'orders'), object('Table', 'b', 'orders'), object('Table', 'a', 'others')].map(sentences),
    ).toEqual([
      [],
      [
        'it (Table a): kind: got "timestreamwrite.aws.m.upbound.io/Database", want "timestreamwrite.aws.m.upbound.io/Table", which cannot change without losing the data',
      ],
      ['it (Table a): metadata.name: got "b", want "a", which cannot change without losing the data'],
      [
        'it (Table a): metadata.annotations.crossplane.io/external-name: got "others", want "orders", which cannot change without losing the data',
      ],
    ]);
  });

  test.each<[string, Change, string]>([
    ['taken away', without('instance'), 'WouldRemove'],
    ['shrunk', instanceWith({ allocatedStorage: 50 }), 'WouldShrink'],
  ])('of what an administrator has only observed for a while is not %s', (_, change, reason) => {
    const given = live(prod);
    const instance = given.observed?.['instance'] as ObservedResource;
    const object = { ...instance.object, spec: { ...(instance.object['spec'] as object), managementPolicies: ['Observe'] } };
    expect(lossOf({ ...given, observed: { ...given.observed, instance: { ...instance, object } } }, change).reason).toBe(reason);
  });

  test('that is being deleted already needs no acknowledgement', () => {
    const given = live(prod);
    const instance = given.observed?.['instance'] as ObservedResource;
    const going = { ...instance.object, metadata: { ...instance.object.metadata, deletionTimestamp: '2026-01-02T03:04:05Z' } };
    const observed = { ...given.observed, instance: { ...instance, object: going } };
    expect(guarded({ ...given, observed }, without('instance')).refusal).toBeUndefined();
  });
});

describe('a budget', () => {
  const { notificationTopicArn: _, ...aws } = everything.aws;
  const priced = (budget: object) =>
    here({
      budget,
      aws,
      prices: {
        'rds/db.t4g.medium': 0.1,
        'rds/db.m7g.large': 0.2,
        'rds/db.r7g.xlarge': 0.5,
        'rds/db.r7g.4xlarge': 2,
        'rds/gp3-gib-month': 0.1,
      },
    });
  const claim = (name: string, rest: object = {}): KubernetesObject => ({
    apiVersion: 'platform.internal/v1alpha1',
    kind: 'AppDatabase',
    metadata: { name, namespace: 'shop', creationTimestamp: '2026-01-02T03:04:00Z' },
    spec: { engine: 'postgres' },
    ...rest,
  });

  test('is kept to: the cost and its drivers are in the status', () => {
    const { status, refusal } = guarded(priced({ claimMonthlyUSD: 312 }));
    expect([refusal, status?.['monthlyCostUSD'], (status?.['cost'] as { drivers: unknown } | undefined)?.drivers]).toEqual([
      undefined,
      312,
      [
        { resource: 'instance', what: 'db.m7g.large, Multi-AZ', monthlyUSD: 292 },
        { resource: 'instance', what: '100 GiB of gp3, Multi-AZ', monthlyUSD: 20 },
      ],
    ]);
  });

  test('of a claim refuses, and says which sizes fit', () => {
    expect(guarded(priced({ claimMonthlyUSD: 311.99 })).refusal).toEqual({
      reason: 'OverBudget',
      message:
        'cannot apply in environment here: it would cost 312.00 USD a month, want at most 311.99, the budget of a claim; what fits: spec.size: small (166.00)',
    });
  });

  test('of a namespace counts the other claims: as recorded, or as estimated where they came first', () => {
    const given = { ...priced({ namespaceMonthlyUSD: 700 }), name: 'orders' };
    const younger = { metadata: { name: 'cart', namespace: 'shop', creationTimestamp: '2027-01-01T00:00:00Z' } };
    const refusedFor = (reason: string) => ({ conditions: [{ type: 'Allowed', status: 'False', reason }] });
    const settled = { environment: 'here', settings: { engine: 'postgres' }, monthlyCostUSD: 100 };
    const recorded = claim('cart', { ...younger, status: settled });
    const refused = claim('wish', { status: refusedFor('PolicyViolated') });
    const later = claim('later', { metadata: { ...younger.metadata, name: 'later' }, status: refusedFor('OverBudget') });
    expect(guarded({ ...given, claims: [recorded, refused, later] }).refusal).toBeUndefined();
    expect(guarded({ ...given, claims: [recorded, refused, later, claim('first')] }).refusal).toEqual({
      reason: 'OverBudget',
      message:
        'cannot apply in environment here: its namespace would cost 724.00 USD a month, of which 312.00 for this claim besides AppDatabase first 312.00, ' +
        'AppDatabase cart 100.00, want at most 700.00, the budget of a namespace; what fits: spec.size: small (166.00)',
    });
  });

  test('of a namespace is not spent twice by claims that are enlarged at the same time: the older one counts as it will be', () => {
    const given = { ...priced({ namespaceMonthlyUSD: 700 }), name: 'orders' };
    const settings = (size: string) => ({ monthlyCostUSD: 166, settings: { engine: 'postgres', size } });
    const enlarged = claim('cart', { spec: { engine: 'postgres', size: 'medium' }, status: settings('small') });
    const settled = claim('cart', { spec: { engine: 'postgres', size: 'small' }, status: settings('small') });
    const of = (other: KubernetesObject, size: string) =>
      guarded({ ...given, spec: { size }, claims: [other, claim('first')] }).refusal?.message;
    const besides = (sum: string) =>
      `cannot apply in environment here: its namespace would cost ${sum} USD a month, of which 312.00 for this claim besides AppDatabase `;
    expect([of(settled, 'medium'), of(enlarged, 'medium')]).toEqual([
      `${besides('790.00')}first 312.00, AppDatabase cart 166.00, want at most 700.00, the budget of a namespace; what fits: spec.size: small (166.00)`,
      `${besides('936.00')}cart 312.00, AppDatabase first 312.00, want at most 700.00, the budget of a namespace; no smaller size fits`,
    ]);
  });

  test('of a namespace is not told from more claims than can be estimated while others wait', () => {
    const given = { ...priced({ namespaceMonthlyUSD: 1_000_000 }), name: 'orders' };
    const older = (count: number) => Array.from({ length: count }, (_, index) => claim(`older-${index}`));
    expect([guarded({ ...given, claims: older(200) }).refusal, guarded({ ...given, claims: older(201) }).refusal]).toEqual([
      undefined,
      {
        reason: 'OverBudget',
        message:
          'cannot apply in environment here: its namespace has more than 200 older claims that ask for something else than they have, ' +
          'want fewer, for the budget of a namespace: it is looked at again by itself',
      },
    ]);
  });

  test('is not widened by what only seems to run: an object that the claim does not want', () => {
    const given = live(priced({ claimMonthlyUSD: 10 }));
    const pods = { spec: { containers: [{ name: 'a', resources: { requests: { cpu: '8', memory: '64Gi' } } }] } };
    const forged = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'forged', ownerReferences: controlledByClaim },
      spec: { replicas: 1000, template: pods },
    };
    const observed = {
      ...given.observed,
      forged: { object: { ...forged, metadata: { ...forged.metadata, deletionTimestamp: 'now' } }, connectionDetails: {} },
    };
    expect(guarded({ ...given, observed }).refusal).toBeUndefined();
    expect(guarded({ ...given, spec: { size: 'large' }, observed }).refusal?.reason).toBe('OverBudget');
  });

  test('of a claim offers no size whose cost is not known', () => {
    const given = { ...here({ budget: { claimMonthlyUSD: 0.01 } }), kind: 'AppCache', spec: { size: 'small' } };
    expect(guarded(given).refusal?.message).toBe(
      'cannot apply in environment here: it would cost 40.11 USD a month, want at most 0.01, the budget of a claim; no smaller size fits',
    );
  });

  test('of a namespace waits until the claims were looked up', () => {
    const given = priced({ namespaceMonthlyUSD: 700 });
    expect(guarded(given)).toEqual({
      desired: expand(stepRequest(given)).desired,
      conditions: [],
      events: [],
      requires: Object.fromEntries(
        goldenPath.apis
          .filter(({ place }) => place === 'environment')
          .map(({ kind, plural }) => [`claims-${plural}`, { apiVersion, kind, namespace: 'shop', labels: {} }]),
      ),
      ttlSeconds: 300,
    });
  });

  describe('where a price is not known', () => {
    const rare = 'elasticache.aws.m.upbound.io/GlobalReplicationGroup';
    const withRare: Change = (desired) => ({
      ...desired,
      rare: { object: { apiVersion: 'elasticache.aws.m.upbound.io/v1beta1', kind: 'GlobalReplicationGroup', metadata: { name: 'x' } } },
    });
    const accepting = (data: object) => here({ policies: { 'known-kinds': { allow: [rare] } }, ...data });
    const lacking = `rare: ${rare} in eu-west-1: no price "${rare}-month", want it in data.prices of the EnvironmentConfig`;
    const budget = { claimMonthlyUSD: 1000 };

    test.each([budget, { namespaceMonthlyUSD: 1000 }])('refuses what would be made: %j', (limits) => {
      expect(guarded({ ...accepting({ budget: limits }), claims: [] }, withRare).refusal).toEqual({
        reason: 'OverBudget',
        message: `cannot apply in environment here: it cannot be told what it would cost: ${lacking}`,
      });
      const priced = accepting({ budget: limits, prices: { [`${rare}-month`]: 5 } });
      expect(guarded({ ...priced, claims: [] }, withRare).refusal).toBeUndefined();
      expect(guarded({ ...accepting({}), claims: [] }, withRare).conditions[0]?.message).toContain(`its cost is not known: ${lacking}`);
    });

    test('refuses nothing that runs, or that ran and was lost', () => {
      const before = live(accepting({}));
      const status = { ...(before.status as object), ...guarded(accepting({}), withRare).status };
      const now = { ...before, ...accepting({ budget }), observed: before.observed ?? {}, status };
      expect(guarded(now, withRare).refusal).toBeUndefined();
      expect(guarded({ ...now, status: before.status }, withRare).refusal?.reason).toBe('OverBudget');
    });

    test('refuses nothing that only use can tell', () => {
      const north = here({ aws: awsIn('eu-north-1'), budget: { claimMonthlyUSD: 0.01 } });
      expect(guarded({ ...north, kind: 'AppBucket', spec: {} }).refusal).toBeUndefined();
    });
  });

  test('is not overrun by an unchanged claim whose object was deleted behind its back', () => {
    const running = live(priced({}));
    const { instance: _, ...rest } = running.observed ?? {};
    const lowered = { ...running, ...priced({ claimMonthlyUSD: 10 }), observed: rest };
    expect([guarded(lowered).refusal, guarded({ ...lowered, spec: { size: 'large' } }).refusal?.reason]).toEqual([undefined, 'OverBudget']);
  });

  test('of a namespace waits for what a younger claim may be getting at this moment, and says for what', () => {
    const given = { ...priced({ namespaceMonthlyUSD: 700 }), name: 'orders' };
    const younger = { metadata: { name: 'cart', namespace: 'shop', creationTimestamp: '2027-01-01T00:00:00Z' } };
    const claims = [claim('first', { status: { environment: 'here', settings: {}, monthlyCostUSD: 300 } }), claim('cart', younger)];
    const message =
      'cannot apply in environment here: its namespace has room for it, unless that goes to AppDatabase cart 312.00: it is looked at again by itself, within minutes';
    const { refusal, conditions } = guarded({ ...given, claims });
    expect([refusal, conditions]).toEqual([
      { reason: 'BudgetAwaited', message },
      [{ type: 'Allowed', status: 'False', reason: 'BudgetAwaited', message }],
    ]);
  });

  test('that became smaller than what runs only warns', () => {
    const running = live(priced({}));
    const { refusal, conditions } = guarded({ ...running, ...priced({ claimMonthlyUSD: 10 }), observed: running.observed ?? {} });
    expect([refusal, conditions[0]?.reason, conditions[0]?.message]).toEqual([
      undefined,
      'PoliciesHoldWithWarnings',
      'Every policy of tier prod holds; warning: it would cost 312.00 USD a month, want at most 10.00, the budget of a claim; no smaller size fits',
    ]);
    const larger = { ...running, ...priced({ claimMonthlyUSD: 10 }), observed: running.observed ?? {}, spec: { size: 'large' } };
    expect(guarded(larger).refusal?.reason).toBe('OverBudget');
  });

  test('is not overrun by what the cloud does by itself: storage that grew past the step at which gp3 includes more', () => {
    const given = { ...here({ budget: { claimMonthlyUSD: 500 } }), spec: { storageGiB: 250 } };
    const before = live(given);
    const { instance, ...others } = before.observed ?? {};
    const grown = { ...instanceDetails.status.atProvider, allocatedStorage: 420 };
    const observed = {
      ...others,
      instance: { ...instance, object: { ...instance?.object, status: { ...(instance?.object['status'] as object), atProvider: grown } } },
    };
    const { refusal, conditions, status } = guarded({ ...before, observed: observed as NonNullable<Given['observed']> });
    expect([refusal, conditions[0]?.reason, status?.['monthlyCostUSD']]).toEqual([undefined, 'PoliciesHold', 335.36]);
  });

  test('says that a price is missing', () => {
    const accepting = here({ policies: { 'known-kinds': { allow: ['neptune.aws.m.upbound.io/Cluster'] } } }, 'dev');
    const { status, conditions } = guarded(accepting, (desired) => ({
      ...desired,
      odd: { object: { apiVersion: 'neptune.aws.m.upbound.io/v1beta1', kind: 'Cluster', metadata: { name: 'x' } } },
    }));
    const unpriced = (status?.['cost'] as { unpriced: { what: string }[] } | undefined)?.unpriced;
    expect(conditions[0]?.message).toBe(`Every policy of tier dev holds; warning: its cost is not known: odd: ${unpriced?.[0]?.what}`);
  });
});

test('waits for where the claim is, and says nothing of it before', () => {
  const request = stepRequest(prod);
  for (const name of ['namespace', 'environments']) {
    const { [name]: _, ...required } = request.required;
    expect(guard({ ...request, required })).toEqual({ desired: {}, conditions: [], events: [], ttlSeconds: 300 });
  }
});

test('data under a key that another kind takes is kept', () => {
  const taken: Change = (desired) => ({
    ...desired,
    instance: { object: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'orders-database-instance' } } },
  });
  expect(lossOf(live(prod), taken).message).toBe(
    'cannot apply: instance (Instance orders-database-instance): kind: got "apps/Deployment", want "rds.aws.m.upbound.io/Instance", which cannot change without losing the data; ' +
      'it would drop the deletion protection of instance together with that, want one after the other',
  );
});

test('a token is of these very objects, of all of them, and of this very move', () => {
  const given = live(prod);
  const gone: Change = () => ({});
  const annotations = { 'platform.internal/acknowledge': lossOf(given, gone).tokens };
  expect(guarded({ ...given, annotations }, gone).refusal).toBeUndefined();
  const keys = Object.keys(given.observed ?? {}).sort();
  for (const key of [keys[0], keys.at(-1)] as string[]) {
    const was = given.observed?.[key] as ObservedResource;
    const made = { ...was, object: { ...was.object, metadata: { ...was.object.metadata, uid: 'made-anew' } } };
    expect(guarded({ ...given, annotations, observed: { ...given.observed, [key]: made } }, gone).refusal?.reason, key).toBe('WouldRemove');
  }
  const moved = { 'platform.internal/acknowledge': lossOf({ ...given, environment: 'dev' }).tokens };
  expect(guarded({ ...given, annotations: moved, environment: 'dev' }).refusal).toBeUndefined();
  expect(guarded({ ...given, annotations: moved, environment: 'staging' }).refusal?.reason).toBe('WouldMove');
});

test('a volume shrinks by what its size means', () => {
  const volume = (storage: string) => ({
    object: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'x', ownerReferences: controlledByClaim },
      spec: { resources: { requests: { storage } } },
    },
  });
  const sized = (was: string, is: string) =>
    guard({
      ...stepRequest({ observed: { extra: { ...volume(was), connectionDetails: {} } } }),
      desired: { extra: volume(is) },
    }).refusal?.reason;
  expect([sized('10Gi', '9Gi'), sized('9Gi', '10Gi'), sized('1Ti', '900Gi')]).toEqual(['WouldShrink', undefined, 'WouldShrink']);
});

test('a budget counts a claim of another kind with the same name', () => {
  const prices = { 'rds/db.m7g.large': 0.2, 'rds/gp3-gib-month': 0.1 };
  const cache: KubernetesObject = {
    apiVersion,
    kind: 'AppCache',
    metadata: { name: 'orders', namespace: 'shop', creationTimestamp: '2026-01-02T03:04:00Z' },
    spec: {},
    status: { monthlyCostUSD: 400 },
  };
  expect(guarded({ ...here({ budget: { namespaceMonthlyUSD: 700 }, prices }), claims: [cache] }).refusal?.message).toContain(
    'besides AppCache orders 400.00',
  );
});

test('what is managed by no policy is looked at all the same', () => {
  expect(guarded(prod, instanceWith({ multiAz: false }, { managementPolicies: [] })).refusal?.message).toBe(
    `cannot apply in environment prod: ${multiAz}`,
  );
});
