import type { KubernetesObject } from '../functions/core/kubernetes.ts';

/** What is shown in place of a value that is nobody's to read. */
export const masked = '(secret)';

const secretFields = ['data', 'stringData'];

function isSecret({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): boolean {
  return apiVersion === 'v1' && kind === 'Secret';
}

/** The object, without what a Secret keeps. */
export function withoutSecrets(object: KubernetesObject): KubernetesObject {
  if (!isSecret(object)) return object;
  const hidden = secretFields.flatMap((field) => {
    const values = object[field];
    if (typeof values !== 'object' || values === null) return [];
    return [[field, Object.fromEntries(Object.keys(values).map((key) => [key, masked]))]];
  });
  return { ...object, ...Object.fromEntries(hidden) };
}

export function isSecretField(object: KubernetesObject, path: readonly string[]): boolean {
  return isSecret(object) && secretFields.includes(path[0] ?? '');
}
