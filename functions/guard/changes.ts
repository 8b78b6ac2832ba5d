import { isDeepStrictEqual } from 'node:util';
import type { Card, Data } from '../core/card.ts';
import { givingUpOf } from '../core/field.ts';
import { acknowledgeAnnotation } from '../core/group.ts';
import { annotateCommand, at, groupKind, type KubernetesObject, kindName } from '../core/kubernetes.ts';
import { isOnlyLookedAt } from '../core/look.ts';
import { mayDelete } from '../core/managed.ts';
import { hashOf } from '../core/names.ts';
import type { StepRequest } from '../core/pipeline.ts';
import { shown } from '../core/problem.ts';
import { matches } from '../core/proof.ts';
import { isGoing, isLook } from '../core/readiness.ts';
import { runningOf } from '../core/record.ts';
import type { ObservedResource } from '../core/step.ts';
import { fixedExternalName } from '../kinds/card.ts';
import { gibibytes, majorAt } from '../kinds/fields.ts';
import { cardOf, isProtected, propertyOf } from './inspect.ts';
import { named } from './named.ts';
import { listed } from './waivers.ts';

/** A change that loses data, or may. */
export interface Change {
  /** CamelCase, the reason of the refusal. */
  readonly reason: 'WouldRemove' | 'WouldMove' | 'WouldReplace' | 'WouldShrink' | 'WouldDelete' | 'UpgradeNotSupported' | 'WouldUnprotect';
  readonly sentence: string;
  /** Names exactly this change of exactly these objects: with it in the annotation, the change passes, once. */
  readonly token: string;
  readonly acknowledged: boolean;
}

type Found = Omit<Change, 'token' | 'acknowledged'> & {
  readonly verb: string;
  /** What the change is about, so that no other change has the same token. */
  readonly about: readonly unknown[];
};

const longestList = 5;

/** A look that we made. What an administrator has set to be observed only is live all the same. */
const isOwnLook = (object: KubernetesObject, card: Card | undefined): boolean => isLook(object) && isOnlyLookedAt(object, card);

/** The keys, which are observed and no step wants any more, of what neither the API nor the platform lets go. */
function removed({ claim, observed, desired, platform }: StepRequest): readonly string[] {
  const api = platform.apis.find(({ kind }) => kind === claim.kind);
  const releasable = [...platform.releasable, ...(api?.releasable ?? [])];
  // With what only looks, nothing goes that is outside of the cluster.
  const looks = (object: KubernetesObject) => isOwnLook(object, platform.cards.get(groupKind(object)));
  return Object.entries(observed)
    .filter(([key, { object }]) => desired[key] === undefined && !isGoing(object) && !looks(object))
    .filter(([key]) => !releasable.some((pattern) => matches(pattern, key)))
    .map(([key]) => key)
    .sort();
}

function removal(request: StepRequest): readonly Found[] {
  const keys = removed(request);
  if (keys.length === 0) return [];
  const names = keys.slice(0, longestList).map((key) => named(key, (request.observed[key] as ObservedResource).object));
  const rest = keys.length - names.length;
  return [
    {
      reason: 'WouldRemove',
      verb: 'remove',
      about: keys.flatMap((key) => [key, request.observed[key]?.object.metadata?.uid]),
      sentence: `it would delete ${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}, which nothing in the claim's spec asks for any more`,
    },
  ];
}

/** What a claim is realised with cannot change under its data; everything that it has would be deleted and made anew, empty. */
function move({ claim, desiredStatus }: StepRequest): readonly Found[] {
  const moved = ['tier', 'backend'].filter((field) => {
    const [before, after] = [at(claim, 'status', field), desiredStatus[field]];
    return before !== undefined && after !== undefined && before !== after;
  });
  if (moved.length === 0) return [];
  const [from, to] = [claim['status'], desiredStatus].map((status) =>
    moved.map((field) => `${field} ${String(at(status, field))}`).join(', '),
  );
  const [was, is] = [at(claim, 'status', 'environment'), desiredStatus['environment']];
  const where =
    was === is ? `environment ${String(is)} now says so` : `its namespace was moved from environment ${String(was)} to ${String(is)}`;
  return [
    {
      reason: 'WouldMove',
      verb: 'move',
      about: [from, to, was, is],
      sentence:
        `it would move a live ${claim.kind} from ${from} to ${to} and leave its data behind, since ${where}; ` +
        'undo that, or make a new claim and move the data',
    },
  ];
}

/** Whether a value that there was is another now. */
const differ = (before: unknown, after: unknown) => before !== undefined && after !== undefined && !isDeepStrictEqual(before, after);

/** What the claim's own record says that cannot change. */
function recordChanges({ claim, desiredStatus, platform }: StepRequest): readonly Found[] {
  const record = platform.apis.find(({ kind }) => kind === claim.kind)?.durable;
  // What is still to come was asked for before.
  const asked = (status: unknown, field: string) => at(status, 'pending', field) ?? at(status, 'settings', field);
  const before = (field: string) => asked(claim['status'], field);
  const after = (field: string) => asked(desiredStatus, field);
  return [
    ...(record?.fixed ?? [])
      .filter((field) => differ(before(field), after(field)))
      .map((field) => replaced(`status.settings.${field}`, before(field), after(field), [field])),
    ...(record?.growing ?? [])
      .filter((field) => before(field) !== undefined && after(field) !== undefined && Number(after(field)) < Number(before(field)))
      .map((field) => shrunk(`status.settings.${field}`, before(field), after(field), [field])),
  ];
}

/** That a claim which has data gives it up for when it is deleted. */
function givenUp(request: StepRequest): readonly Found[] {
  const { claim, observed, desiredStatus, platform } = request;
  const api = platform.apis.find(({ kind }) => kind === claim.kind);
  const holdsAny = Object.values(observed).some(({ object }) => {
    const card = cardOf({ request }, object);
    const volumes = card?.volumes && at(object, ...card.volumes.path.split('.'));
    return !isOwnLook(object, card) && (dataOf(request, object) !== undefined || volumes !== undefined);
  });
  if (api === undefined || !holdsAny) return [];
  const running = runningOf(api, observed);
  return Object.entries(givingUpOf(api.fields)).flatMap(([name, { value, deletes }]) => {
    const [before, after] = [running?.settings[name] ?? at(claim, 'status', 'settings', name), at(desiredStatus, 'settings', name)];
    const does = deletes[String(desiredStatus['backend'])];
    if (does === undefined || after !== value || !differ(before, after)) return [];
    return [
      {
        reason: 'WouldDelete' as const,
        verb: 'delete',
        about: [name, before, after],
        sentence: `spec.${name}: got ${shown(after)} in place of ${shown(before)}: deleting the claim then ${does}`,
      },
    ];
  });
}

function replaced(where: string, before: unknown, after: unknown, about: readonly unknown[]): Found {
  return {
    reason: 'WouldReplace',
    verb: 'replace',
    about: [...about, before, after],
    sentence: `${where}: got ${shown(after)}, want ${shown(before)}, which cannot change without losing the data`,
  };
}

function shrunk(where: string, before: unknown, after: unknown, about: readonly unknown[]): Found {
  return {
    reason: 'WouldShrink',
    verb: 'shrink',
    about: [...about, before, after],
    sentence: `${where}: got ${shown(after)}, want at least ${shown(before)}, which is in use`,
  };
}

/** What of an object cannot change without losing data; undefined of one that holds none. */
const dataOf = (request: StepRequest, object: KubernetesObject): Data | undefined =>
  propertyOf(cardOf({ request }, object), ({ data }) => data);

/** What cannot change of an object of which nothing is known, so that it may hold data. */
const unknownData: Data = { fixed: [fixedExternalName], growing: [], survives: 'it is not known what' };

/** What an object with data says that cannot change. */
function objectChanges(key: string, request: StepRequest): readonly Found[] {
  const was = request.observed[key]?.object;
  const is = request.desired[key]?.object;
  // What is only looked at says of what it looks at what somebody else would have made.
  if (was === undefined || is === undefined || isOwnLook(was, cardOf({ request }, was))) return [];
  const held = cardOf({ request }, was) === undefined ? unknownData : dataOf(request, was);
  if (held === undefined) return [];
  const about = [key, was.metadata?.uid];
  const where = named(key, was);
  if (groupKind(was) !== groupKind(is)) return [replaced(`${where}: kind`, kindName(was), kindName(is), about)];
  const identity = [['metadata', 'name'], ...held.fixed];
  return [
    ...identity.flatMap((path) => {
      const [before, after] = [at(was, ...path), at(is, ...path)];
      return differ(before, after) ? [replaced(`${where}: ${path.join('.')}`, before, after, [...about, ...path])] : [];
    }),
    ...held.growing.flatMap((path) => {
      const [before, after] = [at(was, ...path), at(is, ...path)];
      const [least, size] = [gibibytes(before), gibibytes(after)];
      const shrinks = least === undefined || size === undefined || size < least;
      return differ(before, after) && shrinks ? [shrunk(`${where}: ${path.join('.')}`, before, after, [...about, ...path])] : [];
    }),
    ...versionChange(where, about, held, was, is),
  ];
}

/** What goes as soon as a change of a field is applied, by what is known of the kind. */
function deletions(key: string, request: StepRequest): readonly Found[] {
  const was = request.observed[key]?.object;
  const is = request.desired[key]?.object;
  if (was === undefined || is === undefined || groupKind(was) !== groupKind(is)) return [];
  return Object.entries(cardOf({ request }, was)?.effects ?? {}).flatMap(([field, rule]) => {
    const path = field.split('.');
    const [before, after] = [at(was, ...path), at(is, ...path)];
    if (typeof rule !== 'function' || !differ(before, after)) return [];
    const { loses, data } = rule({ path, before, after, was, is });
    if (loses === undefined) return [];
    return [
      {
        reason: 'WouldDelete' as const,
        verb: 'delete',
        about: [key, was.metadata?.uid, field, before, after],
        sentence: `${named(key, was)}: it ${data}`,
      },
    ];
  });
}

function versionChange(
  where: string,
  about: readonly unknown[],
  { version }: Data,
  was: KubernetesObject,
  is: KubernetesObject,
): readonly Found[] {
  if (version === undefined) return [];
  const { path, majors } = version;
  const [from, to] = [majorAt(was, path), majorAt(is, path)];
  if (from === undefined || to === undefined || from === to || majors[from]?.includes(to) === true) return [];
  const choices = majors[from] ?? [];
  const want = [from, ...choices].map((major) => `"${major}"`).join(' or ');
  return [
    {
      reason: 'UpgradeNotSupported',
      verb: 'upgrade',
      about: [...about, from, to],
      sentence: `${where}: ${path.join('.')}: got ${shown(at(is, ...path))}, want ${want}, to which the engine can go from there in one step`,
    },
  ];
}

/** The keys that lose a protection which they have now. */
function unprotected(request: StepRequest): readonly string[] {
  const policies = (object: KubernetesObject) => at(object, 'spec', 'managementPolicies');
  return Object.keys(request.desired)
    .filter((key) => {
      const was = request.observed[key]?.object;
      const is = request.desired[key]?.object;
      if (was === undefined || is === undefined || dataOf(request, was) === undefined) return false;
      const drops = isProtected(request, was) && !isProtected(request, is);
      return drops || (!mayDelete(policies(was)) && mayDelete(policies(is)));
    })
    .sort();
}

/**
 * What of a request loses data, in a stable order. Protection that is dropped counts beside another such change, and where the claim gives
 * its data up by that: dropped for a snapshot it loses nothing, and the next change finds it gone. That all goes of a claim that has expired
 * was asked for.
 */
export function changesOf(request: StepRequest, hasExpired = false): readonly Change[] {
  const moved = move(request);
  // What a move leaves behind, and what it makes anew, is part of it.
  const destructive = [
    ...(moved.length > 0 ? moved : [...(hasExpired ? [] : removal(request)), ...recordChanges(request)]),
    ...Object.keys(request.desired)
      .sort()
      .flatMap((key) => [...objectChanges(key, request), ...deletions(key, request)]),
  ];
  const bare = destructive.length === 0 ? [] : unprotected(request);
  const found: readonly Found[] = [
    ...givenUp(request),
    ...destructive,
    ...(bare.length === 0
      ? []
      : [
          {
            reason: 'WouldUnprotect' as const,
            verb: 'unprotect',
            about: bare.flatMap((key) => [key, request.observed[key]?.object.metadata?.uid]),
            sentence: `it would drop the deletion protection of ${bare.join(', ')} together with that, want one after the other`,
          },
        ]),
  ];
  const acknowledged = listed(request.claim, acknowledgeAnnotation);
  return found.map(({ reason, sentence, verb, about }) => {
    // So that a token is good for one state of one claim only, and not for a later one of the same name.
    const { uid, generation } = request.claim.metadata ?? {};
    const token = `${verb}-${hashOf([about, uid, generation])}`;
    return { reason, sentence, token, acknowledged: acknowledged.includes(token) };
  });
}

/** Why a request may not be applied, and how to say that its losses are meant. */
export function refusalOf(claim: KubernetesObject, changes: readonly Change[]): string {
  const tokens = changes.map(({ token }) => token).join(',');
  return `cannot apply: ${changes.map(({ sentence }) => sentence).join('; ')}; if that loss is meant, run: ${annotateCommand(claim, acknowledgeAnnotation, tokens)}`;
}
