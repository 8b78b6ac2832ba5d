import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environmentConfig } from '../request.ts';
import { apply, bindingOf, claim, eventually, get, kubectl, list, makeNamespace, ready, saidOf, sleep, tryApply } from './cluster.ts';
import { removeWithVolume, volumeFor } from './volume.ts';

const name = 'expiry';

/** The apiserver keeps the creation of an object as it was, so that it is moved where that is stored. */
const etcd = process.env['ETCD'];

const orders = (spec: object) => claim(name, 'orders', { engine: 'postgres', ...spec });

const cleanUp = () => removeWithVolume(name);

beforeAll(async () => {
  await cleanUp();
  await volumeFor(name);
  await apply(environmentConfig(name, { tier: 'dev', defaults: { AppDatabase: { backend: 'container', persistence: 'Persistent' } } }));
  await makeNamespace(name, name);
  await apply(orders({ ttlHours: 1 }));
  await ready(name, 'orders');
});

afterAll(cleanUp);

const events = async () => (await list('events', '-n', name)).map((event) => String((event as unknown as { message: unknown }).message));

const made = async () =>
  (await list('statefulsets,secrets,services,networkpolicies,persistentvolumeclaims,pods', '-n', name))
    .filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt')
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`);

test('a claim that lasts an hour says so, and is warned of its end', async () => {
  const { metadata } = await get('appdatabase', 'orders', name);
  const creation = Date.parse(String(metadata['creationTimestamp' as never]));
  const at = new Date(creation + 3_600_000).toISOString().replace('.000Z', 'Z');
  const message = `Within an hour, at ${at}, what it made is deleted with its data: to keep it, raise spec.ttlHours, or leave it out`;
  const live = await get('appdatabase', 'orders', name);
  expect([live.status?.['expiresAt'], saidOf(live, 'Lasting')]).toEqual([at, { status: 'True', reason: 'ExpiresSoon', message }]);
  await eventually(async () => expect(await events()).toContainEqual(expect.stringContaining(`AppDatabase orders: ${message}`)));
});

test('an end is not said, nor brought forward, of a claim that is there', async () => {
  await apply(orders({ ttlHours: 2 }));
  const lowered = await tryApply(orders({ ttlHours: 1 }));
  expect(lowered.stderr).toContain('ttlHours can be raised or left out, and neither be added nor be lowered later: make a new claim');
  await apply(orders({}));
  expect((await tryApply(orders({ ttlHours: 2 }))).code).toBe(1);
});

describe.skipIf(etcd === undefined)('NOT CHECKED unless ETCD is the URL of the etcd of the cluster: the end', () => {
  const key = Buffer.from(`/registry/platform.internal/appdatabases/${name}/mortal`).toString('base64');

  async function call(method: string, body: object) {
    const response = await fetch(`${etcd}/v3/kv/${method}`, { method: 'POST', body: JSON.stringify(body) });
    return (await response.json()) as { kvs?: readonly { value: string; mod_revision: string }[]; succeeded?: boolean };
  }

  /** Makes the claim as old as one that ends in so many seconds, and that always said so. */
  async function endsIn(seconds: number): Promise<void> {
    await eventually(async () => {
      const [found] = (await call('range', { key })).kvs ?? [];
      const stored = JSON.parse(Buffer.from(found?.value ?? '', 'base64').toString());
      const at = Math.floor(Date.now() / 1000) * 1000 + seconds * 1000;
      const text = (milliseconds: number) => new Date(milliseconds).toISOString().replace('.000Z', 'Z');
      stored.metadata.creationTimestamp = text(at - stored.spec.ttlHours * 3_600_000);
      stored.status.expiresAt = text(at);
      const value = Buffer.from(JSON.stringify(stored)).toString('base64');
      const { succeeded } = await call('txn', {
        compare: [{ key, target: 'MOD', result: 'EQUAL', mod_revision: found?.mod_revision }],
        success: [{ request_put: { key, value } }],
      });
      expect(succeeded).toBe(true);
    });
  }

  const mortal = (ttlHours: number) => claim(name, 'mortal', { engine: 'postgres', ttlHours });

  test('takes what the claim made, to the second, and leaves the claim', { timeout: 600_000 }, async () => {
    await kubectl('delete', 'appdatabase', 'orders', '-n', name, '--cascade=foreground', '--timeout=120s');
    await eventually(async () => expect(await made()).toEqual([]));
    await kubectl('delete', 'persistentvolumes', name, '--ignore-not-found');
    await volumeFor(name, 'mortal');
    await apply(mortal(1));
    await ready(name, 'mortal');
    const { password } = await bindingOf(name, 'mortal');
    const before = await made();
    await endsIn(30);
    await sleep(25_000);
    expect(await made()).toEqual(before);
    await eventually(async () => {
      expect([await made(), (await list('appdatabases', '-n', name)).map(({ metadata }) => metadata.name)]).toEqual([[], ['mortal']]);
    }, 60);
    await eventually(async () => {
      const { status } = await get('appdatabase', 'mortal', name);
      const { conditions, binding, settings, monthlyCostUSD } = status as unknown as Readonly<Record<string, unknown>>;
      const said = (conditions as readonly { type: string; status: string; reason: string }[]).map((each) => [
        each.type,
        each.status,
        each.reason,
      ]);
      expect([binding, settings, monthlyCostUSD]).toEqual([undefined, undefined, 0]);
      expect(said).toEqual(
        expect.arrayContaining([
          ['Provisioned', 'False', 'Expired'],
          ['Lasting', 'False', 'Expired'],
          ['Ready', 'False', expect.any(String)],
        ]),
      );
    });

    await kubectl('delete', 'persistentvolumes', name, '--ignore-not-found');
    await volumeFor(name, 'mortal');
    await apply(mortal(3));
    await ready(name, 'mortal');
    expect((await bindingOf(name, 'mortal'))['password']).not.toBe(password);
  });
});
