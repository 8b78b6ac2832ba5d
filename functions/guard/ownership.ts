import { type Card, holdsData } from '../core/card.ts';
import { acknowledgeAnnotation, adoptsAnnotation, lookAnnotation } from '../core/group.ts';
import { annotateCommand, at, groupKind, type KubernetesObject, stringAt } from '../core/kubernetes.ts';
import { foundBy, onlyObserves } from '../core/look.ts';
import { externalNameAnnotation } from '../core/managed.ts';
import { hashOf } from '../core/names.ts';
import type { StepRequest } from '../core/pipeline.ts';
import { shown } from '../core/problem.ts';
import { apiOf } from '../core/required.ts';
import type { DesiredResource, StepResponse } from '../core/step.ts';
import { adoptionOf, owning } from './adoption.ts';
import { propertyOf } from './inspect.ts';
import { named } from './named.ts';
import { listed } from './waivers.ts';

/** Soon, since the claim waits for nothing but its provider's first look. */
const lookTtlSeconds = 5;

/** Later, since the claim waits for a person. */
const adoptionTtlSeconds = 60;

/** The same object as one that only looks. What it refers to may not be there yet, and a password is not taken over but set by the second apply. */
function lookAt(object: KubernetesObject): KubernetesObject {
  const forProvider = Object.entries((at(object, 'spec', 'forProvider') ?? {}) as object);
  const { writeConnectionSecretToRef: _, ...spec } = object['spec'] as { readonly writeConnectionSecretToRef?: unknown };
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata?.annotations, [lookAnnotation]: 'first' } },
    spec: {
      ...spec,
      forProvider: Object.fromEntries(forProvider.filter(([field]) => !/(Refs?|Selector)$|^autoGenerate/.test(field))),
      managementPolicies: ['Observe'],
    },
  };
}

interface Looked {
  readonly card: Card;
  readonly key: string;
  readonly object: KubernetesObject;
  readonly name: string;
  /** Undefined where the kind has no tags, so that nothing outside of the cluster says whose it is. */
  readonly tags: string | undefined;
  readonly isProvenTogether: boolean;
  readonly isApart: boolean;
  /** What the claim takes in on purpose has a proof of its own. */
  readonly isAdopted: boolean;
  readonly observed: KubernetesObject | undefined;
}

const nameOf = (object: KubernetesObject) => stringAt(object, 'metadata', 'annotations', externalNameAnnotation);

const isProvenTogether = (card: Card | undefined) => card?.provenTogether === true;

/** What is made under a name that we chose, so that there may be one already, and that was not made yet as far as is known. */
function lookedAt({ platform, observed }: StepRequest, desired: StepResponse['desired']): readonly Looked[] {
  return Object.entries(desired)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, { object }]) => {
      const card = platform.cards.get(groupKind(object));
      const name = nameOf(object);
      const was = observed[key]?.object;
      if (card?.managed !== true || name === undefined || onlyObserves(object) || (was !== undefined && !onlyObserves(was))) return [];
      const tags = propertyOf(card, (of) => of.tags)?.path;
      const isAdopted = stringAt(object, 'metadata', 'annotations', adoptsAnnotation) !== undefined;
      return [
        { card, key, object, name, tags, isProvenTogether: isProvenTogether(card), isApart: card.apart === true, isAdopted, observed: was },
      ];
    });
}

const found = ({ card, observed }: Pick<Left, 'card' | 'observed'>) =>
  card === undefined || observed === undefined ? undefined : foundBy(card, observed);

/** Which of the tags that say whose it is are not as we would set them. */
function foreignTags({ object, observed }: Looked, path: string): readonly string[] {
  const ours = at(object, ...path.split('.'));
  return owning.flatMap((tag) => {
    const [got, want] = [at(observed, 'status', 'atProvider', 'tags', tag), at(ours, tag)];
    return want !== undefined && got === want ? [] : [`${tag} ${got === undefined ? 'missing' : shown(got)}`];
  });
}

interface Foreign {
  readonly sentence: string;
  readonly isUntagged: boolean;
}

/** Something that exists under the name and is not known to be the claim's. */
function foreign(each: Looked): readonly Foreign[] {
  const there = `${named(each.key, each.object)}: there is ${shown(each.name)} already`;
  if (each.tags === undefined) return [{ sentence: `${there}, and nothing there says whose it is`, isUntagged: true }];
  const tags = foreignTags(each, each.tags);
  if (tags.length === 0) return [];
  const want = owning.map((tag) => `${tag}=${String(at(each.object, ...String(each.tags).split('.'), tag))}`).join(', ');
  return [{ sentence: `${there}, with tags ${tags.join(', ')}, want ${want}`, isUntagged: false }];
}

function refusalOf({ claim }: StepRequest, found: readonly Foreign[], token: string): string {
  const ways = [
    'choose another name for the claim',
    ...(found.some(({ isUntagged }) => !isUntagged) ? ["have the platform team set those tags where it is to be the claim's"] : []),
    ...(found.some(({ isUntagged }) => isUntagged)
      ? [
          `where it is the claim's own, as after its control plane was rebuilt, run: ${annotateCommand(claim, acknowledgeAnnotation, token)}`,
        ]
      : []),
  ];
  return `cannot apply: ${found.map(({ sentence }) => sentence).join('; ')}; nothing of it was changed: ${ways.join(', or ')}`;
}

/**
 * Whether all that proves its owner together is there under the names of the claim: a name that was worked out beforehand can be
 * taken in one kind, in all of them only by whoever administers the server.
 */
function isAllThere(looked: readonly Looked[], { platform }: StepRequest, desired: StepResponse['desired']): boolean {
  const together = Object.entries(desired).filter(
    ([, { object }]) => isProvenTogether(platform.cards.get(groupKind(object))) && nameOf(object) !== undefined,
  );
  return (
    together.length > 1 &&
    together.every(([key]) => {
      const look = looked.find((each) => each.key === key);
      return look === undefined || found(look) === 'something';
    })
  );
}

interface Left {
  readonly card: Card | undefined;
  readonly key: string;
  readonly object: KubernetesObject;
  readonly name: string;
  readonly isKept: boolean;
  readonly observed: KubernetesObject | undefined;
}

/** What expand itself looks for: data that an earlier claim of the name may have left, and what belongs to what the claim adopts. */
function lookedForBefore({ platform, observed }: StepRequest, desired: StepResponse['desired']): readonly Left[] {
  return Object.entries(desired)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, { object }]) => {
      const name = nameOf(object);
      const as = onlyObserves(object) ? stringAt(object, 'metadata', 'annotations', lookAnnotation) : undefined;
      if (name === undefined || (as !== 'kept' && as !== 'beside')) return [];
      const card = platform.cards.get(groupKind(object));
      return [{ card, key, object, name, isKept: as === 'kept', observed: observed[key]?.object }];
    });
}

/** Refuses what would be made empty although an earlier claim of the name left its data; undefined where nothing would be. */
function emptyBesideKept(
  request: StepRequest,
  response: StepResponse,
  looked: readonly Looked[],
  left: readonly Left[],
): StepResponse | undefined {
  const { claim, platform } = request;
  const kept = left.filter((each) => each.isKept && found(each) === 'something');
  const fromOf = ({ card }: Looked) => propertyOf(card, ({ data }) => data)?.from ?? [];
  const made = looked.filter((each) => {
    const isEmpty = fromOf(each).every((path) => at(each.object, ...path) === undefined);
    return found(each) === 'nothing' && holdsData(each.card) && isEmpty;
  });
  if (kept.length === 0 || made.length === 0) return undefined;
  const { uid, generation } = claim.metadata ?? {};
  const token = `empty-${hashOf([kept.map(({ key, name }) => [key, name]), uid, generation])}`;
  if (listed(claim, acknowledgeAnnotation).includes(token)) return undefined;
  const explained = Object.values(apiOf(platform, claim)?.backends ?? {}).map(({ explains }) => explains ?? {});
  const [field] = made.flatMap((each) =>
    fromOf(each).flatMap((path) => explained.flatMap((of) => of[`${each.object.kind}.${path.at(-1)}`] ?? [])),
  );
  const begin = field === undefined ? '' : `to begin with it, make a claim of another name with spec.${field}; `;
  const message =
    `cannot apply: ${kept.map(({ key, object, name }) => `${named(key, object)}: there is ${shown(name)}, which an earlier claim of this name left`).join('; ')}; ` +
    `what this claim makes would be empty, so nothing was made: ${begin}to begin empty, and to keep that for the platform team to restore beside it, run: ${annotateCommand(claim, acknowledgeAnnotation, token)}`;
  const refusal = { reason: 'KeptDataExists', message };
  return { ...response, refusal, conditions: [{ type: 'Allowed', status: 'False', ...refusal }], ttlSeconds: lookTtlSeconds };
}

/**
 * What the guard lets through is applied in two rounds, since a provider takes over whatever it finds under a name. In the first it
 * only looks; what it finds is the claim's own if its tags say so, and what has no tags if all of it is there or the claim
 * acknowledges it. Until then nothing else is made outside of the cluster, for it might be made in what is another's.
 */
export function provenFirst(request: StepRequest, response: StepResponse): StepResponse {
  if (response.refusal !== undefined) return response;
  const looked = lookedAt(request, response.desired);
  const left = lookedForBefore(request, response.desired);
  const { uid, generation } = request.claim.metadata ?? {};
  const token = `adopt-${hashOf([looked.filter(({ tags }) => tags === undefined).map(({ key, name }) => [key, name]), uid, generation])}`;
  const isAcknowledged = listed(request.claim, acknowledgeAnnotation).includes(token);
  // A role that was found and a database that nobody has looked for yet may both turn out to be there.
  const isUndecided = looked.some((each) => each.isProvenTogether && found(each) === undefined);
  const isProven = isUndecided || isAllThere(looked, request, response.desired);
  const others = looked
    .filter((each) => !each.isAdopted && found(each) === 'something' && !(each.isProvenTogether && isProven))
    .flatMap(foreign)
    .filter(({ isUntagged }) => !(isUntagged && isAcknowledged));
  if (others.length > 0) {
    const refusal = { reason: 'ExistsAlready', message: refusalOf(request, others, token) };
    return { ...response, refusal, conditions: [{ type: 'Allowed', status: 'False', ...refusal }], ttlSeconds: lookTtlSeconds };
  }
  const open = looked.filter((each) => found(each) === undefined);
  const looking = ({ object }: DesiredResource): DesiredResource => ({ object: lookAt(object), ready: false });
  const first = Object.entries(response.desired).flatMap(([key, resource]): readonly (readonly [string, DesiredResource])[] => {
    if (looked.some((each) => each.key === key)) return [[key, looking(resource)]];
    const isManaged = request.platform.cards.get(groupKind(resource.object))?.managed === true;
    const isMade = !isManaged || request.observed[key] !== undefined || onlyObserves(resource.object);
    return isMade ? [[key, resource]] : [];
  });
  const firstRound: StepResponse = { ...response, desired: Object.fromEntries(first), claimReady: false, ttlSeconds: lookTtlSeconds };
  if (!open.every(({ isApart }) => isApart) || left.some((each) => found(each) === undefined)) return firstRound;
  const adoption = adoptionOf(request, response.desired)?.open;
  if (adoption !== undefined) {
    return { ...firstRound, conditions: [{ type: 'Allowed', status: 'False', ...adoption }], ttlSeconds: adoptionTtlSeconds };
  }
  const refused = emptyBesideKept(request, response, looked, left);
  if (refused !== undefined || open.length === 0) return refused ?? response;
  const desired = Object.entries(response.desired).map(([key, resource]) => [
    key,
    open.some((each) => each.key === key) ? looking(resource) : resource,
  ]);
  return { ...response, desired: Object.fromEntries(desired), claimReady: false, ttlSeconds: lookTtlSeconds };
}
