import { spawn } from 'node:child_process';
import { dirname, join, relative, resolve } from 'node:path';
import { shown } from '../../functions/core/problem.ts';
import { codeOf, InputError, readText } from '../input.ts';
import { isFolder, isYaml, type Source, standardInput } from './sources.ts';

async function git(folder: string, args: readonly string[], input = ''): Promise<Buffer | undefined> {
  return await new Promise((resolveOutput, reject) => {
    const child = spawn('git', ['-C', folder, ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => reject(new InputError(`cannot compare with a revision: cannot run git: ${codeOf(error)}`)));
    child.on('close', (code) => resolveOutput(code === 0 ? Buffer.concat(chunks) : undefined));
    // Git may end before it has read everything.
    child.stdin.on('error', () => {}).end(input);
  });
}

/** The closest folder around a path that is there, as a claim's own folder may have been made or deleted since. */
async function folderAround(path: string): Promise<string> {
  const parent = dirname(path);
  return parent === path || (await isFolder(parent)) === true ? parent : await folderAround(parent);
}

const folderOf = async (path: string) => ((await isFolder(path)) === true ? path : await folderAround(path));

/** The commit that a revision is in the repository of a folder; undefined where it is none. */
async function commitOf(folder: string, revision: string): Promise<string | undefined> {
  return (await git(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]))?.toString().trim();
}

interface Entry {
  readonly path: string;
  readonly hash: string;
}

/** The blobs that a revision has at or below a path. */
async function blobsAt(folder: string, path: string, commit: string): Promise<readonly Entry[]> {
  const listed = await git(folder, ['ls-tree', '-r', '-z', commit, '--', relative(folder, path) || '.']);
  const lines = (listed ?? Buffer.alloc(0)).toString('utf8').split('\0');
  return lines.flatMap((line) => {
    const [head = '', name] = line.split('\t');
    const [, type, hash] = head.split(' ');
    return type === 'blob' && name !== undefined && hash !== undefined ? [{ path: join(folder, name), hash }] : [];
  });
}

/** The contents of blobs, in their order: `HASH blob SIZE`, a new line, the bytes, a new line, for each. */
async function contentsOf(folder: string, hashes: readonly string[]): Promise<readonly string[]> {
  let rest = (await git(folder, ['cat-file', '--batch'], hashes.map((hash) => `${hash}\n`).join(''))) ?? Buffer.alloc(0);
  return hashes.map(() => {
    const start = rest.indexOf('\n') + 1;
    const size = Number(rest.subarray(0, start).toString('utf8').trim().split(' ')[2]);
    const text = rest.subarray(start, start + size).toString('utf8');
    rest = rest.subarray(start + size + 1);
    return text;
  });
}

const labelOf = (revision: string, path: string) => `${revision}:${relative(process.cwd(), path)}`;

/**
 * A file as a revision has it; as it is now where the revision lacks it, or where it is of another repository than `claims`, which has other
 * revisions of that name.
 */
export async function readFileAt(path: string, revision: string, claims: string): Promise<Pick<Source, 'path' | 'text'>> {
  const whole = resolve(path);
  const folder = await folderOf(whole);
  const [ours, theirs] = await Promise.all(
    [folder, await folderOf(resolve(claims))].map((each) => git(each, ['rev-parse', '--show-toplevel'])),
  );
  const isSame = ours !== undefined && theirs?.equals(ours);
  const commit = isSame === true ? await commitOf(folder, revision) : undefined;
  const [blob] = commit === undefined ? [] : await blobsAt(folder, whole, commit);
  if (blob === undefined) return { path, text: await readText(path) };
  const [text = ''] = await contentsOf(folder, [blob.hash]);
  return { path: labelOf(revision, whole), text };
}

/** What a revision has at the same paths; a path that it does not have yet comes to nothing. */
export async function readRevision(paths: readonly string[], revision: string): Promise<readonly Source[]> {
  if (paths.includes(standardInput))
    throw new InputError(`cannot compare standard input: --from: got ${shown(revision)}, want a file or a folder, since it has no path`);
  const sources: Source[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    const whole = resolve(path);
    const folder = await folderOf(whole);
    const commit = await commitOf(folder, revision);
    if (commit === undefined)
      throw new InputError(
        `cannot compare: --from: got ${shown(revision)}, want a file or a folder that exists, or a git revision of ${shown(path)}`,
      );
    const entries = (await blobsAt(folder, whole, commit)).filter((entry) => {
      const named = entry.path === whole;
      const hidden = relative(whole, entry.path)
        .split('/')
        .some((part) => part.startsWith('.') || part === 'node_modules');
      return !seen.has(entry.path) && (named || (isYaml(entry.path) && !hidden));
    });
    if (entries.length === 0 && !seen.has(whole) && (await isFolder(whole)) === undefined)
      throw new InputError(`cannot read ${shown(path)}: it is neither there nor in ${shown(revision)}, want a YAML file`);
    const texts = await contentsOf(
      folder,
      entries.map(({ hash }) => hash),
    );
    entries.forEach((entry, index) => {
      seen.add(entry.path);
      sources.push({ path: labelOf(revision, entry.path), text: texts[index] ?? '', found: entry.path !== whole });
    });
  }
  return sources;
}
