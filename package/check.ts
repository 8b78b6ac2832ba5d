import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { group } from '../functions/core/group.ts';
import { groupOf } from '../functions/core/kubernetes.ts';
import { manifest } from '../platform/manifest.ts';
import { pack } from './pack.ts';
import { command, largestOutput, optionsGiven, run } from './run.ts';

interface Check {
  readonly name: string;
  readonly work: () => Promise<string> | string;
}

function printedBy(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: largestOutput });
  if (status !== 0) throw new Error(error === undefined ? `${stdout}${stderr}` : error.message);
  return stripVTControlCharacters(stdout).trim();
}

function tool(program: string, ...args: readonly string[]): () => string {
  return () =>
    printedBy(program, ...args)
      .split('\n')
      .at(-1) ?? '';
}

/** Says how many tests passed and, of those that need a program which is not here, how many were skipped. */
function tests(...projects: readonly string[]): Check['work'] {
  return () => {
    const printed = printedBy('vitest', 'run', ...projects.flatMap((name) => ['--project', name]), '--reporter=dot');
    const [, counts] = /^ *Tests +(.*)$/m.exec(printed) ?? [];
    if (counts === undefined) throw new Error(`no tests were run:\n${printed}`);
    return counts;
  };
}

interface Cruise {
  readonly summary: { readonly totalCruised: number; readonly violations: readonly { from: string; to: string; rule: { name: string } }[] };
  readonly folders?: readonly { readonly name: string }[];
}

async function cruise(layers: readonly string[], ...flags: readonly string[]): Promise<Cruise> {
  const result = JSON.parse(await run('depcruise', [...flags, '--output-type', 'json', ...layers])) as Cruise;
  const { violations } = result.summary;
  if (violations.length > 0) throw new Error(violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`).join('\n'));
  return result;
}

/** dependency-cruiser is content with nothing to look at, so what it looked at is held against what there is. */
async function dependencyDirection(): Promise<string> {
  const { layers } = (await import(new URL('../.dependency-cruiser.mjs', import.meta.url).href)) as { readonly layers: readonly string[] };
  const sources = globSync('*/**/*.ts', { exclude: ['bin/**', 'dist/**', 'lib/**', 'node_modules/**', 'examples/own-platform/**'] });
  const strays = sources.filter((file) => !layers.some((layer) => file.startsWith(`${layer}/`)));
  if (strays.length > 0) throw new Error(`${strays[0]} is in none of the layers of .dependency-cruiser.mjs`);
  const { totalCruised } = (await cruise(layers)).summary;
  if (totalCruised < sources.length) throw new Error(`${totalCruised} modules were looked at, want the ${sources.length} that there are`);
  const folders = new Set(sources.filter((file) => !file.endsWith('.test.ts')).map((file) => dirname(file)));
  const looked = new Set((await cruise(layers, '--config', '.dependency-cruiser.folders.mjs')).folders?.map(({ name }) => name));
  const missed = [...folders].filter((folder) => !looked.has(folder));
  if (missed.length > 0) throw new Error(`${missed.length} folders were not looked at, such as ${missed[0]}`);
  return `${totalCruised} modules in ${folders.size} folders`;
}

/** A registry without an audit service cannot say that all is well, and is not taken to. */
function audit(): string {
  const { status, stdout } = spawnSync('npm', ['audit', '--omit=dev', '--audit-level=high', '--json'], { encoding: 'utf8' });
  const report = JSON.parse(stdout) as { error?: { summary?: string }; message?: string };
  if (status === 0) return 'no known vulnerability';
  if (report.error !== undefined || report.message !== undefined) return 'NOT CHECKED: this registry offers no audit';
  throw new Error(stdout);
}

const noCrossplane = () =>
  spawnSync('crossplane', ['version', '--client']).error === undefined ? undefined : 'NOT CHECKED: the crossplane CLI is not on PATH';

interface Validated {
  readonly apiVersion: string;
  readonly kind: string;
  readonly status: 'valid' | 'invalid' | 'missingSchema';
}

/** Whether every composed object of the golden files is one that its provider, or Kubernetes, takes: a field that is misspelt fails. */
async function kindsAgainstCrds(): Promise<string> {
  const definitions = process.env['CRDS'];
  if (definitions === undefined) return 'NOT CHECKED: CRDS names no folder of CustomResourceDefinitions';
  const missing = noCrossplane();
  if (missing !== undefined) return missing;
  const cache = await mkdtemp(join(tmpdir(), 'golden-path-'));
  try {
    // An empty package in the cache, in place of the download of Crossplane's own, of which one kind is composed.
    const folder = join(cache, 'xpkg.crossplane.io/crossplane/crossplane@stable');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.yaml'), '');
    const golden = 'test/golden,examples/own-platform/golden';
    const args = ['resource', 'validate', definitions, golden, '--cache-dir', cache, '--output', 'json'];
    const { stdout, stderr } = spawnSync('crossplane', args, { encoding: 'utf8', maxBuffer: largestOutput });
    if (!stdout.startsWith('{')) throw new Error(stderr);
    const { resources } = JSON.parse(stdout) as { resources: readonly Validated[] };
    const invalid = resources.filter(({ status }) => status === 'invalid');
    if (invalid.length > 0) throw new Error(invalid.map((each) => JSON.stringify(each)).join('\n'));
    const composed = resources.filter((each) => groupOf(each) !== group);
    const valid = composed.filter(({ status }) => status === 'valid');
    if (valid.length === 0) throw new Error(`no object was looked at, want those of ${golden}`);
    const unknown = [...new Set(composed.filter(({ status }) => status === 'missingSchema').map(({ kind }) => kind))].sort();
    return `${valid.length} objects${unknown.length === 0 ? '' : `; NOT CHECKED, since CRDS has no definition of them: ${unknown.join(', ')}`}`;
  } finally {
    await rm(cache, { recursive: true });
  }
}

async function packages(): Promise<string> {
  const missing = noCrossplane();
  if (missing !== undefined) return missing;
  return (await run('node', ['package/build.ts'])).trim().split('\n').at(-1) ?? '';
}

/** Whether everybody who installs the npm package finds what its `exports` name, and the types of it. */
async function published(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'golden-path-'));
  try {
    const file = await pack(folder);
    const verdict = tool('publint', '--strict', file)();
    // A suggestion is no failure to publint.
    if (verdict !== 'All good!') throw new Error(verdict);
    // In words first, since they are what a failure shows.
    printedBy('attw', '--profile', 'esm-only', '--format', 'ascii', '--no-emoji', file);
    const { analysis } = JSON.parse(printedBy('attw', '--profile', 'esm-only', '--format', 'json', file)) as {
      analysis: { entrypoints?: Readonly<Record<string, unknown>> };
    };
    const looked = Object.keys(analysis.entrypoints ?? {}).sort();
    const want = Object.keys(manifest.exports).sort();
    if (looked.join() !== want.join()) throw new Error(`attw looked at ${looked.join(', ')}, want ${want.join(', ')}`);
    return `${looked.length} entry points`;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const checks: readonly Check[] = [
  { name: 'format and lint', work: tool('biome', 'ci', '--error-on-warnings') },
  { name: 'types', work: tool('tsc', '--noEmit') },
  { name: 'dependency direction', work: dependencyDirection },
  { name: 'dead code', work: tool('knip') },
  { name: 'tests', work: tests('unit', 'example', 'recipes') },
  { name: 'kinds against CRDs', work: kindsAgainstCrds },
  { name: 'npm package', work: published },
  { name: 'own platform', work: tests('npm') },
  { name: 'vulnerabilities', work: audit },
  { name: 'packages', work: packages },
];

await command(async () => {
  optionsGiven({});
  let failed = false;
  for (const { name, work } of checks) {
    const started = performance.now();
    try {
      const result = await work();
      console.log(`✓ ${name} (${((performance.now() - started) / 1000).toFixed(1)} s) ${result}`);
    } catch (error) {
      console.error(`✗ ${name}\n${error instanceof Error ? error.message : error}`);
      failed = true;
    }
  }
  return failed ? 1 : 0;
});
