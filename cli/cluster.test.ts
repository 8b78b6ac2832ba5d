import { expect, test } from 'vitest';
import { apiserver, forbidden, serving } from '../test/apiserver.ts';
import { reach } from './cluster.ts';

const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace: 'shop' } };
const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const kinds = [
  { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
  { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true },
  { apiVersion: 'v1', kind: 'Secret', plural: 'secrets/status', namespaced: true },
];
const secrets = { apiVersion: 'v1', plural: 'secrets' };
const novels = { apiVersion: 'novel/v1', plural: 'novels' };

test('objects are found where discovery says, and everything is read once', async () => {
  const { paths } = await apiserver(serving(kinds, [secret, namespace]));
  const cluster = await reach();
  const read = () =>
    Promise.all([
      cluster.find({ apiVersion: 'v1', kind: 'Namespace' }, 'shop', 'shop'),
      cluster.find({ apiVersion: 'v1', kind: 'Secret' }, 'a', 'shop'),
      cluster.find({ apiVersion: 'v1', kind: 'Secret' }, 'gone', 'shop'),
      cluster.find({ apiVersion: 'v1', kind: 'Novel' }, 'a', 'shop'),
      cluster.find({ apiVersion: 'novel/v1', kind: 'Novel' }, 'a', 'shop'),
      cluster.list(secrets, { namespace: 'shop' }),
      cluster.list(secrets, { namespace: 'other' }),
      cluster.listIfServed(novels),
      cluster.get(secrets, 'a', 'shop'),
    ]);
  const first = await read();
  expect(first).toEqual([namespace, secret, undefined, undefined, undefined, [secret], [], undefined, secret]);
  expect(await read()).toEqual(first);
  expect(paths.length).toBe(new Set(paths).size);
});

test('what cannot be read is said on one line', async () => {
  const answer = serving(kinds, []);
  await apiserver((path) => {
    if (path.endsWith('/secrets/b')) return forbidden('secrets "b" is forbidden');
    return path.endsWith('/secrets/c') ? { status: 500, body: { message: 'the store\nis away' } } : answer(path);
  });
  const cluster = await reach();
  await expect(cluster.get(secrets, 'b', 'shop')).rejects.toThrow('cannot get secrets b: forbidden to this user');
  await expect(cluster.get(secrets, 'c', 'shop')).rejects.toThrow('cannot get secrets c: the store is away');
  await expect(cluster.list(novels)).rejects.toThrow('cannot list novels.novel: the apiserver does not serve novel/v1');
});
