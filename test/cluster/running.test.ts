import { afterAll, beforeAll, expect, test } from 'vitest';
import { conditionOf } from '../../functions/core/readiness.ts';
import { environmentConfig } from '../request.ts';
import { apply, claim, eventually, get, kubectl, list, makeNamespace, psql, ready, saidOf, sleep, touch } from './cluster.ts';
import { removeWithVolume, volumeFor } from './volume.ts';

const name = 'running';

const environment = (hours?: object) =>
  environmentConfig(name, {
    tier: 'staging',
    ...(hours && { hours }),
    policies: { 'allowed-registries': { allow: ['registry.example.com/shop'] } },
    defaults: { AppDatabase: { backend: 'container', persistence: 'Persistent' } },
  });

const orders = (running?: boolean) => claim(name, 'orders', { engine: 'postgres', ...(running !== undefined && { running }) });

const cleanUp = () => removeWithVolume(name);

beforeAll(async () => {
  await cleanUp();
  await volumeFor(name);
  await apply(environment());
  await makeNamespace(name, name);
  await apply(orders());
  await ready(name, 'orders');
  expect(await psql(name, 'orders', "CREATE TABLE t (v text); INSERT INTO t VALUES ('kept')")).toEqual({ code: 0, stdout: '', stderr: '' });
});

afterAll(cleanUp);

const keeps = async () => expect(await psql(name, 'orders', 'TABLE t')).toEqual({ code: 0, stdout: 'kept', stderr: '' });

const pods = async () => (await list('pods', '-n', name, '-l', 'app.kubernetes.io/instance=orders-database')).length;

const reasons = async () => {
  const live = await get('appdatabase', 'orders', name);
  return { ready: conditionOf(live, 'Ready')?.status, provisioned: saidOf(live, 'Provisioned') };
};

/** What is there of a claim, whether or not it runs. */
const keptObjects = async () =>
  (await list('secrets,services,persistentvolumeclaims', '-n', name)).map(({ kind, metadata }) => [kind, metadata.name, metadata.uid]);

async function stopped(message: unknown, seconds?: number): Promise<void> {
  await eventually(async () => {
    expect([await pods(), await reasons()]).toEqual([0, { ready: 'True', provisioned: { status: 'True', reason: 'Stopped', message } }]);
  }, seconds);
}

async function started(seconds?: number): Promise<void> {
  await eventually(async () => {
    expect([await pods(), await reasons()]).toEqual([
      1,
      { ready: 'True', provisioned: { status: 'True', reason: 'Ready', message: 'Everything that the claim needs is ready' } },
    ]);
  }, seconds);
  await keeps();
}

test('a database that its claim stops has no pod, and its rows once it is started', async () => {
  const there = await keptObjects();
  await apply(orders(false));
  await stopped('Stopped, since spec.running is false: with true it starts');
  expect(await keptObjects()).toEqual(there);
  await apply(orders(true));
  await started();
  expect(await keptObjects()).toEqual(there);
  await apply(orders());
  await ready(name, 'orders');
});

/** From `.ci/app-image.sh`. */
const image = 'registry.example.com/shop/orders:1.0.0';

const web = (running?: boolean) =>
  claim(
    name,
    'web',
    {
      image,
      command: ['python3', '-m', 'http.server', '8080'],
      port: 8080,
      health: { path: '/' },
      bindings: [{ kind: 'AppDatabase', name: 'orders' }],
      autoscaling: { min: 1, max: 2 },
      ...(running !== undefined && { running }),
    },
    'AppService',
  );

/** How many pods an app is to have, and whether something scales it. */
const scaled = async () => {
  const { spec } = await get('deployment', 'web-service', name);
  return [spec['replicas'], (await list('horizontalpodautoscalers', '-n', name)).length];
};

const saysOfWeb = async () => saidOf(await get('appservice', 'web', name), 'Provisioned');

test('an app that its claim stops has no pod and no autoscaler until it is started, and says what it is bound to is stopped', async () => {
  await apply(web());
  await eventually(async () => expect(await scaled()).toEqual([1, 1]));
  await apply(web(false));
  await eventually(async () => expect([await scaled(), (await saysOfWeb())?.reason]).toEqual([[0, 0], 'Stopped']));
  await apply(web());
  await eventually(async () => {
    expect(await scaled()).toEqual([1, 1]);
    expect((await get('deployment', 'web-service', name)).status?.['readyReplicas']).toBe(1);
  });

  await apply(orders(false));
  await stopped(expect.any(String));
  await touch(name, 'web', 'appservice');
  const message = 'AppDatabase orders, to which it is bound, says: Stopped, since spec.running is false: with true it starts';
  await eventually(async () => expect((await saysOfWeb())?.message).toContain(message));
  await apply(orders());
  await started();
  await kubectl('delete', 'appservice', 'web', '-n', name, '--cascade=foreground', '--timeout=120s');
});

/** A time zone in which it is about noon, so that no day ends meanwhile. */
function aboutNoon(): { readonly timeZone: string; at(minutes: number): string; secondsTo(time: string): number } {
  const ahead = 12 - new Date().getUTCHours();
  const here = (date: Date) => new Date(date.getTime() + ahead * 3_600_000).toISOString();
  return {
    // The sign of these is that of POSIX: Etc/GMT-2 is ahead of UTC.
    timeZone: ahead === 0 ? 'UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`,
    at: (minutes) => here(new Date(Date.now() + minutes * 60_000)).slice(11, 16),
    secondsTo: (time) => (Date.parse(`${here(new Date()).slice(0, 10)}T${time}:00Z`) - Date.parse(here(new Date()))) / 1000,
  };
}

const everyDay = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** How long after a moment something may become of it: a call of the function, and what Kubernetes makes of it. */
const lagSeconds = 45;

test('a database stops when the hours of its environment end, and starts when they begin, to the minute', async () => {
  const { timeZone, at, secondsTo } = aboutNoon();
  const to = at(2);
  await apply(environment({ days: everyDay, from: '00:00', to, timeZone }));
  await touch(name, 'orders');
  await sleep((secondsTo(to) - 10) * 1000);
  expect(await pods()).toBe(1);
  await stopped(
    expect.stringMatching(`^Stopped until .* 00:00 ${timeZone.replace('+', '\\+')} by the hours of environment running`),
    10 + lagSeconds,
  );

  const from = at(2);
  await apply(environment({ days: everyDay, from, to: '23:59', timeZone }));
  await touch(name, 'orders');
  await sleep((secondsTo(from) - 10) * 1000);
  expect(await pods()).toBe(0);
  await started(10 + lagSeconds);
  await apply(environment());
});
