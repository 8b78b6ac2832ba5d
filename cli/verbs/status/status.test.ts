import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { apiVersion } from '../../../functions/core/group.ts';
import { at, type KubernetesObject } from '../../../functions/core/kubernetes.ts';
import { goldenPath } from '../../../functions/golden-path.ts';
import { runSteps } from '../../../plan/run.ts';
import { keyAnnotation } from '../../../platform/keyed.ts';
import { apiserver, forbidden, serving } from '../../../test/apiserver.ts';
import { recordedStatus } from '../../../test/cluster/recorded.ts';
import { platform } from '../../../test/planning.ts';
import { exampleEnvironments } from '../../../test/request.ts';
import { restingObjects, servedKinds } from '../../../test/resting.ts';
import { writtenBy } from '../../../test/terminal.ts';
import { InputError } from '../../input.ts';
import { status } from './command.ts';

const now = new Date('2026-11-25T02:45:00Z');
const password = 'a-password-that-nobody-may-see';

const claimed = (kind: string, spec: Readonly<Record<string, unknown>>, name = 'orders') => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'shop' },
  spec,
});
const database = (spec: Readonly<Record<string, unknown>> = {}) => claimed('AppDatabase', { engine: 'postgres', ...spec });

const run = (operand: string, output = 'table', color = false, namespace: string | null = 'shop') =>
  writtenBy((terminal) =>
    status({ ...terminal, platform: goldenPath, operands: [operand], namespace: namespace ?? undefined, output, now, color }),
  );

const isClaim = ({ apiVersion: version }: KubernetesObject) => version === apiVersion;

/** The objects with the status that the real provider wrote, and the claim with what the steps then say of it. */
function recorded(objects: readonly KubernetesObject[], environment: string): readonly KubernetesObject[] {
  const known = ['Instance', 'ParameterGroup', 'SubnetGroup', 'SecurityGroup', 'SecurityGroupRule'];
  const seen = objects.map((object) => {
    if (!known.includes(object.kind)) return object;
    const written = recordedStatus(object);
    // The one that was recorded had no login for its app.
    const own = object.kind === 'Instance' ? { username: 'platform', dbName: '' } : {};
    return { ...object, status: { ...written, atProvider: { ...(written['atProvider'] as object), ...own } } };
  });
  const observed = Object.fromEntries(
    seen.flatMap((object) => {
      const key = object.metadata?.annotations?.[keyAnnotation];
      return key === undefined ? [] : [[key, { object, connectionDetails: {} }]];
    }),
  );
  return seen.map((object) => {
    if (!isClaim(object)) return object;
    const outcome = runSteps(object, environment, { platform, environments: exampleEnvironments }, { observed });
    const own = outcome.plan.conditions.map((condition) => ({ ...condition, lastTransitionTime: '2026-11-25T02:29:45Z' }));
    const ready = (at(object, 'status', 'conditions') as readonly object[]).slice(0, 2);
    return { ...object, status: { ...outcome.status, conditions: [...ready, ...own] } };
  });
}

const changed = (objects: readonly KubernetesObject[], is: (object: KubernetesObject) => boolean, change: object) =>
  objects.map((object) => (is(object) ? { ...object, ...change } : object));

test('a database on RDS, with a change that waits for its window', async () => {
  await apiserver(serving(servedKinds, recorded(restingObjects(database({ size: 'large' }), 'prod'), 'prod')));
  const { code, stdout } = await run('orders');
  expect(stdout).toMatchSnapshot();
  expect(code).toBe(0);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).not.toContain('\u001b');
  expect((await run('orders', 'table', true)).stdout).toContain('\u001b[32mready\u001b[39m');
});

test.each([
  ['a cache on ElastiCache', claimed('AppCache', { engine: 'valkey' }), 'prod'],
  ['a bucket on S3', claimed('AppBucket', { writers: ['orders'] }), 'prod'],
  ['a queue on SQS', claimed('AppQueue', { consumers: ['orders'], producers: ['orders'] }), 'prod'],
  ['a database in a container, of an environment with default settings', database(), 'dev'],
  ['an app, which has no data', claimed('AppService', { image: 'docker.io/library/python:3.13-alpine' }), 'dev'],
])('%s', async (_, claim, environment) => {
  await apiserver(serving(servedKinds, restingObjects(claim, environment)));
  expect(await run('orders')).toMatchSnapshot();
});

/** A database on a shared server whose app has had another login, and is bound to it. */
function rotated(): readonly KubernetesObject[] {
  const objects = restingObjects(database(), 'staging');
  const own = (key: string, object: KubernetesObject): KubernetesObject => ({
    ...object,
    metadata: {
      ...object.metadata,
      name: `orders-database-${key}`,
      namespace: 'shop',
      annotations: { ...object.metadata?.annotations, [keyAnnotation]: key },
      ...{ ownerReferences: [{ controller: true, uid: 'uid-claim' }] },
    },
  });
  const turn = (which: string) => {
    const annotations = {
      'crossplane.io/external-name': `shop_orders_${which}`,
      'platform.internal/rotation': `.${which === 'a' ? 20758 : 20759}.owner.0`,
      ...(which === 'b' && { 'platform.internal/in-use-since': '2026-11-03T04:05:06Z' }),
    };
    return [
      own(`turn-${which}`, {
        apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1',
        kind: 'Role',
        metadata: { annotations, creationTimestamp: '2026-10-01T00:00:00Z' },
        spec: {
          forProvider: {},
          writeConnectionSecretToRef: { name: `orders-database-turn-${which}` },
        },
        status: { conditions: ['Ready', 'Synced'].map((type) => ({ type, status: 'True' })) },
      }),
    ];
  };
  const turns = [...turn('a'), ...turn('b')];
  const data = Object.fromEntries(
    Object.entries({ username: 'shop_orders_b', password, uri: `postgresql://shop_orders_b:${password}@host/orders` }).map(
      ([key, value]) => [key, Buffer.from(value).toString('base64')],
    ),
  );
  const app = { ...claimed('AppService', {}), metadata: { name: 'orders', namespace: 'shop', uid: 'uid-app' } };
  const use = (name: string, uid: string, of = 'orders') => ({
    apiVersion: 'protection.crossplane.io/v1beta1',
    kind: 'Usage',
    metadata: { name, namespace: 'shop', ownerReferences: [{ controller: true, uid, apiVersion, kind: 'AppService', name: 'orders' }] },
    spec: { of: { apiVersion, kind: 'AppDatabase', resourceRef: { name: of } } },
  });
  const bound = changed(objects, ({ metadata }) => metadata?.name === 'orders-database' && 'annotations' in metadata, { data });
  const live = bound.map((object) => {
    const refs = at(object, 'spec', 'crossplane', 'resourceRefs') as readonly object[] | undefined;
    if (refs === undefined) return object;
    const resourceRefs = [
      ...refs,
      ...turns.map(({ apiVersion: version, kind, metadata }) => ({ apiVersion: version, kind, name: metadata?.name })),
    ];
    return { ...object, spec: { ...(object['spec'] as object), crossplane: { resourceRefs } } };
  });
  return [...live, ...turns, app, use('true', 'uid-app'), use('false', 'uid-of-nobody'), use('other', 'uid-app', 'others')];
}

test('a login that had its turn, and the app that is bound to it; no value of a Secret is shown', async () => {
  await apiserver(serving(servedKinds, rotated()));
  const { code, stdout } = await run('appdatabase/orders');
  expect({ code, stdout }).toMatchSnapshot();
  const all = [stdout, (await run('appdatabases/orders', 'json')).stdout, (await run('AppDatabase/orders', 'yaml')).stdout].join('');
  for (const secret of [password, Buffer.from(password).toString('base64')]) expect(all).not.toContain(secret);
});

test('what is not ready, not there, not to be read and not of the claim, as a machine reads it', async () => {
  const objects = restingObjects(database(), 'dev');
  const foreign = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'orders', namespace: 'shop', annotations: { [keyAnnotation]: 'server' } },
  };
  const waiting = objects
    .filter(({ kind }) => kind !== 'NetworkPolicy')
    .map((object): KubernetesObject => {
      if (object.kind === 'StatefulSet')
        return { ...object, status: { observedGeneration: 1, replicas: 1, readyReplicas: 0, updatedReplicas: 1 } };
      if (!isClaim(object)) return object;
      const { crossplane, ...spec } = object['spec'] as { readonly crossplane: { readonly resourceRefs: readonly object[] } };
      const conditions = [
        { type: 'Synced', status: 'True', reason: 'ReconcileSuccess', lastTransitionTime: '2026-11-25T02:00:00Z' },
        {
          type: 'Ready',
          status: 'False',
          reason: 'Creating',
          message: 'Unready resources: server',
          lastTransitionTime: '2026-11-25T02:40:00Z',
        },
        { type: 'Resolved', status: 'True', reason: 'Settled', message: 'Environment dev of tier dev, backend container' },
        { type: 'Provisioned', status: 'False', reason: 'Waiting', message: 'StatefulSet orders-database is not ready' },
      ];
      return {
        ...object,
        spec: {
          ...spec,
          crossplane: { resourceRefs: [...crossplane.resourceRefs, { apiVersion: 'v1', kind: 'ConfigMap', name: 'orders' }] },
        },
        status: { ...(object['status'] as object), conditions, available: { size: 'medium' } },
      };
    });
  const answer = serving(
    [
      ...servedKinds.filter(({ kind }) => kind !== 'ConfigMap'),
      { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
    ],
    [...waiting, foreign],
  );
  const { url } = await apiserver((path) =>
    path.includes('/secrets/') || path.includes('/usages') || path.endsWith('/environmentconfigs/dev') ? forbidden('no') : answer(path),
  );
  const { code, stdout } = await run('orders', 'json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout.replace(url, 'URL'))).toMatchSnapshot();
  expect(parse((await run('orders', 'yaml')).stdout)).toEqual(JSON.parse(stdout));
  expect((await run('orders')).stdout.replace(url, 'URL')).toMatchSnapshot();
});

test('a claim that is being deleted says what it waits for', async () => {
  const objects = restingObjects(database(), 'dev').map((object) =>
    isClaim(object) ? { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-11-25T02:00:00Z' } } : object,
  );
  await apiserver(serving(servedKinds, objects));
  const { code, stdout } = await run('orders', 'json');
  const { ready, since, going, says } = JSON.parse(stdout);
  const deleted = { code: 1, ready: false, since: '2026-11-25T02:00:00Z', says: [] };
  expect({ code, ready, since, going, says }).toEqual({ ...deleted, going: 'what it composed' });
  const held = objects.map((object) =>
    object.kind === 'StatefulSet' ? { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-11-25T02:00:01Z' } } : object,
  );
  await apiserver(serving(servedKinds, held));
  expect(await run('orders')).toMatchSnapshot();
});

test('a claim that is stopped, and that expires, is ready', async () => {
  const said = [
    { type: 'Ready', status: 'True', reason: 'Available', lastTransitionTime: '2026-11-24T18:00:00Z' },
    {
      type: 'Provisioned',
      status: 'True',
      reason: 'Stopped',
      message: 'Stopped until Wed 2026-11-25 07:00 UTC by the hours of environment dev',
    },
    { type: 'Lasting', status: 'True', reason: 'Lasting', message: 'Until 2026-11-27T00:00:00Z, when what it made is deleted' },
  ];
  const objects = restingObjects(database(), 'dev').map((object) =>
    isClaim(object)
      ? { ...object, status: { ...(object['status'] as object), conditions: said, expiresAt: '2026-11-27T00:00:00Z' } }
      : object,
  );
  await apiserver(serving(servedKinds, objects));
  expect(await run('orders')).toMatchSnapshot();
});

test('dumps in a bucket, and what proves that they can be restored', async () => {
  const shownWith = async (more: object) => {
    const objects = restingObjects(database(), 'dev').map((object) => {
      if (!isClaim(object)) return object;
      const { settings, ...others } = object['status'] as { readonly settings: object };
      return { ...object, status: { ...others, settings: { ...settings, backups: { bucket: 'dumps', keep: 14 } }, ...more } };
    });
    await apiserver(serving(servedKinds, objects));
    const lines = (await run('orders')).stdout.split('\n').filter((line) => /^ {2}(backups|drills) +[^{ ]/.test(line));
    return { lines, dumps: JSON.parse((await run('orders', 'json')).stdout).dumps };
  };
  expect(await shownWith({})).toEqual({
    lines: ['  backups      dumps in bucket dumps, none yet'],
    dumps: { bucket: 'dumps', last: null, drill: null },
  });
  const [last, lastTried] = ['2026-11-25T02:00:00Z', '2026-11-25T02:30:00Z'];
  expect(await shownWith({ lastBackup: last, drill: { lastTried } })).toEqual({
    lines: [`  backups      dumps in bucket dumps, the last at ${last}`, `  drills       tried last at ${lastTried}, and never held`],
    dumps: { bucket: 'dumps', last, drill: { lastPassed: null, lastTried } },
  });
  expect((await shownWith({ drill: { lastTried, lastPassed: last } })).lines[1]).toBe(
    `  drills       tried last at ${lastTried}, and held last at`,
  );
  expect((await shownWith({ drill: {} })).lines[1]).toBe('  drills       none yet');
});

test('a claim that Crossplane has not looked at yet', async () => {
  await apiserver(serving(servedKinds, [{ ...database() }]));
  expect(await run('orders')).toMatchSnapshot();
});

test('a claim that is of no namespace needs none', async () => {
  const team = { apiVersion, kind: 'Team', metadata: { name: 'shop' }, spec: {} };
  await apiserver(serving(servedKinds, [team]));
  expect(await run('team/shop', 'table', false, null)).toMatchSnapshot();
});

const namespaced = goldenPath.apis.filter(({ scope }) => scope === 'Namespaced');

test.each<[string, string | undefined, string]>([
  [
    'payments',
    'shop',
    `cannot show "payments": there is no ${namespaced.map(({ kind }) => kind).join(' or ')} of that name in namespace "shop", want one of the namespaces that have it: billing (AppCache)`,
  ],
  ['appcache/nothing', 'shop', 'cannot show "nothing": there is no AppCache of that name in namespace "shop"'],
  ['orders', 'shop', 'cannot show "orders": got more than one in namespace "shop", want one of appdatabase/orders, appcache/orders'],
  [
    'novel/orders',
    'shop',
    `cannot show "novel/orders": the kind: got "novel", want one of ${goldenPath.apis.map(({ kind }) => kind.toLowerCase()).join(', ')}`,
  ],
  ['a/b/c', 'shop', 'cannot show "a/b/c": want CLAIM or KIND/CLAIM'],
  ['orders', undefined, 'cannot show "orders": --namespace: missing, want that of the claim'],
  ['team/nobody', undefined, 'cannot show "nobody": there is no Team of that name'],
])('%s in %s is refused', async (operand, namespace, message) => {
  const payments = { ...claimed('AppCache', {}, 'payments'), metadata: { name: 'payments', namespace: 'billing' } };
  const answer = serving(servedKinds, [database(), claimed('AppCache', {}), payments]);
  await apiserver((path) => (path.endsWith('/v1alpha1/appqueues') ? forbidden('no') : answer(path)));
  await expect(run(operand, 'table', false, namespace ?? null)).rejects.toThrow(new InputError(message));
});

test('a claim that may not be read, and a cluster without the platform, are one line', async () => {
  const answer = serving(servedKinds, []);
  await apiserver((path) => (path.includes('/appdatabases') ? forbidden('no') : answer(path)));
  await expect(run('orders')).rejects.toThrow('cannot get appdatabases.platform.internal orders: forbidden to this user');
  await apiserver(serving(servedKinds.slice(0, 3), []));
  await expect(run('appdatabase/orders')).rejects.toThrow(
    'cannot show "orders": the cluster of context "test" serves no AppDatabase of platform.internal/v1alpha1, want the platform installed there',
  );
});
