import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { InputError } from '../cli/input.ts';
import { type PlanOptions, plan } from '../cli/verbs/plan/command.ts';
import { goldenPath } from '../functions/golden-path.ts';
import { packageRoot } from '../platform/manifest.ts';
import { toYaml } from '../platform/yaml.ts';
import { writtenBy } from './terminal.ts';

/** With few policies, so that one more in the repository is none more here. */
export const platform = {
  ...goldenPath,
  policies: goldenPath.policies.filter(({ id }) => ['encrypted-at-rest', 'multi-az', 'backed-up'].includes(id)),
};

let folder: string;
const started = process.cwd();

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'plan-')));
});
afterEach(() => {
  process.chdir(started);
  rmSync(folder, { recursive: true });
});

/** A path in the scratch folder of the test. */
export const scratch = (...parts: readonly string[]) => join(folder, ...parts);

export function claim(name: string, spec: object = { engine: 'postgres' }, namespace: string | undefined = 'shop') {
  const metadata = { name, ...(namespace !== undefined && { namespace }) };
  return { apiVersion: 'platform.internal/v1alpha1', kind: 'AppDatabase', metadata, spec };
}

/** Writes a file of the scratch folder: a text, or objects as YAML. */
export function write(path: string, ...contents: readonly unknown[]): string {
  const file = scratch(path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof contents[0] === 'string' ? contents[0] : toYaml(...contents));
  return file;
}

/** Runs the command as a person at no terminal; paths in the scratch folder are shown as FOLDER. */
export async function run(files: readonly string[], options: Partial<PlanOptions> = {}) {
  const defaults = { kustomizations: [], environments: ['dev'], live: false, strict: false, output: 'table' };
  const { code, stdout, stderr } = await writtenBy((terminal) =>
    plan({ ...terminal, ...defaults, platform, root: packageRoot, files, ...options }),
  );
  return { code, stdout: stdout.replaceAll(folder, 'FOLDER'), stderr: stderr.replaceAll(folder, 'FOLDER') };
}

export async function failure(files: readonly string[], options: Partial<PlanOptions> = {}): Promise<string> {
  const error = await run(files, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as Error).message.replaceAll(folder, 'FOLDER');
}

export function git(repository: string, ...args: readonly string[]): string {
  const safe = ['-c', 'protocol.file.allow=always'];
  return execFileSync('git', ['-C', repository, ...safe, ...args], { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' }).trim();
}

/** Makes a folder a repository, and everything in it a commit. */
export function commit(repository = folder): string {
  git(repository, 'init', '--quiet', '--initial-branch', 'main');
  git(repository, 'config', 'user.name', 'Test');
  git(repository, 'config', 'user.email', 'test@example.com');
  git(repository, 'config', 'commit.gpgsign', 'false');
  git(repository, 'add', '.');
  git(repository, 'commit', '--quiet', '--allow-empty', '--message', 'claims');
  return git(repository, 'rev-parse', 'HEAD');
}
