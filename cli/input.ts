import { readFile, stat } from 'node:fs/promises';
import { parseAllDocuments, type Tags } from 'yaml';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import { escaped, oneLine } from '../functions/core/problem.ts';

/** What a person typed or wrote is wrong; the message is the whole of what they see. */
export class InputError extends Error {}

function isKubernetesObject(value: unknown): value is KubernetesObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    'apiVersion' in value &&
    'kind' in value &&
    typeof value.apiVersion === 'string' &&
    typeof value.kind === 'string'
  );
}

/** Why the system could not do something, such as `ENOENT`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** The path that stands for standard input. */
export const standardInput = '-';

/** Whether a path is a folder; undefined where there is nothing. */
export async function isFolder(path: string): Promise<boolean | undefined> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return undefined;
  }
}

/** As tools do: what begins with a dot is not for reading, nor is what npm installs. */
export const isHidden = (name: string) => name.startsWith('.') || name === 'node_modules';

/** A path as an error shows it: whole, since somebody has to find it. */
export const named = (path: string): string => escaped(JSON.stringify(path));

/** A file that cannot be used, and why in half a sentence. */
export class UnusableFile extends InputError {
  readonly why: string;

  constructor(path: string, why: string) {
    super(`cannot use ${named(path)}: ${why}`);
    this.why = why;
  }
}

export async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new UnusableFile(file, `${codeOf(error)}, want a YAML file`);
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UnusableFile(file, 'it is not in UTF-8, want a YAML file');
  }
}

/** What YAML 1.1 reads as numbers to the base of 60 and as points in time, such as `1:40`, is text to kubectl. */
const asKubectl = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && tag.tag !== 'tag:yaml.org,2002:timestamp'));

/** Every document of a YAML or JSON text that is not empty. */
export function readDocuments(text: string, source: string): readonly unknown[] {
  try {
    const documents = parseAllDocuments(text, { version: '1.1', customTags: asKubectl, logLevel: 'error' });
    return ('empty' in documents ? [] : documents).flatMap((document) => {
      const [broken] = document.errors;
      if (broken !== undefined) throw broken;
      const value: unknown = document.toJS();
      return value === null ? [] : [value];
    });
  } catch (error) {
    // The parser throws on an alias that has no anchor, or that expands to too much.
    const [problem = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new UnusableFile(source, oneLine(problem).replace(/:$/, ''));
  }
}

/** The Kubernetes objects among the documents of a text, those of lists too, and how many documents are none. */
export function readObjects(text: string, source: string): { readonly objects: readonly KubernetesObject[]; readonly others: number } {
  const objects = readDocuments(text, source).map((value) => (isKubernetesObject(value) ? itemsOf(value) : []));
  return { objects: objects.flat(), others: objects.filter((each) => each.length === 0).length };
}

/** The objects of a list, which may leave out what they are as it says so itself, or else the object. */
function itemsOf(object: KubernetesObject): readonly KubernetesObject[] {
  const items = object['items'];
  if (!object.kind.endsWith('List') || !Array.isArray(items)) return [object];
  const kind = object.kind.slice(0, -'List'.length);
  const type = kind === '' ? {} : { apiVersion: object.apiVersion, kind };
  return items.map((item: unknown) => ({ ...type, ...(item as object) })).filter(isKubernetesObject);
}
