import { groupKind, type KubernetesObject } from '../../core/kubernetes.ts';
import type { Policy, PolicyContext } from '../../core/pipeline.ts';
import { named } from '../named.ts';

function identityOf(object: KubernetesObject, { request }: PolicyContext): string | undefined {
  const { name, namespace = request.claim.metadata?.namespace ?? '' } = object.metadata ?? {};
  return name === undefined ? undefined : JSON.stringify([groupKind(object), namespace, name]);
}

/** Crossplane applies both in a random order, and deletes the object when either key goes. */
export const uniqueObjects: Policy = {
  id: 'unique-objects',
  severity: 'deny',
  fixed: true,
  text: 'No object is composed under two keys.',
  why: 'Crossplane would apply both in a random order, so the object would flip between them, and would delete it as soon as one of the keys goes.',
  fix: 'Give each object one key, in one step of the pipeline: change the name of one of the two, or leave it out.',
  check(resources, context) {
    const seen = new Map<string, string>();
    return Object.entries(resources).flatMap(([key, object]) => {
      const identity = identityOf(object, context);
      if (identity === undefined) return [];
      const first = seen.get(identity);
      seen.set(identity, first ?? key);
      return first === undefined ? [] : [`${named(key, object)}: the same object as key ${first}, want one key for each object`];
    });
  },
};
