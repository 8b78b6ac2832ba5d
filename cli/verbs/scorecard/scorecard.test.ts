import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { apiVersion } from '../../../functions/core/group.ts';
import { at, type KubernetesObject } from '../../../functions/core/kubernetes.ts';
import { goldenPath } from '../../../functions/golden-path.ts';
import { keyAnnotation } from '../../../platform/keyed.ts';
import { apiserver, forbidden, serving } from '../../../test/apiserver.ts';
import { restingObjects, servedKinds } from '../../../test/resting.ts';
import { writtenBy } from '../../../test/terminal.ts';
import { scorecard } from './command.ts';

const now = new Date('2026-11-25T02:45:00Z');

const claimed = (kind: string, spec: Readonly<Record<string, unknown>>, name = 'orders') => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'shop' },
  spec,
});
const database = (spec: Readonly<Record<string, unknown>> = {}) => claimed('AppDatabase', { engine: 'postgres', ...spec });
const service = claimed('AppService', { image: 'docker.io/library/python:3.13-alpine', port: 8080 });
const all = [
  database(),
  claimed('AppCache', { engine: 'valkey' }),
  claimed('AppBucket', { writers: ['orders'] }),
  claimed('AppQueue', { consumers: ['orders'], producers: ['orders'] }),
  service,
  claimed('AppIdentity', {}),
];

const run = (output = 'table', { color = false, namespace }: { readonly color?: boolean; readonly namespace?: string } = {}) =>
  writtenBy((terminal) => scorecard({ ...terminal, platform: goldenPath, namespace, output, now, color }));

const isClaim = ({ apiVersion: version }: KubernetesObject) => version === apiVersion;

/** The objects of several claims that are at rest in one environment, of whose namespace somebody may be the owner. */
function resting(environment: string, claims: readonly ReturnType<typeof claimed>[], owner?: string): readonly KubernetesObject[] {
  const objects = claims.flatMap((claim) => restingObjects(claim, environment));
  return objects.map((object) =>
    object.kind === 'Namespace' && owner !== undefined
      ? { ...object, metadata: { ...object.metadata, labels: { ...object.metadata?.labels, 'platform.internal/owner': owner } } }
      : object,
  );
}

type Fields = Readonly<Record<string, unknown>>;

/** The objects of which `part` of some is more. */
function withMore(objects: readonly KubernetesObject[], is: (object: KubernetesObject) => boolean, part: string, more: Fields) {
  return objects.map((object) => (is(object) ? { ...object, [part]: { ...(object[part] as object), ...more } } : object));
}

const inProd = (...claims: readonly ReturnType<typeof claimed>[]) => resting('prod', claims, 'checkout');

/** What is said of one database. */
async function scoresOf(objects: readonly KubernetesObject[]) {
  await apiserver(serving(servedKinds, objects));
  const { code, stdout } = await run('json');
  const [{ level, scores }] = JSON.parse(stdout).claims as readonly [{ level: string | null; scores: readonly { rule: string }[] }];
  return { code, level, ...Object.fromEntries(scores.map(({ rule, ...score }) => [rule, score])) };
}

const lookAgain = 'see goldenpath status of it, as a user who may read what it composed';
const missing = (level: string, why: string, fix: string) => ({ level, state: 'missing', value: null, why, fix });
const met = (level: string, value: string | null = null) => ({ level, state: 'met', value, why: null, fix: null });

/** Of a database of prod whose author says nothing. */
const unsaid = {
  code: 0,
  level: 'Silver',
  owner: met('Bronze', 'checkout'),
  version: met('Bronze', '17'),
  backup: met('Silver'),
  keep: met('Silver'),
  restore: missing('Gold', 'it says no spec.backups.drill', 'say spec.backups.drill'),
  standby: met('Gold'),
  alarms: missing('Gold', 'it composes neither alarm nor alert', 'have the platform team say in the environment who is told'),
};

test('each claim of data and each app of an environment of prod', async () => {
  await apiserver(serving(servedKinds, inProd(...all)));
  const { code, stdout } = await run();
  expect(stdout).toMatchSnapshot();
  expect(code).toBe(0);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).not.toContain('\u001b');
  expect((await run('table', { color: true })).stdout).toContain('\u001b[31m✗\u001b[39m');
});

test('the same in dev', async () => {
  await apiserver(serving(servedKinds, resting('dev', all)));
  expect(await run()).toMatchSnapshot();
});

test('a database whose dumps were restored and that has alarms, as a machine reads it', async () => {
  const proofs = ['BackedUp', 'RestoreProven'].map((type) => ({ type, status: 'True', reason: 'Succeeded', message: 'It was' }));
  const objects = withMore(inProd(database()), isClaim, 'status', { drill: { lastPassed: '2026-11-22T02:00:00Z' } }).map((object) => {
    if (!isClaim(object)) return object;
    const { conditions, ...status } = object['status'] as { readonly conditions: readonly object[] };
    return { ...object, status: { ...status, conditions: [...conditions, ...proofs] } };
  });
  const instance = objects.find(({ kind }) => kind === 'Instance');
  const apiVersionOfAlarms = 'cloudwatch.aws.m.upbound.io/v1beta1';
  const alarm = {
    ...instance,
    apiVersion: apiVersionOfAlarms,
    kind: 'MetricAlarm',
    metadata: {
      ...instance?.metadata,
      name: 'orders-database-alarm-cpu',
      annotations: { [keyAnnotation]: 'alarm-cpu' },
    },
  };
  const before = at(objects.find(isClaim), 'spec', 'crossplane', 'resourceRefs') as readonly object[];
  const resourceRefs = [...before, { apiVersion: apiVersionOfAlarms, kind: 'MetricAlarm', name: alarm.metadata.name }];
  const { url } = await apiserver(serving(servedKinds, [...withMore(objects, isClaim, 'spec', { crossplane: { resourceRefs } }), alarm]));
  const { code, stdout } = await run('json');
  expect({ code, ...JSON.parse(stdout.replace(url, 'URL')) }).toMatchSnapshot();
  expect(parse((await run('yaml')).stdout)).toEqual(JSON.parse(stdout));
  expect((await run()).stdout).toMatchSnapshot();
});

test('what it composed counts, and not what its status says', async () => {
  const weak = { multiAz: false, backupRetentionPeriod: 1, deletionProtection: false };
  const objects = inProd(database()).map((object) =>
    object.kind === 'Instance'
      ? { ...object, spec: { ...(object['spec'] as object), forProvider: { ...(at(object, 'spec', 'forProvider') as object), ...weak } } }
      : object,
  );
  const instance = 'instance (Instance orders-database-instance): spec.forProvider';
  expect(await scoresOf(objects)).toEqual({
    ...unsaid,
    level: 'Bronze',
    backup: missing('Silver', `${instance}.backupRetentionPeriod: got 1, want at least 7`, 'say spec.backupRetentionDays at least 7'),
    keep: missing('Silver', `${instance}.deletionProtection: got false, want true`, 'have the platform team look at its backend'),
    standby: missing('Gold', `${instance}.multiAz: got false, want true`, 'say spec.highAvailability true'),
  });
});

test('what its author gave up is not had, and an object that is only looked at proves nothing', async () => {
  const given = inProd(database({ deletion: 'Snapshot' }));
  expect(await scoresOf(given)).toEqual({
    ...unsaid,
    level: 'Bronze',
    keep: missing('Silver', 'deletion is "Snapshot", want "Protect"', 'say spec.deletion Protect'),
  });
  const looked = inProd(database()).map((object) =>
    object.kind === 'Instance'
      ? {
          ...object,
          metadata: { ...object.metadata, annotations: { ...object.metadata?.annotations, 'platform.internal/look': 'first' } },
        }
      : object,
  );
  const notThere = (level: string) => missing(level, 'what it is about is not there yet', lookAgain);
  expect(await scoresOf(looked)).toEqual({
    ...unsaid,
    level: 'Bronze',
    backup: notThere('Silver'),
    keep: notThere('Silver'),
    standby: notThere('Gold'),
    alarms: notThere('Gold'),
  });
});

test('a version that is gone, a drill that failed, and a claim that Crossplane has not looked at', async () => {
  const objects = inProd(database());
  const claim = objects.find(isClaim);
  const status = claim?.['status'] as { readonly settings: object; readonly conditions: readonly object[] };
  const failed = { type: 'RestoreProven', status: 'False', reason: 'Failed', message: 'The drill of today failed:\nlook at its log' };
  const old = withMore(objects, isClaim, 'status', {
    settings: { ...status.settings, version: '11' },
    conditions: [...status.conditions, failed],
  });
  expect(await scoresOf(old)).toEqual({
    ...unsaid,
    code: 1,
    level: null,
    version: missing('Bronze', 'version is "11", want one of 16, 17, 18', 'say spec.version 18'),
    restore: missing('Gold', 'The drill of today failed: look at its log', 'do what its condition says'),
  });
  const notYet = (level: string) => missing(level, 'Crossplane has not looked at it yet', lookAgain);
  expect(await scoresOf([database()])).toEqual({
    code: 1,
    level: null,
    owner: notYet('Bronze'),
    version: notYet('Bronze'),
    backup: notYet('Silver'),
    keep: notYet('Silver'),
    restore: notYet('Gold'),
    standby: notYet('Gold'),
    alarms: notYet('Gold'),
  });
});

test('what this user may not read is not known, and counts as missing', async () => {
  const answer = serving(servedKinds, inProd(database()));
  await apiserver((path) =>
    /\/namespaces\/shop$|\/instances\//.test(path) || path.endsWith('/appcaches') ? forbidden('no') : answer(path),
  );
  expect(await run()).toMatchSnapshot();
});

test('an app of a fixed number of pods, and one that runs by a schedule', async () => {
  const spec = { image: 'docker.io/library/python:3.13-alpine' };
  const standbyOf = async (more: object) =>
    (await scoresOf(resting('dev', [claimed('AppService', { ...spec, ...more })], 'checkout'))) as { readonly standby?: object };
  const [one, two, none] = [
    await standbyOf({ replicas: 1 }),
    await standbyOf({ replicas: 2 }),
    await standbyOf({ schedule: { cron: '@daily' } }),
  ];
  expect([one.standby, two.standby, none.standby]).toEqual([
    missing('Gold', 'replicas is 1, want at least 2', 'say spec.replicas at least 2'),
    met('Gold'),
    { level: 'Gold', state: 'none', value: null, why: 'nothing of it runs all the time', fix: null },
  ]);
});

test('a claim of another namespace, one that is being deleted, and none at all', async () => {
  const going = inProd(database()).map((object) =>
    isClaim(object) ? { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-11-25T02:00:00Z' } } : object,
  );
  await apiserver(serving(servedKinds, going));
  const nothing = { code: 0, stdout: 'There is no claim to score.\n', stderr: '' };
  expect(await run()).toEqual(nothing);
  await apiserver(serving(servedKinds, inProd(database())));
  expect(await run('table', { namespace: 'billing' })).toEqual(nothing);
  expect(await run('table', { namespace: 'shop' })).toEqual(await run());
});

test('a list that this user may not have, and a cluster without the platform, are one line', async () => {
  await apiserver((path) => (path.includes('/apis/platform.internal') ? forbidden('no') : serving(servedKinds, [])(path)));
  await expect(run()).rejects.toThrow(
    'cannot list appdatabases.platform.internal: forbidden to this user, want --namespace of one whose claims it may list',
  );
  await expect(run('table', { namespace: 'shop' })).rejects.toThrow(/^cannot list appdatabases.platform.internal: forbidden to this user$/);
  await apiserver(serving(servedKinds.slice(0, 3), []));
  await expect(run()).rejects.toThrow(
    'cannot show a scorecard: the cluster of context "test" serves no claims of platform.internal/v1alpha1, want the platform installed there',
  );
  await expect(run('markdown')).rejects.toThrow('cannot print: --output: got "markdown", want one of table, json, yaml');
});
