import { isDeepStrictEqual } from 'node:util';
import type { Api } from '../core/api.ts';
import type { Card, Effect } from '../core/card.ts';
import { acknowledgeAnnotation, adoptsAnnotation } from '../core/group.ts';
import { annotateCommand, at, groupKind, type KubernetesObject, stringAt } from '../core/kubernetes.ts';
import { foundBy, onlyObserves } from '../core/look.ts';
import { hashOf, inOrder } from '../core/names.ts';
import type { StepRequest } from '../core/pipeline.ts';
import { shown } from '../core/problem.ts';
import { apiOf } from '../core/required.ts';
import type { Refusal, StepResponse } from '../core/step.ts';
import { gibibytes, majorAt } from '../kinds/fields.ts';
import { effectOf } from './effects.ts';
import { propertyOf } from './inspect.ts';
import { named } from './named.ts';
import { listed } from './waivers.ts';

/** The tags that say whose something in a cloud is; an owner may change. */
export const owning = ['control-plane', 'environment', 'namespace', 'kind', 'claim'] as const;

/** In AWS, on what a claim may take in: which claim. Whoever administers AWS writes it, and nobody who writes claims. */
const adoptableTag = 'adoptable-by';

/** Where what runs is not what the claim would have. */
interface Difference {
  /** Of the composed resource. */
  readonly key: string;
  /** Of `spec.forProvider`. */
  readonly field: string;
  /** Left out where nothing of the kind runs. */
  readonly runs?: unknown;
  readonly would?: unknown;
  readonly effect: Effect;
  /** Why it cannot be accepted, and what to do in place of that. */
  readonly impossible?: string;
}

/** What a claim takes in that was there before it, until that is the claim's. */
export interface Adoption {
  /** What it is called in AWS. */
  readonly names: readonly string[];
  /** Whether its provider has looked at it. */
  readonly isSeen: boolean;
  /** Everything that would be changed of it; undefined until it was looked at and is known to be for this claim. */
  readonly differences: readonly Difference[] | undefined;
  /** Why it is not taken in yet; undefined where all of the differences are accepted. */
  readonly open: Refusal | undefined;
  /** What a person runs to accept all of the differences; left out where they cannot be. */
  readonly accept?: string;
}

interface Adopted {
  readonly key: string;
  readonly object: KubernetesObject;
  readonly card: Card;
  readonly name: string;
  readonly observed: KubernetesObject | undefined;
}

const isBlank = (value: unknown) =>
  value === undefined || value === null || value === false || value === 0 || value === '' || (Array.isArray(value) && value.length === 0);

/** A text of JSON as what it says, a list as a set, and nothing of what is blank, since clouds keep neither spaces nor order and fill in blanks. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).flatMap(([key, each]) => (isBlank(each) ? [] : [[key, normal(each)] as const]));
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return normal(JSON.parse(value));
  } catch {
    return value;
  }
}

const forProvider = (object: KubernetesObject) => (at(object, 'spec', 'forProvider') ?? {}) as Readonly<Record<string, unknown>>;

/** What a provider says of what it looked at; undefined where there is none, whatever it said before. */
const reportedOf = ({ card, observed }: Pick<Adopted, 'card' | 'observed'>): unknown =>
  observed === undefined || foundBy(card, observed) === 'nothing' ? undefined : at(observed, 'status', 'atProvider');

/** What the claim would have, with every field as it runs. */
function asItRuns({ object, card, observed }: Adopted): KubernetesObject {
  const { silent = [], renewed = {}, reported: calls = {} } = card.adoption ?? {};
  const reported = reportedOf({ card, observed });
  const data = propertyOf(card, (of) => of.data);
  const runs = Object.entries(forProvider(object)).map(([field, would]) => {
    // A setting of something is where that is, and refers to it.
    const isOfOther = data === undefined && (field === 'region' || field.endsWith('Ref'));
    if (isOfOther || silent.includes(field) || field in renewed) return [field, would];
    const value = at(reported, calls[field] ?? field);
    // A major version stands for all of its minors.
    const isOfMajor = data?.version?.path.at(-1) === field && String(value).startsWith(`${String(would)}.`);
    return [field, isOfMajor || (isBlank(value) && isBlank(would)) || isDeepStrictEqual(normal(value), normal(would)) ? would : value];
  });
  return { ...object, spec: { ...(object['spec'] as object), forProvider: Object.fromEntries(runs) } };
}

/** What the claim, or its environment, would have to say, where one of its fields sets the field; nothing that loses more than is there. */
function insteadOf(api: Api | undefined, kind: string, field: string, runs: unknown, isLeast: boolean): string {
  const explained = Object.values(api?.backends ?? {}).flatMap(({ explains }) => explains?.[`${kind}.${field}`] ?? []);
  const [setting] = explained;
  const declared = setting === undefined ? undefined : api?.fields[setting];
  const inAws = isLeast ? '' : ', or have the platform team change it in AWS first';
  if (api === undefined || declared === undefined) return `leave out what asks for it${inAws}`;
  const value = [runs, String(runs).split('.')[0]].find((each) => declared.schema.safeParse(each).success);
  const [says, place] =
    declared.of === 'platform' ? ['have the platform team say', `data.defaults.${api.kind}.${setting}`] : ['say', `spec.${setting}`];
  const to =
    value === undefined ? `${says} as much in ${place}${inAws}` : `${says} ${place}: ${isLeast ? 'at least ' : ''}${String(value)}`;
  return declared.change === 'never' ? `${to}, in a claim that is made anew, since this one has nothing yet` : to;
}

/** Why a difference would lose what is there; undefined where it loses nothing. */
function lossOf(adopted: Adopted, field: string, was: KubernetesObject, effect: Effect): { why: string; isLeast: boolean } | undefined {
  const { card, object: is } = adopted;
  const path = ['spec', 'forProvider', field];
  const data = propertyOf(card, (of) => of.data);
  const isAmong = (paths: readonly (readonly string[])[] = []) => paths.some((each) => isDeepStrictEqual(each, path));
  if (isAmong(data?.growing)) {
    const [least, size] = [gibibytes(at(was, ...path)), gibibytes(at(is, ...path))];
    return least === undefined || size === undefined || size < least ? { why: 'which cannot shrink', isLeast: true } : undefined;
  }
  if (isAmong(data?.fixed) || effect.impact === 'replace') return { why: 'which cannot change', isLeast: false };
  if (data?.version !== undefined && isDeepStrictEqual(data.version.path, path)) {
    const [from, to] = [majorAt(was, path), majorAt(is, path)];
    const goes = from !== undefined && to !== undefined && (from === to || data.version.majors[from]?.includes(to) === true);
    return goes ? undefined : { why: 'to which the engine cannot go from there', isLeast: false };
  }
  return effect.loses ? { why: `which ${effect.data}`, isLeast: true } : undefined;
}

/** A reference as the names that it refers to. */
const referred = (value: unknown): unknown => (Array.isArray(value) ? value.map(referred) : (stringAt(value, 'name') ?? value));

function differencesOf(adopted: Adopted, { claim, platform }: StepRequest): readonly Difference[] {
  const { key, object: is, card } = adopted;
  const was = asItRuns(adopted);
  const { renewed = {}, reported = {} } = card.adoption ?? {};
  const anew = Object.entries(renewed).flatMap(([field, { called, runs, effect }]) =>
    forProvider(is)[field] === undefined ? [] : [{ key, field: called, runs: runs(reportedOf(adopted)), would: 'a new one', effect }],
  );
  const changed = Object.entries(forProvider(is)).flatMap(([field, would]): readonly Difference[] => {
    const runs = forProvider(was)[field];
    if (isDeepStrictEqual(runs, would)) return [];
    const effect = effectOf({ path: ['spec', 'forProvider', field], before: runs, after: would, was, is }, platform.cards);
    const loss = lossOf(adopted, field, was, effect);
    const impossible = loss && `${loss.why}: ${insteadOf(apiOf(platform, claim), is.kind, field, runs, loss.isLeast)}`;
    const shownAs = /Refs?$/.test(field) ? { field: reported[field] ?? field, would: referred(would) } : { field, would: inOrder(would) };
    return [
      { key, ...shownAs, ...(runs !== undefined && { runs: inOrder(runs) }), effect, ...(impossible !== undefined && { impossible }) },
    ];
  });
  return [...changed, ...anew].sort((a, b) => (a.field < b.field ? -1 : 1));
}

/** What is to be taken in and is not yet, in a stable order. */
function adoptedBy({ platform, observed }: StepRequest, desired: StepResponse['desired']): readonly Adopted[] {
  return Object.entries(desired)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, { object }]) => {
      const card = platform.cards.get(groupKind(object));
      const name = stringAt(object, 'metadata', 'annotations', adoptsAnnotation);
      const was = observed[key]?.object;
      if (card === undefined || name === undefined || onlyObserves(object) || (was !== undefined && !onlyObserves(was))) return [];
      return [{ key, object, card, name, observed: was }];
    });
}

const tagsPath = (card: Card) => propertyOf(card, ({ tags }) => tags)?.path.split('.');

/** Whether it was taken in before, as by a control plane that was lost: its tags are those that the claim gives to all that it makes. */
function isOwned({ object, card, observed }: Adopted): boolean {
  const path = tagsPath(card);
  const ours = path && at(object, ...path);
  return owning.every((tag) => {
    const want = at(ours, tag);
    return want !== undefined && at(observed, 'status', 'atProvider', 'tags', tag) === want;
  });
}

/** The names of what the claim has already, of what it adopts. */
function madeOf({ platform, observed }: StepRequest, desired: StepResponse['desired']): readonly string[] {
  return Object.entries(desired).flatMap(([key, { object }]) => {
    const card = platform.cards.get(groupKind(object));
    const was = observed[key]?.object;
    const isMade = card !== undefined && tagsPath(card) !== undefined && was !== undefined && !onlyObserves(was);
    return isMade ? (stringAt(object, 'metadata', 'annotations', adoptsAnnotation) ?? []) : [];
  });
}

/** Why it is not for this claim; undefined where it is. What has no tags is for whom that is for which it belongs to. */
function notFor({ key, object, card, name, observed }: Adopted, all: readonly Adopted[]): Refusal | undefined {
  if (tagsPath(card) === undefined && all.some((other) => other.name === name && tagsPath(other.card) !== undefined)) return undefined;
  const what = `cannot adopt: ${named(key, object)}`;
  const refused = (why: string): Refusal => ({ reason: 'CannotAdopt', message: `${what}: ${why}; nothing was changed` });
  if (foundBy(card, observed as KubernetesObject) === 'nothing') {
    const where = stringAt(object, 'spec', 'forProvider', 'region');
    return refused(
      `AWS has no ${shown(name)} in region ${where}: name one that there is, in a claim that is made anew, since this one has nothing yet`,
    );
  }
  const tags = at(observed, 'status', 'atProvider', 'tags');
  const whose = stringAt(tags, 'control-plane');
  if (whose !== undefined) {
    return refused(`${shown(name)} is what another claim has, as its tag control-plane says, want something that no claim has`);
  }
  const ours = at(object, ...(tagsPath(card) ?? []));
  const want = owning.map((tag) => String(at(ours, tag))).join('/');
  if (at(tags, adoptableTag) === want) return undefined;
  return refused(`no tag of ${shown(name)} says that this claim may have it: have the platform team tag it with ${adoptableTag}=${want}`);
}

const saidOf = ({ key, field, runs, would, effect: { impact, what, data } }: Difference) =>
  `${key}: ${field}: runs ${runs === undefined ? 'nothing' : shown(runs)}, would be ${shown(would)} (${[`${impact}: ${what}`, ...(data === undefined ? [] : [`data: ${data}`])].join('; ')})`;

/**
 * How far a claim is with what its spec adopts: that is looked at first, and taken in once it is known to be for the claim and every
 * difference is accepted by a token. Undefined where the claim adopts nothing, or has it.
 */
export function adoptionOf(request: StepRequest, desired: StepResponse['desired']): Adoption | undefined {
  const { claim } = request;
  const all = adoptedBy(request, desired);
  // What is kept apart from something, such as its policy, was accepted with it.
  const held = new Set([...all.filter(isOwned).map(({ name }) => name), ...madeOf(request, desired)]);
  const adopted = all.filter(({ name }) => !held.has(name));
  if (adopted.length === 0) return undefined;
  const names = [...new Set(adopted.map(({ name }) => name))];
  const unseen = adopted.find(({ card, observed }) => observed === undefined || foundBy(card, observed) === undefined);
  if (unseen !== undefined) {
    const message = `${named(unseen.key, unseen.object)} is being looked at; nothing is changed meanwhile`;
    return { names, isSeen: false, differences: undefined, open: { reason: 'AdoptionAwaited', message } };
  }
  const [foreign] = adopted.flatMap((each) => notFor(each, adopted) ?? []);
  if (foreign !== undefined) return { names, isSeen: true, differences: undefined, open: foreign };
  const [unfit] = adopted.flatMap((each) => {
    const { key, object, card } = each;
    const why = card.adoption?.unfit(reportedOf(each), forProvider(object));
    return why === undefined ? [] : [`cannot adopt: ${named(key, object)}: ${why}; nothing was changed`];
  });
  const found = adopted.map((each) => ({ ...each, differences: differencesOf(each, request) }));
  const differences = found.flatMap((each) => each.differences);
  const refused = (message: string): Adoption => ({ names, isSeen: true, differences, open: { reason: 'CannotAdopt', message } });
  if (unfit !== undefined) return refused(unfit);
  const impossible = found.flatMap(({ key, object, differences: of }) =>
    of.flatMap(({ field, runs, would, impossible: why }) =>
      why === undefined
        ? []
        : [`${named(key, object)}: ${field}: runs ${runs === undefined ? 'nothing' : shown(runs)}, would be ${shown(would)}, ${why}`],
    ),
  );
  if (impossible.length > 0) return refused(`cannot adopt: ${impossible.join('; ')}; nothing was changed`);
  // One for each, so that it stays good for what is still to be applied where only some was.
  const { uid, generation } = claim.metadata ?? {};
  const tokens = found.map((each) => `adopt-${hashOf([each.key, each.name, each.differences, uid, generation])}`);
  const acknowledged = listed(claim, acknowledgeAnnotation);
  if (tokens.every((token) => acknowledged.includes(token))) return { names, isSeen: true, differences, open: undefined };
  const accept = annotateCommand(claim, acknowledgeAnnotation, tokens.join(','));
  const message =
    `nothing of ${names.map(shown).join(', ')} was changed yet; to take it in with ${differences.length === 0 ? 'nothing changed' : 'these changes'}, ` +
    `run: ${accept}; ${differences.map(saidOf).join('; ')}`;
  return { names, isSeen: true, differences, accept, open: { reason: 'AdoptionAwaited', message } };
}
