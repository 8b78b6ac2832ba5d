import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { group } from '../../functions/core/group.ts';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import { shown } from '../../functions/core/problem.ts';
import { identityOf, nameOf } from '../../plan/identity.ts';
import { mapBounded } from '../bounded.ts';
import { InputError, isKubernetesObject, readDocuments, readObjects, readText } from '../input.ts';

const openFiles = 16;

/** The path that stands for standard input. */
export const standardInput = '-';

/** A text with claims. Of one that was found in a folder, what is no claim is passed over. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly found: boolean;
}

export interface Claims {
  readonly claims: readonly KubernetesObject[];
  /** How many objects were passed over. */
  readonly skipped: number;
}

export const isYaml = (path: string) => /\.ya?ml$/.test(path);

/** Of our group, whether or not this version knows the kind. */
const isClaim = (object: KubernetesObject) => object.apiVersion.startsWith(`${group}/`);

export async function isFolder(path: string): Promise<boolean | undefined> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return undefined;
  }
}

async function yamlIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = await mapBounded(entries, openFiles, async (entry) => {
    const path = join(folder, entry.name);
    // As tools do: what begins with a dot is not for reading, and links to folders could go round in circles.
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    if (entry.isDirectory()) return await yamlIn(path);
    return isYaml(entry.name) && (await isFolder(path)) === false ? [path] : [];
  });
  return nested.flat();
}

/** The texts at paths, each once: files, what folders have at any depth, sorted, and standard input. */
export async function readSources(
  paths: readonly string[],
  stdin: () => Promise<string>,
  missing: 'refused' | 'passed over' = 'refused',
): Promise<readonly Source[]> {
  const files = await mapBounded(paths, openFiles, async (path): Promise<readonly Omit<Source, 'text'>[]> => {
    const folder = path === standardInput ? false : await isFolder(path);
    if (folder === undefined && missing === 'passed over') return [];
    if (folder !== true) return [{ path, found: false }];
    return (await yamlIn(path)).toSorted().map((file) => ({ path: file, found: true }));
  });
  const once = new Map(files.flat().map((file) => [file.path === standardInput ? file.path : resolve(file.path), file]));
  return await mapBounded([...once.values()], openFiles, async (file) => ({
    ...file,
    text: file.path === standardInput ? await stdin() : await readText(file.path),
  }));
}

/** The claims of the texts, each with its namespace. */
export function claimsOf(sources: readonly Source[]): Claims {
  const seen = new Map<string, string>();
  let skipped = 0;
  const claims = sources.flatMap(({ path, text, found }) => {
    const source = path === standardInput ? 'standard input' : path;
    const objects = found ? readDocuments(text, source) : readObjects(text, source);
    return objects.flatMap((object) => {
      if (found && !(isKubernetesObject(object) && isClaim(object))) {
        skipped += 1;
        return [];
      }
      const claim = object as KubernetesObject;
      const identity = identityOf(claim);
      const first = seen.get(identity);
      if (first !== undefined)
        throw new InputError(`cannot plan ${identity}: it is in ${shown(first)} and in ${shown(source)}, want each claim once`);
      seen.set(identity, source);
      // A namespace that the file does not name is `default`, as for kubectl.
      return [{ ...claim, metadata: { ...claim.metadata, namespace: nameOf(claim).namespace } }];
    });
  });
  return { claims, skipped };
}
