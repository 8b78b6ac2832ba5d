import { isDeepStrictEqual } from 'node:util';
import type { Api } from '../../../functions/core/api.ts';
import { bindingKey, decode } from '../../../functions/core/binding.ts';
import { awaitedWindow } from '../../../functions/core/card.ts';
import { apiVersion, inUseSinceAnnotation, rotationAnnotation } from '../../../functions/core/group.ts';
import { at, type KubernetesObject, stringAt } from '../../../functions/core/kubernetes.ts';
import { externalNameAnnotation } from '../../../functions/core/managed.ts';
import type { Platform } from '../../../functions/core/pipeline.ts';
import { ownerOf } from '../../../functions/core/place.ts';
import { controllerOf } from '../../../functions/core/proof.ts';
import { conditionOf, isGoing, isReady } from '../../../functions/core/readiness.ts';
import { givenBy, millisecondsPerDay } from '../../../functions/core/rotation.ts';
import { usage } from '../../../functions/kinds/crossplane/usage.ts';
import { valuesAt } from '../../../functions/kinds/fields.ts';
import { holding } from '../../../plan/going.ts';
import { unreadyText } from '../../../plan/unready.ts';
import { mapBounded } from '../../bounded.ts';
import { type Attempt, attempting, type Cluster } from '../../cluster.ts';
import { type Composed, composedOf, type Own } from '../../composed.ts';
import { conditionsOf, systemConditions } from '../../conditions.ts';
import { placedOf } from '../../placed.ts';
import type { Backup, Component, Dumps, Login, Pending, Said, Setting, Status, Window } from './report.ts';
import { nextWindow } from './window.ts';

const parallelRequests = 8;

const named = ({ kind, metadata }: KubernetesObject) => `${kind}/${metadata?.name}`;

function saidBy(claim: KubernetesObject): readonly Said[] {
  const conditions = conditionsOf(claim);
  const said = (types: (type: string) => boolean) =>
    conditions
      .filter(({ type, status, reason, message }) => types(type) && (status !== 'True' || type !== 'Resolved') && (message ?? reason))
      .map(({ type, status, reason, message }) => ({ condition: type, status, message: message ?? reason ?? '' }));
  const failed = (type: string) => systemConditions.has(type) && conditionOf(claim, type)?.status !== 'True';
  const own = said((type) => !systemConditions.has(type));
  const synced = said((type) => type === 'Synced' && failed(type));
  if (own.length + synced.length > 0) return [...synced, ...own];
  const ready = said((type) => type === 'Ready' && failed(type));
  return conditions.length === 0 ? [{ condition: 'Ready', status: 'Unknown', message: 'Crossplane has not looked at it yet' }] : ready;
}

/** The values in force: what the claim says itself, what it runs with although something else is said, and the defaults. */
function settingsOf({ spec }: Api, claim: KubernetesObject): readonly Setting[] {
  return Object.keys(spec.shape).flatMap((name): readonly Setting[] => {
    const value = at(claim, 'status', 'settings', name);
    if (value === undefined) return [];
    const available = at(claim, 'status', 'available', name);
    const stays = available !== undefined || at(claim, 'status', 'pending', name) !== undefined;
    const from = stays ? 'running' : isDeepStrictEqual(at(claim, 'spec', name), value) ? 'claim' : 'default';
    return [{ name, value, from, ...(available !== undefined && { available }) }];
  });
}

/** What is still to come, each with the window of the object that it is a change of. */
function pendingOf(api: Api, claim: KubernetesObject, own: readonly Own[], now: Date): readonly Pending[] {
  const { explains = {} } = api.backends[stringAt(claim, 'status', 'backend') ?? ''] ?? {};
  return Object.entries((at(claim, 'status', 'pending') ?? {}) as Readonly<Record<string, unknown>>).map(([name, comes]) => {
    const changed = own.find(({ card }) =>
      Object.keys(card?.defers?.fields ?? {}).some((field) => explains[`${card?.kind}.${field}`] === name),
    );
    const window = changed?.card && nextWindow(awaitedWindow(changed.card, changed.object), now);
    return { name, now: at(claim, 'status', 'settings', name) ?? null, comes, window: window ?? null };
  });
}

function windowsOf(own: readonly Own[], now: Date): readonly Window[] {
  return own.flatMap(({ object, card }): readonly Window[] => {
    const field = card?.defers?.window;
    const text = field === undefined ? undefined : stringAt(object, 'spec', 'forProvider', field);
    const next = nextWindow(text, now);
    return text === undefined || next === undefined ? [] : [{ object: named(object), window: text, next }];
  });
}

function backupsOf(own: readonly Own[], now: Date): readonly Backup[] {
  return own.flatMap(({ object, card }): readonly Backup[] => {
    const report = card?.backupReport;
    if (report === undefined) return [];
    const seen = (path: string | undefined) =>
      path === undefined ? undefined : valuesAt(object, `status.atProvider.${path}`).find(({ value }) => value !== undefined)?.value;
    const [days, latest, window] = [seen(report.days), seen(report.latest), seen(report.window)];
    const next = typeof window === 'string' ? nextWindow(window, now) : undefined;
    return [
      {
        object: named(object),
        what: report.what,
        days: typeof days === 'number' ? days : null,
        latest: typeof latest === 'string' && latest !== '' ? latest : null,
        next: next ?? null,
      },
    ];
  });
}

function dumpsOf(claim: KubernetesObject): Dumps | undefined {
  const said = (...path: readonly string[]) => stringAt(claim, 'status', ...path) ?? null;
  const bucket = said('settings', 'backups', 'bucket');
  if (bucket === null) return undefined;
  const isDrilled = at(claim, 'status', 'drill') !== undefined;
  const drill = isDrilled ? { lastPassed: said('drill', 'lastPassed'), lastTried: said('drill', 'lastTried') } : null;
  return { bucket, last: said('lastBackup'), drill };
}

/** Why nothing of a claim with data is backed up; undefined where something is, or where it has no data. */
function unbackedOf(api: Api, claim: KubernetesObject): string | undefined {
  if (dumpsOf(claim) !== undefined) return undefined;
  const { anchor = '', composes = {} } = api.backends[stringAt(claim, 'status', 'backend') ?? ''] ?? {};
  const backups = composes[anchor]?.backups;
  return 'deletion' in api.fields && backups !== undefined && 'none' in backups ? backups.none : undefined;
}

/** As whom the app logs in: only what an object says in the open, found by the binding. */
function loginOf(own: readonly Own[]): Login | undefined {
  const binding = own.find(({ key }) => key === bindingKey)?.object;
  const username = decode(String(at(binding, 'data', 'username') ?? ''));
  const login = own.find(
    ({ object }) =>
      username !== '' &&
      stringAt(object, 'metadata', 'annotations', externalNameAnnotation) === username &&
      at(object, 'spec', 'writeConnectionSecretToRef') !== undefined,
  )?.object;
  if (login === undefined) return undefined;
  const said = (annotation: string) => stringAt(login, 'metadata', 'annotations', annotation);
  const turn = givenBy(said(rotationAnnotation));
  const day = turn && new Date(turn.day * millisecondsPerDay).toISOString().slice(0, 10);
  return { username, since: said(inUseSinceAnnotation) ?? day ?? login.metadata?.creationTimestamp ?? null };
}

/** The claims that keep this one from being deleted, since they are bound to it. */
async function usersOf(cluster: Cluster, { apis }: Platform, claim: KubernetesObject, attempt: Attempt): Promise<readonly string[]> {
  const namespace = claim.metadata?.namespace;
  if (namespace === undefined) return [];
  const usages = await attempt(`the Usages of namespace ${namespace}, which name what uses it`, cluster.listIfServed(usage, { namespace }));
  const uses = (usages ?? []).filter(
    (each) =>
      at(each, 'spec', 'of', 'apiVersion') === apiVersion &&
      at(each, 'spec', 'of', 'kind') === claim.kind &&
      at(each, 'spec', 'of', 'resourceRef', 'name') === claim.metadata?.name &&
      controllerOf(each) !== claim.metadata?.uid,
  );
  const users = await mapBounded(uses, parallelRequests, async (each) => {
    const owners = at(each, 'metadata', 'ownerReferences');
    const owner = Array.isArray(owners) ? owners.find((one: unknown) => at(one, 'controller') === true) : undefined;
    const [kind, name] = [stringAt(owner, 'kind'), stringAt(owner, 'name') ?? ''];
    const api = apis.find((known) => known.kind === kind);
    if (api === undefined) return [];
    const user = await attempt(`${kind} ${name}`, cluster.get({ apiVersion, plural: api.plural }, name, namespace));
    return user !== undefined && user.metadata?.uid === controllerOf(each) ? [`${kind}/${name}`] : [];
  });
  return [...new Set(users.flat())].sort();
}

/** Why a claim that is being deleted is still there. */
function goingText(claim: KubernetesObject, { own, others }: Composed, { cards }: Platform): string {
  const left = own.map(({ object }) => object).filter(isGoing);
  return left.length === 0 && own.length + others.length > 0 ? 'what it composed' : holding(claim, left, cards);
}

/** Reads all that is shown of a claim; it changes nothing. */
export async function readStatus(cluster: Cluster, platform: Platform, api: Api, claim: KubernetesObject, now: Date): Promise<Status> {
  const { notRead, attempt } = attempting();
  const [composed, usedBy, placed] = await Promise.all([
    composedOf(cluster, platform, api, claim),
    usersOf(cluster, platform, claim, attempt),
    placedOf(cluster, platform, claim, attempt),
  ]);
  const { own, others } = composed;
  const text = (...path: readonly string[]) => stringAt(claim, 'status', ...path) ?? null;
  const backend = text('backend');
  const audience = { environment: text('environment') ?? undefined, explains: api.backends[backend ?? '']?.explains ?? {} };
  const goingSince = claim.metadata?.deletionTimestamp ?? null;
  const readiness = conditionOf(claim, 'Ready') as { readonly status?: unknown; readonly lastTransitionTime?: unknown } | undefined;
  const secret = text('binding', 'name');
  const components = own.map(({ key, object, card }): Component => {
    const ready = isReady(card, { object, connectionDetails: {} });
    const message = ready ? '' : unreadyText(card, object, audience);
    return { key, object: named(object), ready, message };
  });
  return {
    cluster: { context: cluster.context, server: cluster.server, notRead: [...notRead].sort() },
    claim: { kind: claim.kind, namespace: claim.metadata?.namespace ?? null, name: claim.metadata?.name ?? '' },
    environment: text('environment'),
    tier: text('tier'),
    backend,
    owner: placed === undefined ? null : ownerOf({ claim, required: { namespace: [placed.room] } }, placed.environment),
    ready: readiness?.status === 'True' && goingSince === null,
    since: goingSince ?? (typeof readiness?.lastTransitionTime === 'string' ? readiness.lastTransitionTime : null),
    // The conditions of a claim that is being deleted are of before.
    going: goingSince === null ? null : goingText(claim, composed, platform),
    stopped: conditionOf(claim, 'Provisioned')?.reason === 'Stopped',
    says: goingSince === null ? saidBy(claim) : [],
    expiresAt: text('expiresAt'),
    settings: settingsOf(api, claim),
    pending: pendingOf(api, claim, own, now),
    windows: windowsOf(own, now),
    backups: backupsOf(own, now),
    dumps: dumpsOf(claim) ?? null,
    notBackedUp: unbackedOf(api, claim) ?? null,
    finalSnapshot: text('finalSnapshot'),
    binding: secret === null ? null : { secret, login: loginOf(own) ?? null },
    usedBy,
    composed: [...components, ...others.map(({ object, message }) => ({ key: null, object, ready: false, message }))],
  };
}
