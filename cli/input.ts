import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import { shown } from '../functions/core/problem.ts';

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

/** The Kubernetes objects of a YAML file, of which there is at least one. */
export function readObjects(file: string): readonly KubernetesObject[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(
      `cannot read ${shown(file)}: ${error instanceof Error && 'code' in error ? String(error.code) : String(error)}, want a YAML file`,
    );
  }
  const documents = parseAllDocuments(text, { version: '1.1' });
  const objects = ('empty' in documents ? [] : documents).flatMap((document, index) => {
    const [broken] = document.errors;
    if (broken !== undefined) throw new InputError(`cannot read ${shown(file)}: ${broken.message.split('\n')[0]}`);
    const value: unknown = document.toJS();
    if (value === null) return [];
    if (!isKubernetesObject(value))
      throw new InputError(`cannot read ${shown(file)}: document ${index + 1}: want an object with apiVersion and kind`);
    return [value];
  });
  if (objects.length === 0) throw new InputError(`cannot read ${shown(file)}: it is empty, want a claim`);
  return objects;
}
