import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import { generatedFiles } from '../../package/generate.ts';
import { readTar } from '../../package/image.ts';
import { project } from '../../package/project.ts';
import { run } from '../../package/run.ts';
import { packageRoot } from '../../platform/manifest.ts';
import { toYaml } from '../../platform/yaml.ts';
import { type Acme, installAcme } from './acme.ts';

let acme: Acme;

beforeAll(async () => {
  acme = await installAcme();
  await acme.script('generate');
});
afterAll(() => acme.remove());

const text = (path: string) => readFileSync(join(acme.folder, path), 'utf8');
const nameOf = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata?.name}`;

test('compiles against the declarations of the package', async () => {
  expect(await acme.script('check')).toBe('');
});

test('is held to the contract of every API, with the golden files that it has', () => {
  const { status, stdout } = spawnSync('npm', ['test'], {
    cwd: acme.folder,
    encoding: 'utf8',
    env: { ...process.env, CI: '1', NO_COLOR: '1' },
  });
  expect({ status, tests: /Tests +(.*)/.exec(stdout)?.[1] }, stdout).toEqual({
    status: 0,
    tests: expect.stringMatching(/^\d+ passed \(\d+\)$/),
  });
});

test('generates what this repository does, and its own besides', () => {
  const own = ['compositions', 'xrds'].map((folder) => `${folder}/apptopics.platform.internal.yaml`);
  const found = globSync(['crossplane.yaml', '{xrds,compositions,examples,package,docs}/**/*.*'], { cwd: acme.folder });
  const want = [...generatedFiles(project).keys(), ...own, 'examples/app-topic.yaml', 'docs/policies/services-are-internal.md'];
  expect(found.sort()).toEqual(want.sort());
  expect(text('crossplane.yaml')).toBe(readFileSync(join(packageRoot, 'examples/own-platform/crossplane.yaml'), 'utf8'));
  expect(parse(text('examples/app-topic.yaml'))).toEqual({
    apiVersion: 'platform.internal/v1alpha1',
    kind: 'AppTopic',
    metadata: { name: 'orders', namespace: 'shop' },
    spec: { version: '2' },
  });
  expect(parse(text('examples/environments/dev.yaml'))).toEqual({
    apiVersion: 'apiextensions.crossplane.io/v1beta1',
    kind: 'EnvironmentConfig',
    metadata: { name: 'dev', labels: { 'platform.internal/kind': 'environment' } },
    data: { tier: 'dev' },
  });
  const install = globSync('package/install/*.yaml', { cwd: acme.folder }).map(text);
  const named = install.flatMap((manifest) => parseAllDocuments(manifest, { version: '1.1' }).map((document) => nameOf(document.toJS())));
  expect(named.filter((name) => !name.startsWith('ValidatingAdmission')).sort()).toEqual([
    'ClusterRole acme-platform:administer',
    'ClusterRole acme-platform:aggregate-to-crossplane',
    'ClusterRole acme-platform:claims-edit',
    'ClusterRole acme-platform:claims-view',
    'ClusterRole acme-platform:team-deployer',
    'ClusterRole acme-platform:team-developer',
    'ClusterRole acme-platform:team-owner',
    'ClusterRole acme-platform:team-viewer',
    'Configuration acme-platform-configuration-acme-platform',
    'DeploymentRuntimeConfig acme-platform',
    'Function acme-platform-function-acme-platform',
    'NetworkPolicy function-acme-platform',
    'PodDisruptionBudget function-acme-platform',
  ]);
  expect(install.join('')).not.toContain('golden-path');
});

describe('plan', () => {
  const environments = ['dev', 'staging', 'prod'].flatMap((name) => ['--environment', name]);

  test('allows an AppTopic in every environment, and shows what it comes to in one', async () => {
    const plan = await acme.script('goldenpath', 'plan', 'examples/app-topic.yaml', ...environments, '--output', 'json');
    const { claims } = JSON.parse(plan) as { claims: readonly { environment: string; refused: unknown }[] };
    expect(claims.map(({ environment, refused }) => ({ environment, refused }))).toEqual(
      ['dev', 'staging', 'prod'].map((environment) => ({ environment, refused: null })),
    );
    await expect(toYaml(claims[2])).toMatchFileSnapshot('app-topic-in-prod.yaml');
  });

  test('shows an AppDatabase as this repository does but for whose it is, and on the command line of the package the same', async () => {
    const args = ['plan', 'examples/app-database.yaml', '--environment', 'dev', '--output', 'json'];
    const ours = await run('node', ['cli/main.ts', ...args], { cwd: packageRoot });
    const acmes = ours.replaceAll('managed-by": "golden-path"', 'managed-by": "acme-platform"');
    expect(acmes).not.toBe(ours);
    expect([await acme.script('goldenpath', ...args), await acme.run('node_modules/.bin/goldenpath', ...args)]).toEqual([acmes, ours]);
  });
});

const hasCrossplane = spawnSync('crossplane', ['version', '--client']).error === undefined;

/** The objects of a package's layers, by file. */
async function contentsOf(file: string): Promise<Readonly<Record<string, readonly KubernetesObject[]>>> {
  const layers = [...(await readTar(readFileSync(file)))].filter(([name]) => name.endsWith('.tar.gz'));
  const files = await Promise.all(layers.map(async ([, { content }]) => [...(await readTar(gunzipSync(content)))]));
  return Object.fromEntries(
    files.flat().map(([name, { content }]) => {
      const documents = parseAllDocuments(content.toString(), { version: '1.1' });
      const objects = ('empty' in documents ? [] : documents).map((document) => document.toJS() as KubernetesObject | null);
      return [name, objects.filter((object) => object !== null)];
    }),
  );
}

test.runIf(hasCrossplane)('packages hold every API, and the examples of each', async () => {
  await acme.script('package', '--registry', 'registry.example.com/acme');
  const { 'package.yaml': objects = [], ...others } = await contentsOf(join(acme.folder, 'dist/configuration-acme-platform.xpkg'));
  const apis = ['appbuckets', 'appcaches', 'appdatabases', 'appidentities', 'appqueues', 'appservices', 'apptopics', 'teams'];
  expect(objects.map(nameOf).sort()).toEqual(
    [
      'Configuration configuration-acme-platform',
      'ManagedResourceActivationPolicy acme-platform',
      ...['Composition', 'CompositeResourceDefinition'].flatMap((kind) => apis.map((api) => `${kind} ${api}.platform.internal`)),
    ].sort(),
  );
  expect(objects.find(({ kind }) => kind === 'Configuration')).toEqual(parse(text('dist/configuration/crossplane.yaml')));
  expect(Object.values(others).flat().map(nameOf).sort()).toEqual(
    [
      ...['dev', 'prod', 'staging'].map((name) => `EnvironmentConfig ${name}`),
      ...[
        'AppBucket receipts',
        'AppCache orders',
        'AppDatabase orders',
        'AppIdentity orders',
        'AppQueue orders',
        'AppService orders',
        'AppTopic orders',
        'Team checkout',
      ],
    ].sort(),
  );
});

test('the README names scripts and files that there are', () => {
  const page = text('README.md');
  const { scripts } = JSON.parse(text('package.json')) as { scripts: Readonly<Record<string, string>> };
  const named = [...page.matchAll(/npm (?:run (?:--silent )?([\w-]+)|(test))\b/g)].map(([, script, short]) => script ?? short ?? '');
  expect([...new Set(named)].sort()).toEqual(Object.keys(scripts).sort());
  const paths = [...page.matchAll(/`([\w-]+(?:\/[\w-]+)*(?:\/|\.[a-z]+))`/g)].map(([, path = '']) => path);
  expect(paths.filter((path) => globSync(path, { cwd: acme.folder }).length === 0)).toEqual([]);
});

test('the example takes the versions that this repository has', () => {
  const [ours, example] = ['package.json', 'examples/own-platform/package.json'].map((path) =>
    JSON.parse(readFileSync(join(packageRoot, path), 'utf8')),
  );
  expect(example.dependencies).toEqual({ [ours.name]: ours.version, zod: ours.peerDependencies.zod });
  expect(ours.devDependencies).toMatchObject(example.devDependencies);
});
