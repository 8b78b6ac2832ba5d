import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { platforms } from '../package/image.ts';
import { project } from '../package/project.ts';
import manifest from '../package.json' with { type: 'json' };
import { packageRoot } from '../platform/manifest.ts';
import { configurationName, exampleRegistry, functionName, repository } from '../platform/names.ts';

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions?: Readonly<Record<string, string>>;
        readonly steps: readonly {
          readonly name?: string;
          readonly run?: string;
          readonly uses?: string;
          readonly env?: Readonly<Record<string, string>>;
        }[];
      }
    >
  >;
}

const files = globSync('docs/github/*.yml', { cwd: packageRoot }).sort();
const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8');

test('there are two workflows', () => {
  expect(files.map((file) => basename(file))).toEqual(['goldenpath-plan.yml', 'release.yml']);
});

describe.each(files)('%s', (file) => {
  const text = read(file);
  const { permissions, jobs } = parse(text) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test('takes every action by commit, and says which version that is', () => {
    const used = text.split('\n').filter((line) => /\buses:/.test(line));
    expect(used.length).toBe(steps.filter(({ uses }) => uses !== undefined).length);
    expect(used.filter((line) => !/^ +- uses: [\w-]+(\/[\w-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  test('takes one version of each action', () => {
    const versions = [...text.matchAll(/uses: (\S+)@(\S+ # \S+)/g)];
    const each = new Set(versions.map(([, action]) => action));
    expect(new Set(versions.map(([whole]) => whole)).size).toBe(each.size);
  });

  test('is allowed nothing but what it names', () => {
    const allowed = [permissions, ...Object.values(jobs).map((job) => job.permissions ?? {})];
    expect(
      allowed.flatMap((each) => Object.entries(each).map((entry) => entry.join(': '))).filter((each) => each.endsWith('write')),
    ).toEqual({ 'goldenpath-plan.yml': ['pull-requests: write'], 'release.yml': ['id-token: write'] }[basename(file)]);
  });

  test('has scripts that bash reads, and that take what GitHub knows through the environment alone', () => {
    const scripts = steps.flatMap(({ run }) => run ?? []);
    expect(scripts.map((script) => spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' }).stderr)).toEqual(scripts.map(() => ''));
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
  });
});

describe('the release', () => {
  const { env, jobs } = parse(read('docs/github/release.yml')) as Workflow;
  const { platform } = project;
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  const script = steps.map(({ run = '' }) => run).join('\n');

  test('pushes and signs the packages of this repository, for each architecture', () => {
    const push = steps.find(({ run }) => run?.includes('xpkg push'));
    expect([env['REGISTRY'], push?.env?.['FUNCTION'], push?.env?.['CONFIGURATION']]).toEqual([
      exampleRegistry,
      repository('', platform, functionName(platform)).slice(1),
      repository('', platform, configurationName(platform)).slice(1),
    ]);
    const perArchitecture = Object.keys(platforms).map((architecture) => `dist/${functionName(platform)}-${architecture}.xpkg`);
    expect([...script.matchAll(/xpkg push -f (\S+) /g)].map(([, pushed]) => pushed)).toEqual([
      perArchitecture.join(),
      `dist/${configurationName(platform)}.xpkg`,
    ]);
  });

  test('names scripts that there are', () => {
    const named = [...script.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named).toEqual(['check', 'package']);
    expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  test('has an SBOM of what the function is bundled from, in which tools are marked as such', () => {
    const [, args = ''] = /npm (sbom .*?) > /.exec(script) ?? [];
    const { stdout } = spawnSync('npm', args.split(' '), { cwd: packageRoot, encoding: 'utf8' });
    const { bomFormat, components } = JSON.parse(stdout) as {
      readonly bomFormat: string;
      readonly components: readonly { readonly name: string; readonly properties: readonly { readonly name: string }[] }[];
    };
    const isTool = new Map(
      components.map(({ name, properties }) => [name, properties.some((each) => each.name === 'cdx:npm:package:development')]),
    );
    const shipped = [...Object.keys(manifest.dependencies), 'zod'];
    expect(bomFormat).toBe('CycloneDX');
    expect(shipped.filter((name) => isTool.get(name) !== false)).toEqual([]);
    expect(['@biomejs/biome', 'typescript', 'vitest'].filter((name) => isTool.get(name) !== true)).toEqual([]);
  });
});
