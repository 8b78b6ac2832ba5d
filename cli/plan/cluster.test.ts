import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cluster } from './cluster.ts';

const kinds = {
  resources: [
    { name: 'namespaces', kind: 'Namespace', namespaced: false },
    { name: 'secrets', kind: 'Secret', namespaced: true },
    { name: 'secrets/status', kind: 'Secret', namespaced: true },
  ],
};
const answers: Readonly<Record<string, readonly [number, unknown]>> = {
  '/version': [200, {}],
  '/api/v1': [200, kinds],
  '/api/v1/namespaces/shop': [200, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }],
  '/api/v1/namespaces/shop/secrets': [200, { items: [{ metadata: { name: 'a' } }] }],
  '/api/v1/namespaces/shop/secrets/b': [403, { message: 'secrets "b" is\nforbidden' }],
};

let folder: string;
let server: Server;
let paths: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cluster-'));
  paths = [];
  server = createServer((request, response) => {
    paths.push(request.url ?? '');
    const [status, body] = answers[request.url ?? ''] ?? [404, { kind: 'Status' }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [
      { name: 'c', cluster: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name: 'u', user: {} }],
  };
  writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig));
  vi.stubEnv('KUBECONFIG', join(folder, 'kubeconfig'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

test('objects and lists are where discovery says, which is asked once', async () => {
  const reader = await cluster();
  expect(
    await Promise.all([
      reader.read({ apiVersion: 'v1', kind: 'Namespace', name: 'shop' }),
      reader.read({ apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'gone' }),
      reader.list({ apiVersion: 'v1', kind: 'Secret' }, 'shop'),
      reader.list({ apiVersion: 'novel/v1', kind: 'Novel' }, 'shop'),
    ]),
  ).toEqual([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    undefined,
    [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }],
    [],
  ]);
  expect(paths.filter((path) => path === '/api/v1').length).toBe(1);
});

test('what may not be read is said on one line', async () => {
  await expect((await cluster()).read({ apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'b' })).rejects.toThrow(
    'cannot read Secret "b" from the cluster: secrets "b" is forbidden',
  );
});
