import fc from 'fast-check';
import { expect, test } from 'vitest';
import { goldenPath } from '../functions/golden-path.ts';
import { packageRoot } from '../platform/manifest.ts';
import { toYaml } from '../platform/yaml.ts';
import { claim, scratch, write } from '../test/planning.ts';
import { environmentConfig, everything } from '../test/request.ts';
import { writtenBy } from '../test/terminal.ts';
import { invoke } from './invoke.ts';

/** `npm run test:nightly` sets more. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 300);

const goldenpath = (args: readonly string[], stdin = '') =>
  writtenBy((terminal) => invoke({ platform: goldenPath, root: packageRoot }, terminal, args), stdin);

/** Whatever was given: a documented exit code, and where there is no plan a line that says why. */
function expectSound({ code, stdout, stderr }: Awaited<ReturnType<typeof goldenpath>>, given: string, output = 'table') {
  const said = stderr.split('\n').filter((line) => line.startsWith('goldenpath: ') && !line.startsWith('goldenpath: passed over'));
  expect([0, 1, 2], `${stderr}\n${given}`).toContain(code);
  expect(stderr, given).not.toMatch(/^\s+at /m);
  // What composes nothing has no objects.
  if (stdout !== '' || (code === 0 && output === 'yaml')) return;
  expect([1, 2], given).toContain(code);
  expect(said.length, `${stderr}\n${given}`).toBeGreaterThan(0);
}

const kinds = ['AppDatabase', 'AppCache', 'AppBucket', 'AppQueue', 'AppIdentity', 'AppService', 'AppNovel'];
const specs = [
  {},
  { engine: 'postgres', size: 'large', storageGiB: 100 },
  { readers: ['orders'], versioning: true },
  { fifo: true },
  { image: 'docker.io/library/python:3.13-alpine', port: 8080 },
];

const claims = fc
  .record({ kind: fc.constantFrom(...kinds), spec: fc.constantFrom(...specs) })
  .map(({ kind, spec }) => ({ ...claim('orders', spec), kind }));
/** Workloads of Score with a resource of each type, of which one is used. */
const workloads = fc
  .record({
    name: fc.constantFrom('db', 'cache', 'files', 'jobs', 'data', 'host', 'other', 'level', 'constructor'),
    output: fc.constantFrom('host', 'connection_string', 'bucket', 'name', 'LEVEL', '__proto__', ''),
    before: fc.constantFrom(undefined, { beside: { ready: 'started' } }, { app: { ready: 'healthy' } }),
  })
  .map(({ name, output, before }) => ({
    apiVersion: 'score.dev/v1b1',
    metadata: { name: 'orders', annotations: { team: 'shop' } },
    service: { ports: { web: { port: 80, targetPort: 8080 }, stream: { port: 81, protocol: 'UDP' } } },
    containers: {
      app: {
        image: 'docker.io/library/python:3.13-alpine',
        variables: { VALUE: `\${resources.${name}.${output}} $$ \${metadata.name}` },
        files: {
          '/etc/a': { content: '${resources.db.host}', noExpand: true },
          '/etc/b': { content: '${resources.db.host}', mode: '0444' },
        },
        volumes: { '/data': { source: '${resources.data}' } },
        resources: { limits: { cpu: '250m', memory: '1.5Gi' } },
        readinessProbe: { httpGet: { path: '/', port: 8080 } },
        ...(before && { before }),
      },
      beside: { image: 'docker.io/library/python:3.13-alpine', livenessProbe: { exec: { command: ['true'] } } },
    },
    resources: {
      db: { type: 'postgres', class: 'large', id: 'shared.db', params: { version: '17' } },
      cache: { type: 'redis' },
      files: { type: 's3', metadata: { annotations: { team: 'shop' } } },
      jobs: { type: 'sqs' },
      data: { type: 'volume', params: { sizeMiB: 64 } },
      host: { type: 'dns' },
      other: { type: 'service' },
      level: { type: 'environment', params: { LEVEL: '${metadata.name}' } },
      route: { type: 'route', params: { host: '${resources.host.host}', path: '/', port: 'web' } },
      scale: { type: 'horizontal-pod-autoscaler', params: { minReplicas: 2 } },
    },
  }));
const environments = fc
  .constantFrom('dev', 'staging', 'prod')
  .map((tier) => environmentConfig('here', { ...everything, tier: tier as 'dev' }));

/** What YAML can hold that nobody expects. */
const oddities = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'x'.repeat(5000),
    -1,
    1e308,
    2 ** 53,
    Number.NaN,
    '2026-11-28',
    '0x10',
    '*all',
    '$HOME',
    '{{ .Values }}',
    null,
  ),
);

/** The object with the value of one of its fields, at any depth, another. */
function replaced(value: unknown, path: readonly number[], by: unknown): unknown {
  const [index, ...rest] = path;
  if (index === undefined || typeof value !== 'object' || value === null) return by;
  const keys = Object.keys(value);
  const key = keys[index % Math.max(keys.length, 1)];
  if (key === undefined) return by;
  const copy: Record<string, unknown> = { ...value };
  copy[key] = replaced(copy[key], rest, by);
  return Array.isArray(value) ? Object.values(copy) : copy;
}

const oddly = (objects: fc.Arbitrary<unknown>) =>
  fc.tuple(objects, fc.array(fc.nat(20), { maxLength: 4 }), oddities).map(([object, path, by]) => toYaml(replaced(object, path, by)));

const fragments = [
  '&a',
  '*a',
  '*b',
  '<<: 5\n',
  '<<: *a\n',
  '- ',
  ': ',
  '{',
  '}',
  '[',
  ']',
  '|\n',
  '!!binary ',
  '!!int ',
  '---\n',
  '...\n',
  '%YAML 9\n',
  '\t',
  '\0',
  '\u2028',
  '? ',
  '# ',
];

/** A text of which some characters are others. */
const broken = (texts: fc.Arbitrary<string>) =>
  fc
    .tuple(
      texts,
      fc.array(fc.tuple(fc.nat(), fc.nat(6), fc.oneof(fc.constantFrom(...fragments), fc.string({ maxLength: 3 }))), {
        minLength: 1,
        maxLength: 4,
      }),
    )
    .map(([text, edits]) =>
      edits.reduce((edited, [at, length, by]) => {
        const start = at % (edited.length + 1);
        return edited.slice(0, start) + by + edited.slice(start + length);
      }, text),
    );

const texts = (objects: fc.Arbitrary<unknown>) =>
  fc.oneof(oddly(objects), broken(objects.map((object) => toYaml(object))), broken(oddly(objects)));

const timeout = 600_000;

test('a claim may say anything', { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(
      texts(claims),
      fc.constantFrom('dev', 'staging', 'prod'),
      fc.constantFrom('table', 'json', 'yaml', 'markdown'),
      async (text, environment, output) => {
        expectSound(await goldenpath(['plan', '-', '-e', environment, '-o', output], text), text, output);
      },
    ),
    { numRuns },
  );
});

test('a claim may have been anything', { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(texts(claims), texts(claims), async (before, after) => {
      const from = write('before.yaml', before);
      expectSound(await goldenpath(['plan', '-', '-e', 'prod', '--from', from], after), `${before}\n---\n${after}`);
    }),
    { numRuns: Math.ceil(numRuns / 2) },
  );
});

test('a Score file may say anything', { timeout }, async () => {
  process.chdir(scratch());
  await fc.assert(
    fc.asyncProperty(texts(workloads), fc.boolean(), async (text, isPlanned) => {
      expectSound(await goldenpath(isPlanned ? ['plan', '-', '-e', 'prod'] : ['score', '-'], text), text);
    }),
    { numRuns },
  );
});

test('an environment may say anything', { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(texts(environments), claims, async (text, object) => {
      const file = write('here.yaml', text);
      expectSound(await goldenpath(['plan', '-', '-e', file], toYaml(object)), text);
    }),
    { numRuns: Math.ceil(numRuns / 2) },
  );
});

test('a command line may say anything', { timeout }, async () => {
  const file = write('claims/orders.yaml', claim('orders'));
  write('claims/broken.yaml', 'apiVersion: platform.internal/v1alpha1\nspec: [\n');
  const words = fc.oneof(
    fc.constantFrom(
      'plan',
      'score',
      'doctor',
      '-',
      '--',
      '-e',
      '--environment',
      '--environment=dev',
      'dev',
      'prod',
      '-o',
      'json',
      'markdown',
      '--from',
      'HEAD',
      '.',
      '/',
    ),
    fc.constantFrom(
      '--against',
      '--live',
      '--strict',
      '--kustomize',
      '--environments-from',
      '--context',
      '-h',
      '--help',
      '-k',
      '-eo',
      '',
      ' ',
      '--no-live',
    ),
    fc.constantFrom(file, scratch('claims'), scratch(), scratch('nowhere'), '/dev/null', scratch('claims', '*')),
    fc.string({ maxLength: 6 }),
  );
  process.chdir(scratch());
  // Without a cluster to ask.
  process.env['KUBECONFIG'] = scratch('kubeconfig');
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(['plan'], ['score', file], ['plan', file], ['plan', file, '-e', 'dev'], ['doctor'], []),
      fc.array(words, { maxLength: 5 }),
      async (start, rest) => {
        const args = [...start, ...rest];
        // That would read all that there is on this machine.
        fc.pre(!args.includes('/'));
        expectSound(await goldenpath(args, toYaml(claim('orders'))), JSON.stringify(args));
      },
    ),
    { numRuns },
  );
});

test.each([
  ['an alias of another document', `a: &all ${JSON.stringify({ b: 1 })}\n---\nspec: *all\n`],
  ['a merge of what is no map', `${toYaml(claim('orders'))}<<: 5\n`],
  [
    'an alias bomb',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[index]}`).join(',')}]\n`).join('')}`,
  ],
])('%s is told on one line', async (_, text) => {
  const result = await goldenpath(['plan', '-', '-e', 'dev'], text);
  expectSound(result, text);
  expect(result).toMatchObject({ code: 2, stdout: '' });
});
