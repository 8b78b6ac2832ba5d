import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { goldenPath } from '../../functions/golden-path.ts';
import { doctor } from './doctor.ts';

interface Reply {
  readonly status: number;
  readonly body: string;
}

// What a Kubernetes 1.35 apiserver without Crossplane answers.
const version: Reply = { status: 200, body: '{"major":"1","minor":"35","gitVersion":"v1.35.0"}' };
const unserved: Reply = { status: 404, body: '404 page not found\n' };
const bare: Readonly<Record<string, Reply>> = {
  '/version': version,
  '/apis/apps/v1/deployments?labelSelector=app%3Dcrossplane': {
    status: 200,
    body: '{"kind":"DeploymentList","apiVersion":"apps/v1","metadata":{"resourceVersion":"214"},"items":[]}',
  },
  '/api/v1/namespaces': {
    status: 200,
    body: '{"kind":"NamespaceList","apiVersion":"v1","metadata":{"resourceVersion":"214"},"items":[{"metadata":{"name":"default"}}]}',
  },
};
const forbidden: Reply = {
  status: 403,
  body: '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"forbidden: User \\"reader\\" cannot list","reason":"Forbidden","code":403}',
};
const unauthorized: Reply = {
  status: 401,
  body: '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}',
};

let directory: string;
let server: Server | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'doctor-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await rm(directory, { recursive: true });
});

async function apiserver(reply: (path: string) => Reply): Promise<string> {
  const listening = createServer((request, response) => {
    const { status, body } = reply(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

async function useKubeconfig(text: string): Promise<string> {
  const path = join(directory, 'kubeconfig');
  await writeFile(path, text);
  vi.stubEnv('KUBECONFIG', path);
  return path;
}

const kubeconfigOf = (url: string) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: {} }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });

async function run(output = 'json'): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const written = { out: '', err: '' };
  const code = await doctor({
    platform: goldenPath,
    output,
    stdout: { write: (text) => (written.out += text) },
    stderr: { write: (text) => (written.err += text) },
    color: false,
  });
  return { code, ...written };
}

describe('a cluster without Crossplane', () => {
  test('gives the one finding that matters', async () => {
    await useKubeconfig(kubeconfigOf(await apiserver((path) => bare[path] ?? unserved)));
    const { code, out, err } = await run();
    const report: {
      readonly ok: boolean;
      readonly checks: readonly { id: string; findings: readonly { problem: string }[]; skipped?: string }[];
    } = JSON.parse(out);
    expect({ code, err, ok: report.ok }).toEqual({ code: 1, err: '', ok: false });
    expect(report.checks.flatMap(({ findings }) => findings.map(({ problem }) => problem))).toEqual([
      'Crossplane is not installed: no Deployment has the label app=crossplane',
    ]);
    expect(report.checks.filter(({ skipped }) => skipped === undefined).map(({ id }) => id)).toEqual(['crossplane', 'claims']);
  });
});

describe('a Crossplane whose CRDs are gone', () => {
  test('is told with what brings them back', async () => {
    const deployment = {
      metadata: { name: 'crossplane', namespace: 'crossplane-system' },
      spec: { template: { spec: { serviceAccountName: 'crossplane', containers: [{ image: 'crossplane/crossplane:v2.3.4' }] } } },
      status: { availableReplicas: 1 },
    };
    const deployments: Reply = {
      status: 200,
      body: JSON.stringify({ kind: 'DeploymentList', apiVersion: 'apps/v1', items: [deployment] }),
    };
    await useKubeconfig(
      kubeconfigOf(await apiserver((path) => (path.startsWith('/apis/apps/v1/') ? deployments : (bare[path] ?? unserved)))),
    );
    const { code, out } = await run('table');
    expect(code).toBe(1);
    expect(out).toContain(`Packages
  error: cannot list configurations.pkg.crossplane.io: the apiserver does not
    serve pkg.crossplane.io/v1
  → kubectl -n crossplane-system rollout restart deployment/crossplane, which installs its CRDs as it starts
`);
  });
});

describe('a user who may read nothing', () => {
  test('is told so by each check', async () => {
    await useKubeconfig(kubeconfigOf(await apiserver((path) => (path === '/version' ? version : forbidden))));
    const { code, out } = await run('table');
    expect(code).toBe(1);
    expect(out).toContain(
      'cannot list deployments.apps: forbidden to this user\n  → run goldenpath doctor as a user who may read the whole cluster',
    );
  });
});

describe('fails on one line and with 2', () => {
  const advice = 'check KUBECONFIG or kubectl config current-context';

  test('without a kubeconfig', async () => {
    const path = join(directory, 'absent');
    vi.stubEnv('KUBECONFIG', path);
    expect(await run()).toEqual({
      code: 2,
      out: '',
      err: `cannot read the kubeconfig: ENOENT: no such file or directory, open '${path}'; ${advice}\n`,
    });
  });

  test('with a kubeconfig that is no YAML', async () => {
    await useKubeconfig('{');
    const { code, err } = await run();
    expect(code).toBe(2);
    expect(err).toMatch(/^cannot read the kubeconfig: [^\n]+\n$/);
  });

  test('with a kubeconfig that names no cluster', async () => {
    await useKubeconfig('apiVersion: v1\nkind: Config\n');
    expect((await run()).err).toBe(`cannot reach the cluster: the kubeconfig's current context names none; ${advice}\n`);
  });

  test('with a server that refuses the connection', async () => {
    const url = await apiserver(() => version);
    server?.close();
    await useKubeconfig(kubeconfigOf(url));
    expect(await run()).toEqual({
      code: 2,
      out: '',
      err: `cannot reach the cluster: ${url}: connect ECONNREFUSED ${url.replace('http://', '')}; ${advice}\n`,
    });
  });

  test('with a server that does not know the user', async () => {
    const url = await apiserver(() => unauthorized);
    await useKubeconfig(kubeconfigOf(url));
    expect((await run()).err).toBe(`cannot reach the cluster: ${url}: Unauthorized; ${advice}\n`);
  });

  test('with an output that does not exist', async () => {
    expect(await run('xml')).toEqual({
      code: 2,
      out: '',
      err: 'cannot print the findings: --output: got "xml", want one of table, json, yaml\n',
    });
  });
});
