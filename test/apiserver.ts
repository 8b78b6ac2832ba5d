import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import type { Card } from '../functions/core/card.ts';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';

export interface Reply {
  readonly status: number;
  /** A text is sent as it is. */
  readonly body: unknown;
}

/** What an apiserver answers about a group that it does not serve. */
export const unserved: Reply = { status: 404, body: '404 page not found\n' };
export const version: Reply = { status: 200, body: { major: '1', minor: '35', gitVersion: 'v1.35.0' } };
const missing: Reply = { status: 404, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 } };

export function forbidden(message: string): Reply {
  return { status: 403, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason: 'Forbidden', code: 403 } };
}

export const kubeconfigOf = (url: string) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: {} }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });

/** Makes a text the kubeconfig of the test that calls it. */
export function useKubeconfig(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, text);
  vi.stubEnv('KUBECONFIG', path);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  return path;
}

/** An apiserver on this machine, as the kubeconfig of the test that calls it has it. */
export async function apiserver(
  answer: (path: string) => Reply,
): Promise<{ readonly url: string; readonly paths: readonly string[]; stop(): void }> {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    paths.push(path);
    const { status, body } = answer(path);
    response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(stop);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  useKubeconfig(kubeconfigOf(url));
  return { url, paths, stop };
}

export interface ServedKind extends Pick<Card, 'apiVersion' | 'kind' | 'plural'> {
  readonly namespaced: boolean;
}

/** The answers of an apiserver that serves these kinds and has these objects. */
export function serving(kinds: readonly ServedKind[], objects: readonly KubernetesObject[]): (path: string) => Reply {
  const roots = Map.groupBy(kinds, ({ apiVersion }) => `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`);
  return (url) => {
    const path = url.replace(/\?.*$/, '');
    if (path === '/version') return version;
    const served = [...roots].find(([root]) => path === root || path.startsWith(`${root}/`));
    if (served === undefined) return unserved;
    const [root, resources] = served;
    if (path === root) {
      const list = resources.map(({ kind, plural, namespaced }) => ({ name: plural, kind, namespaced }));
      return { status: 200, body: { kind: 'APIResourceList', resources: list } };
    }
    const [, namespace, plural, name] = /^(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?$/.exec(path.slice(root.length)) ?? [];
    const resource = resources.find((each) => each.plural === plural);
    if (resource === undefined) return unserved;
    const { apiVersion, kind } = resource;
    const found = objects.filter(
      (object) =>
        object.apiVersion === apiVersion && object.kind === kind && (namespace === undefined || object.metadata?.namespace === namespace),
    );
    if (name === undefined) {
      return { status: 200, body: { apiVersion, kind: `${kind}List`, items: found.map(({ apiVersion: _, kind: __, ...item }) => item) } };
    }
    const object = found.find(({ metadata }) => metadata?.name === decodeURIComponent(name));
    return object === undefined ? missing : { status: 200, body: object };
  };
}
