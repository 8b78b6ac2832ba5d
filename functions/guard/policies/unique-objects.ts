import type { KubernetesObject } from '../../core/kubernetes.ts';
import { named, type Policy } from '../policy.ts';

function identityOf({ apiVersion, kind, metadata }: KubernetesObject): string | undefined {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return metadata?.name === undefined ? undefined : `${group}/${kind}/${metadata.name}`;
}

/** Crossplane applies both in a random order, and deletes the object when either key goes. */
export const uniqueObjects: Policy = {
  id: 'unique-objects',
  text: 'No object is composed under two keys.',
  check(resources) {
    const seen = new Map<string, string>();
    return Object.entries(resources).flatMap(([key, object]) => {
      const identity = identityOf(object);
      if (identity === undefined) return [];
      const first = seen.get(identity);
      seen.set(identity, first ?? key);
      return first === undefined ? [] : [`${named(key, object)}: the same object as key ${first}, want one key for each object`];
    });
  },
};
