import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { doctor } from '../../cli/verbs/doctor/doctor.ts';
import type { Finding } from '../../cli/verbs/doctor/finding.ts';
import type { Report } from '../../cli/verbs/doctor/report.ts';
import { environmentLabel, kindLabel } from '../../functions/core/group.ts';
import { type KubernetesObject, stringAt } from '../../functions/core/kubernetes.ts';
import { goldenPath } from '../../functions/golden-path.ts';
import { run } from '../../package/run.ts';
import { writtenBy } from '../terminal.ts';

const rbacFile = fileURLToPath(new URL('../../package/install/rbac.yaml', import.meta.url));
const aggregation = { timeout: 20_000, interval: 250 };

const suffix = randomBytes(3).toString('hex');
const namespace = `doctor-${suffix}`;
const environment = `doctor-bad-${suffix}`;
const unlabelled = `doctor-unlabelled-${suffix}`;

async function apply(object: KubernetesObject): Promise<void> {
  await run('kubectl', ['apply', '-f', '-'], { input: JSON.stringify(object) });
}

async function findings(check: string): Promise<readonly Finding[]> {
  const { stdout } = await writtenBy((terminal) => doctor({ ...terminal, platform: goldenPath, output: 'json' }));
  const report: Report = JSON.parse(stdout);
  return report.checks.find(({ id }) => id === check)?.findings ?? [];
}

describe('permissions', () => {
  let role: string;
  let wasThere: boolean;

  beforeAll(async () => {
    role = stringAt(parseAllDocuments(await readFile(rbacFile, 'utf8'))[0]?.toJS(), 'metadata', 'name') ?? '';
    wasThere = (await run('kubectl', ['get', 'clusterrole', role, '--ignore-not-found', '-o', 'name'])) !== '';
    await run('kubectl', ['apply', '-f', rbacFile]);
    await vi.waitFor(async () => expect(await findings('permissions')).toEqual([]), aggregation);
  });

  afterAll(async () => {
    await (wasThere ? run('kubectl', ['apply', '-f', rbacFile]) : run('kubectl', ['delete', 'clusterrole', role, '--ignore-not-found']));
  });

  test('that are taken away are told at once, and no more once they are back', async () => {
    await run('kubectl', ['delete', 'clusterrole', role]);
    await vi.waitFor(async () => expect(await findings('permissions')).not.toEqual([]), aggregation);

    const start = performance.now();
    const missing = await findings('permissions');
    const milliseconds = performance.now() - start;
    console.log(`doctor took ${Math.round(milliseconds)} ms to find ${missing.length} missing permissions`);

    expect(missing).toContainEqual({
      check: 'permissions',
      severity: 'error',
      object: 'namespaces',
      problem: 'Crossplane may not get, list, watch, create, update, patch, delete namespaces',
      remedy: 'kubectl apply -f package/install/rbac.yaml',
    });

    await run('kubectl', ['apply', '-f', rbacFile]);
    await vi.waitFor(async () => expect(await findings('permissions')).toEqual([]), aggregation);
  });
});

describe('what a person wrote wrong', () => {
  afterAll(async () => {
    await run('kubectl', ['delete', 'namespace', namespace, '--ignore-not-found']);
    await run('kubectl', ['delete', 'environmentconfig', environment, unlabelled, '--ignore-not-found']);
  });

  test('a namespace of no environment', async () => {
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { [environmentLabel]: 'nowhere' } } });
    expect(await findings('namespaces')).toContainEqual({
      check: 'namespaces',
      severity: 'error',
      object: `Namespace ${namespace}`,
      problem: expect.stringContaining(`Namespace ${namespace} is of no environment: label ${environmentLabel}: got "nowhere", `),
      remedy: `kubectl label namespace ${namespace} ${environmentLabel}=<environment> --overwrite`,
    });
  });

  test('an environment that its schema refuses', async () => {
    await apply({
      apiVersion: 'apiextensions.crossplane.io/v1beta1',
      kind: 'EnvironmentConfig',
      metadata: { name: environment, labels: { [kindLabel]: 'environment' } },
      data: { tier: 'gold' },
    });
    expect(await findings('environments')).toContainEqual({
      check: 'environments',
      severity: 'error',
      object: `EnvironmentConfig ${environment}`,
      problem: expect.stringContaining('data.tier: got "gold", want one of dev, staging, prod'),
      remedy: `kubectl edit environmentconfig ${environment}`,
    });
  });

  test('an environment without the label that makes it one', async () => {
    await apply({
      apiVersion: 'apiextensions.crossplane.io/v1beta1',
      kind: 'EnvironmentConfig',
      metadata: { name: unlabelled },
      data: { tier: 'dev' },
    });
    expect(await findings('environments')).toContainEqual({
      check: 'environments',
      severity: 'warning',
      object: `EnvironmentConfig ${unlabelled}`,
      problem: `EnvironmentConfig ${unlabelled} looks like an environment, but lacks the label ${kindLabel}=environment`,
      remedy: `kubectl label environmentconfig ${unlabelled} ${kindLabel}=environment --overwrite`,
    });
  });
});
