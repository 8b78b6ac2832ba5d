import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, bindingOf, claim, eventually, get, inPod, kubectl, list, makeNamespace, ready, removeNamespaces } from './cluster.ts';

const namespace = 'cache-dev';

beforeAll(async () => {
  await removeNamespaces(namespace);
  await makeNamespace(namespace, 'dev');
  await apply(claim(namespace, 'orders', { engine: 'valkey' }, 'AppCache'));
  await ready(namespace, 'orders', 180, 'appcache');
});
afterAll(() => removeNamespaces(namespace));

/** What a shell prints in a pod of the namespace that has nothing but the binding mounted, with valkey-cli as `valkey`. */
async function client(script: string): Promise<string> {
  const valkey =
    'valkey() { REDISCLI_AUTH="$(cat /bindings/cache/password)" valkey-cli -e -h "$(cat /bindings/cache/host)" -p "$(cat /bindings/cache/port)" "$@"; }';
  const image = 'docker.io/valkey/valkey:8';
  const { stdout, stderr } = await inPod(namespace, 'orders-cache', '/bindings/cache', image, `set -e; ${valkey}; ${script}`);
  return stdout + stderr;
}

test('kubectl get appcache shows where it lives and what it is', async () => {
  const [titles, row] = (await kubectl('get', 'appcache', '-n', namespace)).split('\n').map((line) => line.trim().split(/\s+/));
  expect(titles).toEqual(['NAME', 'ENVIRONMENT', 'BACKEND', 'VERSION', 'SIZE', 'HOST', 'COST', 'SYNCED', 'READY', 'COMPOSITION', 'AGE']);
  expect(row?.slice(0, 9)).toEqual(['orders', 'dev', 'container', '8', 'small', `orders-cache.${namespace}.svc`, '3.77', 'True', 'True']);
});

test('the binding says what it is and where', async () => {
  const { password, ...rest } = await bindingOf(namespace, 'orders', 'cache');
  expect(password).toMatch(/^[0-9a-f]{40}$/);
  const host = `orders-cache.${namespace}.svc`;
  expect(rest).toEqual({
    type: 'redis',
    provider: 'container',
    host,
    port: '6379',
    tls: 'false',
    uri: `redis://:${password}@${host}:6379`,
  });
  expect((await get('secret', 'orders-cache', namespace))['type']).toBe('servicebinding.io/redis');
});

test('a pod with nothing but the binding sets a key and gets it back, and one without the password is refused', async () => {
  expect(await client('valkey set k kept; valkey get k; valkey config get maxmemory-policy')).toBe(
    'OK\nkept\nmaxmemory-policy\nallkeys-lru',
  );
  expect(await client('valkey-cli -h "$(cat /bindings/cache/host)" get k')).toBe('NOAUTH Authentication required.');
});

test('the password is on no command line, and outlives the pod', async () => {
  const before = await bindingOf(namespace, 'orders', 'cache');
  const lines = await kubectl('exec', '-n', namespace, 'orders-cache-0', '--', 'sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " "');
  expect(lines).toContain('valkey-server');
  expect(lines).not.toContain(before['password']);
  await kubectl('delete', 'pod', 'orders-cache-0', '-n', namespace);
  await ready(namespace, 'orders', 180, 'appcache');
  expect(await bindingOf(namespace, 'orders', 'cache')).toEqual(before);
  expect(await client('valkey set k again; valkey get k')).toBe('OK\nagain');
});

test('a deleted claim takes what it made along', async () => {
  await kubectl('delete', 'appcache', 'orders', '-n', namespace, '--timeout=120s');
  await eventually(async () => {
    const left = await list('statefulsets,services,secrets,networkpolicies,pods', '-n', namespace);
    expect(left.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('orders-'))).toEqual([]);
  });
});
