import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { group } from '../../functions/core/group.ts';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import { goldenPath } from '../../functions/golden-path.ts';
import { packageRoot } from '../../platform/manifest.ts';
import { configurationName, functionName, installedName } from '../../platform/names.ts';
import { toYaml } from '../../platform/yaml.ts';
import {
  apply,
  bindingOf,
  eventually,
  get,
  inPod,
  kubectl,
  list,
  makeNamespace,
  psql,
  ready,
  removeNamespaces,
  run,
} from '../cluster/cluster.ts';
import { environmentConfig } from '../request.ts';
import { type Acme, installAcme } from './acme.ts';

const namespace = 'acme-dev';
const registry = process.env['REGISTRY'];
let acme: Acme;

const acmePlatform = { name: 'acme-platform' };
const platforms = [goldenPath, acmePlatform];

async function removePackagesOf(kind: string, nameOf: (platform: { readonly name: string }) => string): Promise<void> {
  const installed = (await list(kind)).map(({ metadata }) => metadata.name);
  const theirs = installed.filter((name) => platforms.some((platform) => name.endsWith(`-${nameOf(platform)}`)));
  if (theirs.length > 0) await kubectl('delete', kind, ...theirs, '--timeout=180s');
}

/** Two platforms cannot both own an API of one name, and an API goes with the Configuration that brought it. */
async function removePackages(): Promise<void> {
  await removePackagesOf('configurations.pkg.crossplane.io', configurationName);
  await eventually(async () => {
    const kinds = 'compositeresourcedefinitions.apiextensions.crossplane.io,customresourcedefinitions.apiextensions.k8s.io';
    const left = (await list(kinds)).map(({ metadata }) => metadata.name).filter((name) => name.endsWith(`.${group}`));
    if (left.length > 0) throw new Error(`still there: ${left.join(', ')}`);
  });
  await removePackagesOf('functions.pkg.crossplane.io', functionName);
}

async function removeInstalled(root: string, ...files: readonly string[]): Promise<void> {
  await kubectl('delete', '--ignore-not-found', ...files.flatMap((file) => ['-f', join(root, 'package/install', file)]));
}

/** As an earlier version of the platform would have left it. */
const leftover = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: `given-up.${group}` },
  spec: {
    failurePolicy: 'Fail',
    matchConstraints: { resourceRules: [{ apiGroups: [group], apiVersions: ['*'], operations: ['DELETE'], resources: ['nothings'] }] },
    validations: [{ expression: 'true' }],
  },
};

beforeAll(async () => {
  if (registry === undefined) throw new Error('cannot test: REGISTRY: missing, want HOST[:PORT] as for npm run deploy');
  acme = await installAcme();
  await acme.script('generate');
  await removeNamespaces(namespace);
  await removePackages();
  const left = await run('kubectl', ['apply', '--server-side', '--field-manager', acmePlatform.name, '-f', '-'], toYaml(leftover));
  if (left.code !== 0) throw new Error(left.stderr);
  const deployed = await run('npm', ['run', '--prefix', acme.folder, 'deploy', '--', '--registry', registry]);
  if (deployed.code !== 0) throw new Error(`cannot deploy: ${deployed.stdout}${deployed.stderr}`);
  // What only the other platform needs goes, so that this one shows that it brought all of its own.
  await removeInstalled(packageRoot, 'rbac.yaml', 'runtime.yaml');
  await apply(environmentConfig('dev', { tier: 'dev' }));
  await makeNamespace(namespace, 'dev');
  const claims = ['app-topic', 'app-database'].map((name) => {
    const claim = parse(readFileSync(join(acme.folder, `examples/${name}.yaml`), 'utf8')) as KubernetesObject;
    return { ...claim, metadata: { ...claim.metadata, namespace } };
  });
  await apply(...claims);
  await ready(namespace, 'orders', 180, 'apptopic');
  await ready(namespace, 'orders');
});

afterAll(async () => {
  await removeNamespaces(namespace);
  await removePackages();
  await removeInstalled(acme.folder, 'rbac.yaml', 'runtime.yaml', 'namespace-protection.yaml', 'claim-policies.yaml');
  acme.remove();
});

test('a deployment leaves no admission policy of an earlier one behind', async () => {
  const names = (await list('validatingadmissionpolicies')).map(({ metadata }) => metadata.name);
  expect(names.filter((name) => name === leftover.metadata.name || name === `claim-policies.${group}`)).toEqual([
    `claim-policies.${group}`,
  ]);
});

test('one function serves both APIs', async () => {
  const functions = await list('functions.pkg.crossplane.io');
  expect(functions.map(({ metadata }) => metadata.name)).toEqual([
    installedName(String(registry), acmePlatform, functionName(acmePlatform)),
  ]);
  expect((await psql(namespace, 'orders', 'select 1')).stdout).toBe('1');
});

test('kubectl get apptopic shows where it lives and what it is', async () => {
  const [titles, row] = (await kubectl('get', 'apptopic', '-n', namespace)).split('\n').map((line) => line.trim().split(/\s+/));
  expect(titles).toEqual(['NAME', 'ENVIRONMENT', 'BACKEND', 'VERSION', 'SIZE', 'HOST', 'COST', 'SYNCED', 'READY', 'COMPOSITION', 'AGE']);
  expect(row?.slice(0, 9)).toEqual(['orders', 'dev', 'container', '2', 'small', `orders-topic.${namespace}.svc`, '1.68', 'True', 'True']);
});

test('the binding says what it is and where, and nothing else says the password', async () => {
  const { password = '', ...rest } = await bindingOf(namespace, 'orders', 'topic');
  expect(password).toMatch(/^[0-9a-f]{40}$/);
  const host = `orders-topic.${namespace}.svc`;
  const uri = `nats://app:${password}@${host}:4222`;
  expect(rest).toEqual({ type: 'nats', provider: 'container', host, port: '4222', username: 'app', uri });
  expect((await get('secret', 'orders-topic', namespace))['type']).toBe('servicebinding.io/nats');
  const others = await kubectl('get', 'apptopics,statefulsets,services,configmaps,pods,events', '-n', namespace, '-o', 'json');
  const commands = await kubectl('exec', '-n', namespace, 'orders-topic-0', '--', 'sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " "');
  expect(commands).toContain('nats-server');
  expect(others + commands).not.toContain(password);
});

/** What NATS answers, after its greeting, to a pod with nothing but the binding that publishes on what it subscribes to. */
async function roundTrip(password: string): Promise<string> {
  const says = [
    `printf 'CONNECT {"verbose":false,"user":"%s","pass":"%s"}\\r\\n' "$(cat username)" "${password}"`,
    "printf 'SUB orders 1\\r\\nPUB orders 5\\r\\nhello\\r\\nPING\\r\\n'",
    'sleep 1',
  ];
  const script = `cd /bindings/topic; { ${says.join('; ')}; } | nc -w 5 "$(cat host)" "$(cat port)" | tail -n +2 | tr -d '\\r'`;
  const { stdout, stderr } = await inPod(namespace, 'orders-topic', '/bindings/topic', 'docker.io/library/nats:2-alpine', script);
  return stdout + stderr;
}

test('a pod with nothing but the binding gets what it publishes, and one without the password is refused', async () => {
  expect(await roundTrip('$(cat password)')).toBe('MSG orders 1 5\nhello\nPONG');
  expect(await roundTrip('wrong')).toBe("-ERR 'Authorization Violation'");
});
