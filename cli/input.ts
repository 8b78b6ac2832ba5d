import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import { shown } from '../functions/core/problem.ts';

/** What a person typed or wrote is wrong; the message is the whole of what they see. */
export class InputError extends Error {}

export function isKubernetesObject(value: unknown): value is KubernetesObject {
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

export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new InputError(`cannot read ${shown(file)}: ${codeOf(error)}, want a YAML file`);
  }
}

/** Every document of a YAML text that is not empty. */
export function readDocuments(text: string, source: string): readonly unknown[] {
  const documents = parseAllDocuments(text, { version: '1.1' });
  return ('empty' in documents ? [] : documents).flatMap((document) => {
    const [broken] = document.errors;
    if (broken !== undefined) throw new InputError(`cannot read ${shown(source)}: ${broken.message.split('\n')[0]}`);
    const value: unknown = document.toJS();
    return value === null ? [] : [value];
  });
}

/** The Kubernetes objects of a YAML text, of which there is at least one. */
export function readObjects(text: string, source: string): readonly KubernetesObject[] {
  const objects = readDocuments(text, source).map((value, index) => {
    if (!isKubernetesObject(value))
      throw new InputError(`cannot read ${shown(source)}: document ${index + 1}: want an object with apiVersion and kind`);
    return value;
  });
  if (objects.length === 0) throw new InputError(`cannot read ${shown(source)}: it is empty, want a claim`);
  return objects;
}
