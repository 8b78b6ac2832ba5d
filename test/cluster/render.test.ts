import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { exampleFile } from '../../examples/examples.ts';
import { apis } from '../../functions/apis/index.ts';
import { group } from '../../functions/core/group.ts';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import { isLook } from '../../functions/core/readiness.ts';
import { goldenPath } from '../../functions/golden-path.ts';
import { secretPlaceholder } from '../../plan/run.ts';
import { exampleRegistry, functionName, installedName } from '../../platform/names.ts';
import { toYaml } from '../../platform/yaml.ts';
import { exampleEnvironments, namespace } from '../request.ts';
import { eventually, foundNothing, kubectl, run } from './cluster.ts';

const address = 'localhost:9543';
const examples = apis.flatMap((api) => exampleEnvironments.map((config) => ({ api, environment: config.metadata?.name ?? '' })));

let folder: string;
let server: ReturnType<typeof spawn>;
let engine: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'render-'));
  engine = (await run('sh', ['-c', 'command -v crossplane-core || command -v crossplane-engine'])).stdout.trim();
  if (engine === '') throw new Error('cannot render: the binary of Crossplane itself is not on PATH as crossplane-core');
  server = spawn(process.execPath, ['organisation/main.ts', '--insecure', '--address', address, '--metrics-address', 'localhost:9544'], {
    stdio: 'ignore',
  });
  await eventually(async () => expect((await fetch('http://localhost:9544/healthz')).status).toBe(200), 20);
  const annotations = { 'render.crossplane.io/runtime': 'Development', 'render.crossplane.io/runtime-development-target': address };
  const name = installedName(exampleRegistry, goldenPath, functionName(goldenPath));
  const crossplaneFunction = {
    apiVersion: 'pkg.crossplane.io/v1',
    kind: 'Function',
    metadata: { name, annotations },
    spec: { package: `${exampleRegistry}/${functionName(goldenPath)}:v0` },
  };
  await writeFile(join(folder, 'functions.yaml'), toYaml(crossplaneFunction));
});
afterAll(() => {
  server.kill();
});

const read = (text: string) => {
  const documents = parseAllDocuments(text);
  return ('empty' in documents ? [] : documents).map((document) => document.toJS() as KubernetesObject);
};

/** Composed objects by key, without what the engine adds to every one, and with the values of Secrets hidden, as the plan does. */
function comparable(objects: readonly KubernetesObject[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    objects.flatMap((object) => {
      const { 'crossplane.io/composition-resource-name': key, ...annotations } = object.metadata?.annotations ?? {};
      if (key === undefined) return [];
      const { name } = object.metadata ?? {};
      const { [`crossplane.io/composite`]: _, ...labels } = object.metadata?.labels ?? {};
      const metadata = {
        name,
        ...(Object.keys(annotations).length > 0 && { annotations }),
        ...(Object.keys(labels).length > 0 && { labels }),
      };
      const data = object['data'] as Readonly<Record<string, string>> | undefined;
      const hidden = Object.fromEntries(Object.keys(data ?? {}).map((field) => [field, '(secret)']));
      return [[key, { ...object, metadata, ...(object.kind === 'Secret' && { data: hidden }) }]];
    }),
  );
}

describe.each(examples)('$api.kind in $environment', ({ api, environment }) => {
  const files = {
    claim: `examples/${exampleFile(api)}`,
    xrd: `xrds/${api.plural}.${group}.yaml`,
    composition: `compositions/${api.plural}.${group}.yaml`,
  };

  test('comes to the same in the real engine as in goldenpath plan', async () => {
    const required = join(folder, `${environment}.yaml`);
    await writeFile(required, toYaml(namespace('shop', environment), ...exampleEnvironments));
    const claim = join(folder, 'claim.yaml');
    const [example] = read(await readFile(files.claim, 'utf8'));
    await writeFile(claim, toYaml({ ...example, metadata: { ...example?.metadata, uid: 'uid-of-the-claim' } }));
    const render = async (...observed: readonly string[]) => {
      const rendered = await run('crossplane', [
        'composition',
        'render',
        claim,
        files.composition,
        join(folder, 'functions.yaml'),
        `--xrd=${files.xrd}`,
        `--required-resources=${required}`,
        `--crossplane-binary=${engine}`,
        ...observed,
      ]);
      expect(rendered.stderr).toBe('');
      return rendered;
    };
    const first = await render();
    const objects = read(first.stdout).filter(({ metadata }) => metadata?.annotations?.['crossplane.io/composition-resource-name']);
    const observed = join(folder, 'observed.yaml');
    await writeFile(observed, toYaml(...objects.map((object) => (isLook(object) ? { ...object, status: foundNothing() } : object))));
    const rendered = objects.some(isLook) ? await render(`--observed-resources=${observed}`) : first;
    const planned = await run(process.execPath, ['cli/main.ts', 'plan', files.claim, '--environment', environment, '--output', 'yaml']);
    // What only looks for something makes nothing, and is not planned.
    const made = read(rendered.stdout).filter((object) => !isLook(object));
    expect(comparable(made)).toEqual(comparable(read(planned.stdout)));
    // The claim itself is among what is rendered, also where it composes nothing.
    expect(read(rendered.stdout).map(({ kind }) => kind)).toContain(api.kind);
    expect(rendered.stdout).not.toContain(Buffer.from(secretPlaceholder).toString('base64'));
  });
});

test('all that the examples come to validates without a warning', async () => {
  const cache = join(folder, 'cache/xpkg.crossplane.io/crossplane/crossplane@stable');
  await mkdir(cache, { recursive: true });
  const definitions = parseAllDocuments(await kubectl('get', 'crd', '-o', 'yaml')).flatMap(
    (document) => (document.toJS() as { items: KubernetesObject[] }).items,
  );
  const schemas = (pattern: string) => toYaml(...definitions.filter(({ metadata }) => metadata?.name?.includes(pattern)));
  await writeFile(join(cache, 'package.yaml'), schemas('protection.crossplane.io'));
  const extensions = join(folder, 'crds.yaml');
  await writeFile(extensions, schemas('.m.'));
  const planned = await Promise.all(
    exampleEnvironments.map(({ metadata }) =>
      run(process.execPath, ['cli/main.ts', 'plan', 'examples', '--environment', metadata?.name ?? '', '--output', 'yaml']),
    ),
  );
  const managed = planned
    .flatMap(({ stdout }) => read(stdout))
    .filter(({ apiVersion }) => apiVersion.includes('.m.') || apiVersion.startsWith('protection.'));
  expect(managed.length).toBeGreaterThan(0);
  const objects = join(folder, 'planned.yaml');
  await writeFile(objects, toYaml(...managed));
  const result = await run('crossplane', [
    'resource',
    'validate',
    extensions,
    objects,
    `--cache-dir=${join(folder, 'cache')}`,
    '--error-on-missing-schemas',
    '--skip-success-results',
  ]);
  expect([result.code, result.stdout.trim(), result.stderr]).toEqual([
    0,
    `Total ${managed.length} resources: 0 missing schemas, ${managed.length} success cases, 0 failure cases`,
    '',
  ]);
});
