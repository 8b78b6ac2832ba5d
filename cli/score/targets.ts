import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { shown } from '../../functions/core/problem.ts';
import { codeOf, isHidden } from '../input.ts';
import type { Container, File, Path, Volume } from './schema.ts';
import { type Workload, wrong } from './workload.ts';

/** More than an app can have as a file, so that what it can have is said in one place. */
const mostBytes = 1024 ** 2;

/** What is mounted in a container. */
export interface Mounted<Of> {
  readonly target: string;
  readonly value: Of;
  readonly at: Path;
}

function targetsOf<Of extends { readonly target?: string }>(
  workload: Workload,
  given: readonly Of[] | Readonly<Record<string, Of>> | undefined,
  path: Path,
): readonly Mounted<Of>[] {
  return Object.entries(given ?? {}).map(([key, value]: [string, Of]) => {
    const at = [...path, key];
    const target = Array.isArray(given) ? value.target : key;
    if (target === undefined) throw wrong(workload, [...at, 'target'], 'missing, want the path in the container');
    return { target, value, at };
  });
}

const containerOf = ({ score }: Workload, name: string): Partial<Container> => score.containers[name] ?? {};

/** What is mounted in a container: of a map by its names, of a list, which is older, by the targets. */
const filesOf = (workload: Workload, name: string): readonly Mounted<File>[] =>
  targetsOf(workload, containerOf(workload, name).files, ['containers', name, 'files']);
export const volumesOf = (workload: Workload, name: string): readonly Mounted<Volume>[] =>
  targetsOf(workload, containerOf(workload, name).volumes, ['containers', name, 'volumes']);

const isBelow = (folder: string, path: string) => {
  const way = relative(folder, path);
  return way !== '' && !isAbsolute(way) && !way.split('/').some((part) => part === '..' || isHidden(part));
};

/** The bytes of a file by its path from the Score file. Whoever wrote that does not get at what else this machine has. */
async function sourceBytes({ file: { folder, root } }: Workload, source: string): Promise<Buffer | string> {
  try {
    const path = await realpath(resolve(folder, source));
    if (!isBelow(await realpath(folder), path) && !isBelow(await realpath(await root()), path))
      return 'want a file of the repository or the folder that the Score file is in, and none that is hidden';
    const found = await stat(path);
    if (!found.isFile() || found.size > mostBytes) return `want a file of at most ${mostBytes} bytes`;
    return await readFile(path);
  } catch (error) {
    return `which cannot be read: ${codeOf(error)}, want a file by its path from the Score file`;
  }
}

async function textOf(workload: Workload, { value: { content, binaryContent, source }, at }: Mounted<File>): Promise<string> {
  if (content !== undefined) return content;
  const field = source === undefined ? 'binaryContent' : 'source';
  const bytes = source === undefined ? Buffer.from(binaryContent ?? '', 'base64') : await sourceBytes(workload, source);
  if (typeof bytes === 'string') throw wrong(workload, [...at, field], `got ${shown(source)}, ${bytes}`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw wrong(workload, [...at, field], 'it is not in UTF-8, want text, which is all that the files of an app have');
  }
}

/** A file of a container with what is in it. */
export interface ReadFile extends Mounted<File> {
  readonly text: string;
}

/** The files of each container, by its name. */
export async function readFiles(workload: Workload): Promise<ReadonlyMap<string, readonly ReadFile[]>> {
  const read = Object.keys(workload.score.containers).map(async (name): Promise<[string, readonly ReadFile[]]> => {
    const files = filesOf(workload, name).map(async (each) => ({ ...each, text: await textOf(workload, each) }));
    return [name, await Promise.all(files)];
  });
  return new Map(await Promise.all(read));
}
