import { createServer, request } from 'node:http';
import { type AddressInfo, connect as open } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { apiserver, kubeconfigOf, serving, useKubeconfig } from '../test/apiserver.ts';
import { reach } from './cluster.ts';
import { targetOf } from './kubeconfig.ts';

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const kinds = [{ apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false }];
const resource = { apiVersion: 'v1', plural: 'namespaces' };

test('of a list of kubeconfigs the first that says something is meant, and one that is missing is nothing', () => {
  const second = useKubeconfig(kubeconfigOf('https://second.example.com'));
  const first = useKubeconfig(kubeconfigOf('https://first.example.com'));
  vi.stubEnv('KUBECONFIG', `/nowhere/kubeconfig:${first}:${second}`);
  expect(targetOf(undefined)).toMatchObject({ context: 'test', server: 'https://first.example.com' });
});

test.each<[string, Readonly<Record<string, string>>, string | undefined]>([
  ['of the environment', { HTTPS_PROXY: 'http://proxy:3128' }, 'http://proxy:3128'],
  ['in lower case, without a scheme', { https_proxy: 'proxy:3128' }, 'http://proxy:3128'],
  ['of another scheme', { HTTP_PROXY: 'http://proxy:3128' }, undefined],
  ['that is not for the host', { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'other,.example.com' }, undefined],
  ['that is not for its range', { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '10.0.0.0/8' }, 'http://proxy:3128'],
  ['that is for nothing', { HTTPS_PROXY: 'http://proxy:3128', no_proxy: '*' }, undefined],
])('a proxy %s', (_, environment, proxy) => {
  useKubeconfig(kubeconfigOf('https://api.example.com'));
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  expect(targetOf(undefined).kubeconfig.getCurrentCluster()?.proxyUrl).toBe(proxy);
});

test('a range of addresses is not reached through a proxy', () => {
  useKubeconfig(kubeconfigOf('https://10.1.2.3:6443'));
  vi.stubEnv('HTTPS_PROXY', 'http://proxy:3128');
  vi.stubEnv('NO_PROXY', 'fd00::/8,10.0.0.0/8');
  expect(targetOf(undefined).kubeconfig.getCurrentCluster()?.proxyUrl).toBeUndefined();
});

test('an apiserver is asked through a proxy', async () => {
  const { url } = await apiserver(serving(kinds, [namespace]));
  const { port } = new URL(url);
  const seen: string[] = [];
  const proxy = createServer((asked, response) => {
    seen.push(String(asked.url));
    request(`${url}${new URL(String(asked.url)).pathname}`, (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 0))).end();
  }).on('connect', ({ url: target }, socket, head) => {
    seen.push(String(target));
    const tunnel = open(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      tunnel.write(head);
      tunnel.pipe(socket).pipe(tunnel);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  useKubeconfig(kubeconfigOf('http://api.example.com'));
  vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  expect(await (await reach()).get(resource, 'shop')).toEqual(namespace);
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.every((target) => target.includes('api.example.com'))).toBe(true);
});
