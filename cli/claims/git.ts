import { spawn } from 'node:child_process';
import { lstat, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { oneLine } from '../../functions/core/problem.ts';
import { codeOf, InputError, named } from '../input.ts';

interface Answer {
  readonly output: Buffer;
  /** In git's own words; undefined where it did what was asked. */
  readonly problem: string | undefined;
}

/** A hook's repository is not that of every path. */
const { GIT_DIR: _, GIT_WORK_TREE: __, GIT_INDEX_FILE: ___, ...surroundings } = process.env;

/** Runs git in a folder. */
async function git(
  folder: string,
  args: readonly string[],
  { input = '', env = {} }: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const child = spawn('git', ['-C', folder, ...args], { env: { ...surroundings, LC_ALL: 'C', ...env } });
    const chunks: Buffer[] = [];
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.on('error', (error) => reject(new InputError(`cannot compare with a revision: cannot run git: ${codeOf(error)}`)));
    child.on('close', (code) => {
      const problem = oneLine(said.replace(/^(fatal|error): /, '')) || `git ${args[0]} ended with ${code}`;
      resolve({ output: Buffer.concat(chunks), problem: code === 0 ? undefined : problem });
    });
    // Git may exit before it has read all of its input.
    child.stdin.on('error', () => {}).end(input);
  });
}

const split = (output: Buffer) => output.toString('utf8').split('\0').slice(0, -1);

export const isAtOrBelow = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

/** The path without links but for its last part; what is not there is as it is written. */
async function locate(path: string): Promise<string> {
  const parent = dirname(path);
  if (parent === path) return path;
  const real = await realpath(parent).catch(() => undefined);
  return join(real ?? (await locate(parent)), path.slice(parent.length));
}

async function folderAround(path: string): Promise<string> {
  const parent = dirname(path);
  const isHere = (await lstat(path).catch(() => undefined))?.isDirectory() === true;
  return isHere || parent === path ? path : await folderAround(parent);
}

/** Where a path is: by its name, and where that leads if it is a link. */
export async function placesOf(path: string): Promise<readonly [string, string]> {
  const whole = await locate(resolve(path));
  return [whole, await realpath(whole).catch(() => whole)];
}

async function topOf(folder: string, flag: '--show-toplevel' | '--show-superproject-working-tree'): Promise<string | undefined> {
  const { output, problem } = await git(folder, ['rev-parse', flag]);
  if (problem?.startsWith('not a git repository')) return undefined;
  if (problem !== undefined) throw new InputError(`cannot compare with a revision: git cannot read ${named(folder)}: ${problem}`);
  return output.toString('utf8').replace(/\n$/, '') || undefined;
}

/** The top folder of the repository that a path is in: of the outermost one around both it and the current folder, as that has the revisions. */
export async function repositoryOf(path: string): Promise<string | undefined> {
  const here = await realpath(process.cwd());
  const [place, target] = await placesOf(path);
  let top = (await topOf(await folderAround(place), '--show-toplevel')) ?? (await topOf(await folderAround(target), '--show-toplevel'));
  while (top !== undefined && !isAtOrBelow(here, top)) {
    const outer = await topOf(top, '--show-superproject-working-tree');
    if (outer === undefined) return top;
    top = outer;
  }
  return top;
}

/** The commit that a name is of, or undefined where it is of none. */
export async function commitOf(top: string, revision: string): Promise<string | undefined> {
  const { output, problem } = await git(top, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  return problem === undefined ? output.toString('utf8').trim() : undefined;
}

/** `refs/heads/main` of `main`; undefined of a commit that has no name. */
export async function fullNameOf(top: string, revision: string): Promise<string | undefined> {
  const { output } = await git(top, ['rev-parse', '--symbolic-full-name', '--end-of-options', revision]);
  return /^refs\/.+$/m.exec(output.toString('utf8'))?.[0];
}

/** Whether commits that there are may be missing here. */
async function isShallow(top: string): Promise<boolean> {
  return (await git(top, ['rev-parse', '--is-shallow-repository'])).output.toString('utf8').trim() === 'true';
}

/** Something in a commit, by its path in it. */
export interface TreeEntry {
  readonly kind: 'file' | 'link' | 'submodule';
  readonly hash: string;
}

const kinds: Readonly<Record<string, TreeEntry['kind']>> = { '120000': 'link', '160000': 'submodule' };

async function required(top: string, what: string, args: readonly string[], input?: string): Promise<Buffer> {
  const { output, problem } = await git(top, args, input === undefined ? {} : { input });
  if (problem !== undefined) throw new InputError(`cannot compare with a revision: git cannot ${what} in ${named(top)}: ${problem}`);
  return output;
}

/** All that a commit has. */
export async function treeOf(top: string, commit: string): Promise<ReadonlyMap<string, TreeEntry>> {
  const lines = split(await required(top, 'list a commit', ['ls-tree', '-r', '-z', '--full-tree', commit]));
  return new Map(
    lines.map((line) => {
      const [head = '', path = ''] = line.split('\t');
      const [mode = '', , hash = ''] = head.split(' ');
      return [path, { kind: kinds[mode] ?? 'file', hash }];
    }),
  );
}

/** The files of a commit, or of the work tree, that have one of some words in them. */
export async function filesWith(top: string, words: readonly string[], commit?: string): Promise<readonly string[]> {
  const where = commit === undefined ? ['--untracked', '--'] : [commit, '--'];
  const flags = ['--files-with-matches', '--null', '-I', '--fixed-strings', '--full-name', '--no-color'];
  const { output, problem } = await git(top, ['grep', ...flags, ...words.flatMap((word) => ['-e', word]), ...where]);
  if (problem !== undefined && problem !== 'git grep ended with 1')
    throw new InputError(`cannot compare with a revision: git cannot search ${named(top)}: ${problem}`);
  return split(output).map((path) => (commit === undefined ? path : path.slice(commit.length + 1)));
}

/** The contents of files or links, in their order: `HASH blob SIZE`, a new line, the bytes, a new line, for each. */
export async function contentsOf(top: string, hashes: readonly string[]): Promise<readonly string[]> {
  if (hashes.length === 0) return [];
  let rest = await required(top, 'read a commit', ['cat-file', '--batch'], hashes.map((hash) => `${hash}\n`).join(''));
  return hashes.map((hash) => {
    const start = rest.indexOf('\n') + 1;
    const [, type, length] = rest.subarray(0, start).toString('utf8').trim().split(' ');
    if (type !== 'blob') throw new InputError(`cannot compare with a revision: git has no ${hash} in ${named(top)}: it is ${type}`);
    const end = start + Number(length);
    const text = rest.subarray(start, end).toString('utf8');
    rest = rest.subarray(end + 1);
    return text;
  });
}

/** Whether a repository is there, with that commit. */
export async function hasCommit(folder: string, commit: string): Promise<boolean> {
  if ((await realpath(folder).catch(() => undefined)) === undefined) return false;
  if ((await topOf(folder, '--show-toplevel')) !== (await realpath(folder))) return false;
  return (await git(folder, ['cat-file', '-e', `${commit}^{commit}`])).problem === undefined;
}

/** The commit that the index has of a submodule. */
export async function submoduleNow(top: string, path: string): Promise<string | undefined> {
  const [line = ''] = split((await git(top, ['ls-files', '-s', '-z', '--', path])).output);
  return line.startsWith('160000 ') ? line.split(' ')[1] : undefined;
}

/** The commit that a revision is in the repository of a path. */
export async function commitOfPath(path: string, revision: string): Promise<{ readonly top: string; readonly commit: string }> {
  const top = await repositoryOf(path);
  const commit = top === undefined ? undefined : await commitOf(top, revision);
  if (top !== undefined && commit !== undefined) return { top, commit };
  const shallow = top !== undefined && (await isShallow(top));
  throw new InputError(
    shallow
      ? `cannot compare: --from: got ${named(revision)}, which this shallow clone does not have, want git fetch --unshallow, or fetch-depth: 0 in a workflow`
      : `cannot compare: --from: got ${named(revision)}, want a file or a folder that exists, or a git revision of ${named(path)}`,
  );
}

/** Works on all that a commit has, in a folder that goes afterwards. */
export async function inCommit<T>(top: string, commit: string, work: (tree: string) => Promise<T>): Promise<T> {
  const copy = await realpath(await mkdtemp(join(tmpdir(), 'goldenpath-')));
  const tree = join(copy, 'tree');
  try {
    await mkdir(tree);
    for (const args of [
      ['read-tree', commit],
      ['checkout-index', '--all', `--prefix=${tree}/`],
    ]) {
      const { problem } = await git(top, args, { env: { GIT_INDEX_FILE: join(copy, 'index') } });
      if (problem !== undefined) throw new InputError(`cannot compare with a revision: git cannot write it: ${problem}`);
    }
    return await work(tree);
  } finally {
    await rm(copy, { recursive: true });
  }
}
