import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { at } from '../../functions/core/kubernetes.ts';
import { named, readDocuments, UnusableFile } from '../input.ts';

/** Files by their whole paths, as they are or as they were: the text of one, or undefined where there is none. */
export type Files = (path: string) => Promise<string | undefined>;

export const onDisk: Files = (path) => readFile(path, 'utf8').catch(() => undefined);

const kustomizations = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Where the kustomization of a folder is, and its text; undefined where it has none. */
export async function kustomizationIn(folder: string, files: Files): Promise<{ readonly path: string; readonly text: string } | undefined> {
  for (const name of kustomizations) {
    const path = join(folder, name);
    const text = await files(path);
    if (text !== undefined) return { path, text };
  }
  return undefined;
}

/** The files that a kustomization changes others with. */
function patchesOf(path: string, text: string): readonly string[] {
  try {
    const [document] = readDocuments(text, path);
    const paths = [
      ...['patches', 'patchesJson6902'].flatMap((field) => listOf(at(document, field)).map((patch) => at(patch, 'path'))),
      ...listOf(at(document, 'patchesStrategicMerge')),
    ];
    return paths.filter((each) => typeof each === 'string').map((each) => resolve(dirname(path), each));
  } catch (error) {
    // An unreadable file names no patches, and hides none of the files beside it.
    if (error instanceof UnusableFile) return [];
    throw error;
  }
}

/** What a file is part of, and so no claim by itself, in half a sentence; undefined where it is nothing but itself. */
export async function roleOf(file: string, files: Files): Promise<string | undefined> {
  const below = (path: string) => {
    const short = relative(process.cwd(), path) || '.';
    return named(short.startsWith('..') ? path : short);
  };
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (relative(folder, file).startsWith('templates/') && (await files(join(folder, 'Chart.yaml'))) !== undefined)
      return `it is a template of the Helm chart in ${below(folder)}, want what helm template prints of that, through -`;
    const kustomization = await kustomizationIn(folder, files);
    if (kustomization !== undefined && patchesOf(kustomization.path, kustomization.text).includes(file))
      return `it is a patch of ${below(kustomization.path)}, want --kustomize ${below(folder)}`;
    if (folder === dirname(folder)) return undefined;
  }
}
