import { existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { apis } from '../functions/apis/index.ts';
import { stringAt } from '../functions/core/kubernetes.ts';
import { definePlatform } from '../functions/platform.ts';
import { generate, generatedFiles, strayFiles } from '../package/generate.ts';
import { type Project, project } from '../package/project.ts';
import { goldenFilesOf } from './contract.ts';

const { root } = project;
const files = generatedFiles(project);

test.each([...files].map(([path, content]) => ({ path, content })))('$path is what npm run generate writes', ({ path, content }) => {
  expect(existsSync(join(root, path)), `${path} is missing: run npm run generate`).toBe(true);
  expect(readFileSync(join(root, path), 'utf8')).toBe(content);
});

test('nothing else lies among the generated files', () => {
  expect(files.size).toBeGreaterThan(5);
  expect(strayFiles(project, files)).toEqual([]);
});

describe('in a folder that has files of its own', () => {
  const elsewhere = (): Project => {
    const folder = mkdtempSync(join(tmpdir(), 'generated-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return { ...project, root: folder };
  };

  test('only what was generated is removed', () => {
    const given = elsewhere();
    const copied = files.get('examples/app-cache.yaml') ?? '';
    const own = { 'examples/copied.yaml': copied, 'examples/mine.yaml': 'kind: Mine\n', 'docs/policies/mine.md': '# Mine\n' };
    expect(generate(given)).toEqual({ written: [...files.keys()], removed: [] });
    for (const [path, text] of Object.entries(own)) writeFileSync(join(given.root, path), text);

    const fewer = definePlatform({ ...project.platform, apis: apis.filter(({ kind }) => kind !== 'AppCache') });
    const { removed } = generate({ ...given, platform: fewer });
    const cache = ['compositions/appcaches.platform.internal.yaml', 'examples/app-cache.yaml', 'xrds/appcaches.platform.internal.yaml'];
    expect(removed).toEqual(cache);
    expect(globSync('**/*.{yaml,md}', { cwd: given.root }).sort()).toEqual(
      [...files.keys(), ...Object.keys(own)].filter((path) => !cache.includes(path)).sort(),
    );
  });

  test('nothing of theirs is overwritten', () => {
    const given = elsewhere();
    mkdirSync(join(given.root, 'docs'));
    writeFileSync(join(given.root, 'docs/apis.md'), '# Mine\n');
    expect(() => generate(given)).toThrow(
      new Error('cannot generate: docs/apis.md: got what npm run generate did not write, want it elsewhere or deleted'),
    );
    expect(globSync('**/*.*', { cwd: given.root })).toEqual(['docs/apis.md']);
  });
});

describe('crossplane.yaml', () => {
  const written = (text?: string): string => {
    const folder = mkdtempSync(join(tmpdir(), 'generated-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    if (text !== undefined) writeFileSync(join(folder, 'crossplane.yaml'), text);
    generate({ ...project, root: folder });
    return readFileSync(join(folder, 'crossplane.yaml'), 'utf8');
  };
  const whole = files.get('crossplane.yaml') ?? '';
  const spec = whole.slice(whole.indexOf('spec:\n'));

  test('begins with what follows from the platform', () => {
    expect(written()).toBe(`${/^.*\n/.exec(whole)?.[0]}apiVersion: meta.pkg.crossplane.io/v1
kind: Configuration
metadata:
  name: configuration-golden-path
${spec}`);
  });

  test('keeps metadata and comments as they are, and nothing else that differs', () => {
    const head = (apiVersion: string) => `# mine\napiVersion: ${apiVersion}\nkind: Configuration
metadata:
  # of package.json
  name: configuration-golden-path
  annotations:
    meta.crossplane.io/maintainer: me # and others
# generated
`;
    expect(written(`${head('v1')}spec:\n  crossplane:\n    version: v1.0.0\n`)).toBe(`${head('meta.pkg.crossplane.io/v1')}${spec}`);
  });

  test.each([
    ['metadata:\n  name: acme\n', 'metadata.name: got "acme", want one of configuration-golden-path'],
    ['metadata:\n  name: configuration-golden-path\n  labels: {}\n', 'metadata.labels: unknown field'],
    ['metadata:\n  name: configuration-golden-path\n  annotations:\n    a: 1\n', 'metadata.annotations.a: got 1, want string'],
    ['kind: Configuration\n', 'metadata: missing, want object'],
  ])('%j is refused', (text, problem) => {
    expect(() => written(text)).toThrow(new Error(`cannot use crossplane.yaml: ${problem}`));
  });
});

test('an environment that cannot be used is generated for nobody', () => {
  const environments = {
    qa: { tier: 'staging', shared: { postgres: { providerConfig: 'shared-postgres', host: '', sslMode: 'disable' } } },
  } as const;
  expect(() => generatedFiles({ ...project, environments })).toThrow(
    new Error(
      'cannot use EnvironmentConfig "qa": data.shared.postgres.host: got "", want a host name or an address, such as postgres.shared.svc',
    ),
  );
});

test('there is a golden file for each tier on the backend that somebody would run, and no other', () => {
  const golden = join(root, 'test/golden');
  const found = readdirSync(golden).flatMap((folder) => readdirSync(join(golden, folder)).map((file) => `${folder}/${file}`));
  expect(found.sort()).toEqual(apis.flatMap(goldenFilesOf).sort());
});

test('every YAML below examples but a Score file is of Kubernetes objects, which crossplane takes into a package from there by itself', () => {
  const folder = join(root, 'examples');
  const files = globSync('**/*.yaml', { cwd: folder, exclude: ['**/node_modules/**', 'score.yaml'] });
  expect(files.length).toBeGreaterThan(0);
  const others = files.filter((file) => {
    const documents = parseAllDocuments(readFileSync(join(folder, file), 'utf8'), { version: '1.1' });
    return 'empty' in documents || documents.some((document) => stringAt(document.toJS(), 'kind') === undefined);
  });
  expect(others).toEqual([]);
});
