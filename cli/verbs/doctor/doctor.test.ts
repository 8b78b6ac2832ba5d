import { describe, expect, test, vi } from 'vitest';
import { goldenPath } from '../../../functions/golden-path.ts';
import { apiserver, forbidden, type Reply, unserved, useKubeconfig, version } from '../../../test/apiserver.ts';
import { writtenBy } from '../../../test/terminal.ts';
import { InputError } from '../../input.ts';
import { doctor } from './doctor.ts';

// What a Kubernetes 1.35 apiserver without Crossplane answers.
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
const unauthorized: Reply = { status: 401, body: { kind: 'Status', status: 'Failure', message: 'Unauthorized', code: 401 } };

const run = (output = 'json') => writtenBy((terminal) => doctor({ ...terminal, platform: goldenPath, output }));

describe('a cluster without Crossplane', () => {
  test('gives the one finding that matters', async () => {
    await apiserver((path) => bare[path] ?? unserved);
    const { code, stdout, stderr } = await run();
    const report: {
      readonly ok: boolean;
      readonly checks: readonly { id: string; findings: readonly { problem: string }[]; skipped?: string }[];
    } = JSON.parse(stdout);
    expect({ code, stderr, ok: report.ok }).toEqual({ code: 1, stderr: '', ok: false });
    expect(report.checks.flatMap(({ findings }) => findings.map(({ problem }) => problem))).toEqual([
      'Crossplane is not installed: no Deployment has the label app=crossplane',
    ]);
    expect(report.checks.filter(({ skipped }) => skipped === undefined).map(({ id }) => id)).toEqual([
      'crossplane',
      'added-apis',
      'claims',
    ]);
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
    await apiserver((path) => (path.startsWith('/apis/apps/v1/') ? deployments : (bare[path] ?? unserved)));
    const { code, stdout } = await run('table');
    expect(code).toBe(1);
    expect(stdout).toContain(`Packages
  error: cannot list configurations.pkg.crossplane.io: the apiserver does not
         serve pkg.crossplane.io/v1
  → kubectl -n crossplane-system rollout restart deployment/crossplane, which installs its CRDs as it starts
`);
  });
});

describe('a user who may read nothing', () => {
  test('is told so by each check', async () => {
    await apiserver((path) => (path === '/version' ? version : forbidden('User "reader" cannot list')));
    const { code, stdout } = await run('table');
    expect(code).toBe(1);
    expect(stdout).toContain('cannot list deployments.apps: forbidden to this user\n  → run this as a user who may read the whole cluster');
  });
});

describe('where there is no cluster to ask, fails on one line', () => {
  const advice = 'check KUBECONFIG or kubectl config current-context';
  const failure = async (output = 'json') => {
    const error: unknown = await run(output).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  };

  test('without a kubeconfig', async () => {
    vi.stubEnv('KUBECONFIG', '/nowhere/kubeconfig');
    expect(await failure()).toBe('cannot reach a cluster: KUBECONFIG: got "/nowhere/kubeconfig", want a file that is there');
    vi.stubEnv('KUBECONFIG', '');
    vi.stubEnv('HOME', '/nowhere');
    expect(await failure()).toBe(
      'cannot reach a cluster: there is no kubeconfig, neither KUBECONFIG nor ~/.kube/config, want one, as whoever runs the cluster gives you',
    );
    vi.unstubAllEnvs();
  });

  test('with a kubeconfig that is no YAML', async () => {
    useKubeconfig('{');
    expect(await failure()).toMatch(/^cannot read the kubeconfig: [^\n]+$/);
  });

  test('with a kubeconfig that names no cluster', async () => {
    useKubeconfig('apiVersion: v1\nkind: Config\n');
    expect(await failure()).toBe(`cannot reach the cluster: the kubeconfig's current context names none; ${advice}`);
  });

  test('with a server that refuses the connection', async () => {
    const { url, stop } = await apiserver(() => version);
    stop();
    expect(await failure()).toBe(`cannot reach the cluster: ${url}: connect ECONNREFUSED ${url.replace('http://', '')}; ${advice}`);
  });

  test('with a server that does not know the user', async () => {
    const { url } = await apiserver(() => unauthorized);
    expect(await failure()).toBe(`cannot reach the cluster: ${url}: Unauthorized; ${advice}`);
  });

  test('with an output that does not exist', async () => {
    expect(await failure('xml')).toBe('cannot print: --output: got "xml", want one of table, json, yaml');
  });
});
