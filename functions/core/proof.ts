import type { Api } from './api.ts';
import { at, groupKind, type KubernetesObject, stringAt } from './kubernetes.ts';
import { composedName } from './names.ts';
import type { StepRequest } from './pipeline.ts';
import { shown } from './problem.ts';
import type { Refusal } from './step.ts';

/** Whether a key is one that a pattern stands for: `ingress-1a2b` of `ingress-*`. */
export function matches(pattern: string, key: string): boolean {
  return pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
}

/** The UID of whoever made an object and may delete it. */
export function controllerOf(object: KubernetesObject): string | undefined {
  const owners = at(object, 'metadata', 'ownerReferences');
  return Array.isArray(owners)
    ? stringAt(
        owners.find((owner: unknown) => at(owner, 'controller') === true),
        'uid',
      )
    : undefined;
}

/** What is observed under a key and is not what the API composes there; undefined where it is. */
function foreign(api: Api, { claim }: Pick<StepRequest, 'claim'>, key: string, object: KubernetesObject): string | undefined {
  const name = stringAt(claim, 'metadata', 'name') ?? '';
  const cards = Object.values(api.backends).flatMap(({ composes }) =>
    Object.entries(composes).flatMap(([pattern, card]) => (matches(pattern, key) ? [card] : [])),
  );
  const names = [composedName({ name }, api.suffix), composedName({ name }, api.suffix, key)];
  const kinds = [...new Set(cards.map(({ kind }) => kind))];
  const isOurs =
    // A key that no backend has is read by none: the guard refuses to let go of it.
    (cards.length === 0 || cards.some((card) => groupKind(card) === groupKind(object))) &&
    // Cluster-scoped claims, which platform engineers alone make, may compose objects of any name.
    (cards.length === 0 || api.scope === 'Cluster' || names.includes(stringAt(object, 'metadata', 'name') ?? '')) &&
    controllerOf(object) === stringAt(claim, 'metadata', 'uid');
  if (isOurs) return undefined;
  const got = `${object.kind} ${shown(stringAt(object, 'metadata', 'name') ?? '')}`;
  const want = cards.length === 0 ? 'something' : `${kinds.join(' or ')} ${[...new Set(names)].map(shown).join(' or ')}`;
  return `${shown(key)}: got ${got}, want ${want} that this claim composed`;
}

/**
 * Crossplane shows as composed whatever a claim's references or an annotation say, so an object is believed only if its kind, its
 * name and its controller are what the claim composes under that key. Nothing is taken from any other.
 */
export function foreignObserved(api: Api, request: Pick<StepRequest, 'claim' | 'observed'>): Refusal | undefined {
  const found = Object.entries(request.observed)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, { object }]) => foreign(api, request, key, object) ?? []);
  if (found.length === 0) return undefined;
  const message =
    `cannot believe what ${api.kind} ${shown(stringAt(request.claim, 'metadata', 'name') ?? '')} is said to have composed: ${found.join('; ')}; ` +
    'nothing is taken from it: an administrator of the platform takes it out of spec.crossplane.resourceRefs of the claim';
  return { reason: 'ForeignObject', message };
}
