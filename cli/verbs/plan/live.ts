import { isDeepStrictEqual } from 'node:util';
import { apiVersion, environmentLabel, kindLabel, teamLabel } from '../../../functions/core/group.ts';
import { at, groupKind, type KubernetesObject, stringAt } from '../../../functions/core/kubernetes.ts';
import type { Platform } from '../../../functions/core/pipeline.ts';
import { shown } from '../../../functions/core/problem.ts';
import { answered, apiOf, namespacedApis, offersOf, requirementsOf } from '../../../functions/core/required.ts';
import type { ObservedResource } from '../../../functions/core/step.ts';
import { tenancy } from '../../../functions/core/tenancy.ts';
import { identityOf, nameOf } from '../../../plan/identity.ts';
import { connectionOf, successor } from '../../../plan/provisioned.ts';
import { keyAnnotation } from '../../../platform/keyed.ts';
import { mapBounded } from '../../bounded.ts';
import { type Attempt, attempting, type Cluster } from '../../cluster.ts';
import { InputError } from '../../input.ts';

const parallelRequests = 8;

/** A claim of a file, beside what the cluster has of it. */
export interface Live {
  /** As it will be once it is applied. */
  readonly claim: KubernetesObject;
  /** As it is; undefined where it is not there yet. */
  readonly before: KubernetesObject | undefined;
  readonly namespace: KubernetesObject | undefined;
  readonly observed: Readonly<Record<string, ObservedResource>>;
  /** What the namespace's label says. */
  readonly environment: string | undefined;
}

export interface LiveState {
  /** Undefined where this user may not read them. */
  readonly environments: readonly KubernetesObject[] | undefined;
  readonly claims: readonly Live[];
  /** Every claim in the namespaces that matter. */
  readonly all: readonly KubernetesObject[];
  /** Who has namespaces, and what is in those that share a budget with these. */
  readonly beside: readonly KubernetesObject[];
  /** What this user may not read, and is planned without. */
  readonly notRead: readonly string[];
}

const decode = (value: unknown) => (typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : '');

/** The spec as the apiserver completes it, without what belongs to Crossplane. */
function completed({ apis }: Platform, claim: KubernetesObject): unknown {
  const { crossplane: _, ...spec } = (claim['spec'] ?? {}) as Record<string, unknown>;
  const parsed = apis.find(({ kind }) => kind === claim.kind)?.spec.safeParse(spec);
  return parsed?.success === true ? parsed.data : spec;
}

/** The claim of a file as it will be after kubectl apply. */
function applied(platform: Platform, before: KubernetesObject | undefined, after: KubernetesObject): KubernetesObject {
  if (before === undefined) return after;
  const crossplane = {
    ...(at(before, 'spec', 'crossplane') as object | undefined),
    ...(at(after, 'spec', 'crossplane') as object | undefined),
  };
  const sameSpec =
    isDeepStrictEqual(completed(platform, before), completed(platform, after)) &&
    isDeepStrictEqual(crossplane, at(before, 'spec', 'crossplane') ?? {});
  const next = successor(before, after, sameSpec);
  return {
    ...next,
    metadata: {
      ...next.metadata,
      labels: { ...before.metadata?.labels, ...after.metadata?.labels },
      annotations: { ...before.metadata?.annotations, ...after.metadata?.annotations },
    },
    spec: { ...(after['spec'] as object | undefined), ...(Object.keys(crossplane).length > 0 && { crossplane }) },
  };
}

interface ComposedReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

function referencesOf(claim: KubernetesObject | undefined): readonly ComposedReference[] {
  const references = at(claim, 'spec', 'crossplane', 'resourceRefs');
  return Array.isArray(references) ? references : [];
}

/** Only the Secret that a provider publishes to may be missing: what it says is then as made up as that of a simulation. */
async function observe(
  cluster: Cluster,
  namespace: string,
  reference: ComposedReference,
  attempt: Attempt,
): Promise<readonly [string, ObservedResource] | undefined> {
  const object = await cluster.find(reference, reference.name, namespace);
  const key = stringAt(object, 'metadata', 'annotations', keyAnnotation);
  if (object === undefined || key === undefined) return undefined;
  const name = stringAt(object, 'spec', 'writeConnectionSecretToRef', 'name');
  if (name === undefined) return [key, { object, connectionDetails: {} }];
  const where = stringAt(object, 'spec', 'writeConnectionSecretToRef', 'namespace') ?? namespace;
  const what = `Secret ${where}/${name}, of which nothing depends but that it is there`;
  const secret = await attempt(
    what,
    cluster.get({ apiVersion: 'v1', plural: 'secrets' }, name, where).then((found) => ({ found })),
  );
  if (secret === undefined) return [key, { object, connectionDetails: connectionOf(object) }];
  const data = (at(secret.found, 'data') ?? {}) as Readonly<Record<string, unknown>>;
  return [key, { object, connectionDetails: Object.fromEntries(Object.entries(data).map(([field, value]) => [field, decode(value)])) }];
}

/** The claims of the namespaces; all that the platform has must be served, or the cluster has none of it. */
async function readClaimsOf(
  cluster: Cluster,
  platform: Platform,
  namespaces: readonly string[],
  claims: readonly KubernetesObject[],
  attempt: Attempt,
): Promise<readonly KubernetesObject[]> {
  const pairs = namespaces.flatMap((namespace) => namespacedApis(platform).map(({ kind, plural }) => ({ namespace, kind, plural })));
  const lists = await mapBounded(pairs, parallelRequests, async ({ namespace, kind, plural }) => {
    const list = cluster.listIfServed({ apiVersion, plural }, { namespace });
    const planned = claims.find((claim) => claim.kind === kind && nameOf(claim).namespace === namespace);
    if (planned === undefined) return await attempt(`the ${kind} claims of namespace ${namespace}, which count towards its budget`, list);
    const found = await list;
    if (found === undefined)
      throw new InputError(
        `cannot plan ${identityOf(planned)}: the cluster of context ${shown(cluster.context)} serves no ${kind} of ${apiVersion}, want the platform installed there, or no --live`,
      );
    return found;
  });
  return lists.flatMap((list) => list ?? []);
}

/** Who has namespaces, and what is in those that share a budget with these; undefined where this user may not read who has them. */
async function readBeside(
  cluster: Cluster,
  platform: Platform,
  namespaces: readonly string[],
  attempt: Attempt,
): Promise<readonly KubernetesObject[] | undefined> {
  const found = await Promise.all(
    offersOf(platform, tenancy).map(async ({ api: { kind, plural }, terms }) => {
      const tenants = await attempt(
        `the ${kind} objects, whose budgets count`,
        cluster.listIfServed({ apiVersion, plural }).then((all) => all ?? []),
      );
      return tenants?.map((tenant) => ({
        tenant,
        held: terms.holdings({ name: tenant.metadata?.name ?? '', status: tenant['status'] }).namespaces.map(({ name }) => name),
      }));
    }),
  );
  if (found.includes(undefined)) return undefined;
  const tenants = found.flatMap((each) => each ?? []);
  const sharing = tenants.filter(({ held }) => namespaces.some((name) => held.includes(name))).flatMap(({ held }) => held);
  const others = [...new Set(sharing)].filter((name) => !namespaces.includes(name)).sort();
  const claims = await readClaimsOf(cluster, platform, others, [], attempt);
  const rooms = await mapBounded(others, parallelRequests, (name) =>
    attempt(
      `Namespace ${name}, so that nothing is known of its labels`,
      cluster.get({ apiVersion: 'v1', plural: 'namespaces' }, name).then((room) => (room === undefined ? [] : [room])),
    ),
  );
  return [...tenants.map(({ tenant }) => tenant), ...claims, ...rooms.flatMap((room) => room ?? [])];
}

/** What claims of its namespace composed that a claim is shown. */
async function readShown(
  cluster: Cluster,
  platform: Platform,
  claim: KubernetesObject,
  claims: readonly KubernetesObject[],
  attempt: Attempt,
): Promise<readonly KubernetesObject[]> {
  const cards = platform.apis.flatMap(({ offers }) => offers.flatMap(({ shows }) => Object.values(shows)));
  const seen = answered(requirementsOf(platform, claim, {}), claims);
  const { namespace } = nameOf(claim);
  const asked = Object.values(requirementsOf(platform, claim, seen));
  const kinds = new Set(cards.filter((card) => asked.some((each) => groupKind(each) === groupKind(card) && !('name' in each))));
  const found = await mapBounded([...kinds], parallelRequests, (card) =>
    attempt(
      `the ${card.kind} objects of namespace ${namespace}, so that it is as if there were none`,
      cluster.listIfServed(card, { namespace }),
    ),
  );
  return found.flatMap((objects) => objects ?? []);
}

/** The objects besides claims of its namespace that a claim requires by name. */
async function readRequired(
  cluster: Cluster,
  platform: Platform,
  claim: KubernetesObject,
  attempt: Attempt,
): Promise<readonly KubernetesObject[]> {
  const kinds = Object.values(apiOf(platform, claim)?.requires ?? {}).flatMap((required) => ('select' in required ? [required] : []));
  const claims = namespacedApis(platform).map(({ kind, plural }) => ({ apiVersion, kind, plural }));
  const named = Object.values(requirementsOf(platform, claim, {})).flatMap((asked) => {
    const isElsewhere = asked.namespace !== nameOf(claim).namespace;
    const of = [...kinds, ...(isElsewhere ? claims : [])].find((each) => groupKind(each) === groupKind(asked));
    return of === undefined || !('name' in asked) ? [] : [{ of, ...asked }];
  });
  const found = await mapBounded(named, parallelRequests, ({ of, kind, name, namespace }) =>
    attempt(
      `${kind} ${namespace}/${name}, so that it is as if it were not there`,
      cluster.get(of, name, namespace).then((object) => (object === undefined ? [] : [object])),
    ),
  );
  return found.flatMap((objects) => objects ?? []);
}

/** What a namespace says of who has it, which is judged only where that can be read. */
function withoutTeam(namespace: KubernetesObject): KubernetesObject {
  const { [teamLabel]: _, ...labels } = namespace.metadata?.labels ?? {};
  return { ...namespace, metadata: { ...namespace.metadata, labels } };
}

/** Reads all that the steps would be given of the claims; it changes nothing. */
export async function readLive(
  cluster: Cluster,
  platform: Platform,
  claims: readonly KubernetesObject[],
  say: (line: string) => void,
): Promise<LiveState> {
  const { notRead, attempt } = attempting();
  say('reading the environments and claims of the cluster …');
  const placeless = claims.find((claim) => apiOf(platform, claim)?.scope === 'Cluster');
  if (placeless !== undefined)
    throw new InputError(
      `cannot plan ${placeless.kind} ${placeless.metadata?.name}: --live: got a cluster-scoped claim, want claims in namespaces, or no --live`,
    );
  const namespaces = [...new Set(claims.map((claim) => nameOf(claim).namespace))].sort();
  const all = await readClaimsOf(cluster, platform, namespaces, claims, attempt);
  const beside = await readBeside(cluster, platform, namespaces, attempt);
  const configs = cluster.listIfServed({ apiVersion: 'apiextensions.crossplane.io/v1beta1', plural: 'environmentconfigs' });
  const environments = await attempt(
    'the EnvironmentConfigs, in place of which are those of files',
    configs.then((found) => (found ?? []).filter((object) => at(object, 'metadata', 'labels', kindLabel) === 'environment')),
  );
  const byName = new Map(
    await mapBounded(namespaces, parallelRequests, async (name) => {
      const found = cluster.get({ apiVersion: 'v1', plural: 'namespaces' }, name).then((namespace) => ({ namespace }));
      const seen = await attempt(`Namespace ${name}, so that nothing is known of its labels`, found);
      if (seen !== undefined && seen.namespace === undefined)
        throw new InputError(
          `cannot plan in namespace ${shown(name)}: it is not in the cluster of context ${shown(cluster.context)}, want kubectl create namespace ${name}, or no --live`,
        );
      const namespace = seen?.namespace;
      return [name, beside === undefined && namespace !== undefined ? withoutTeam(namespace) : namespace] as const;
    }),
  );
  const required = await mapBounded(claims, parallelRequests, async (claim) => [
    ...(await readRequired(cluster, platform, claim, attempt)),
    ...(await readShown(cluster, platform, claim, all, attempt)),
  ]);
  const there = new Map(all.map((claim) => [identityOf(claim), claim]));
  let read = 0;
  const live = await mapBounded(claims, parallelRequests, async (claim): Promise<Live> => {
    const before = there.get(identityOf(claim));
    const namespace = byName.get(nameOf(claim).namespace);
    // One claim's resources after the other: the claims are what is read in parallel, or one claim's where it is alone.
    const found = await mapBounded(referencesOf(before), claims.length === 1 ? parallelRequests : 1, (reference) =>
      observe(cluster, nameOf(claim).namespace, reference, attempt),
    );
    const observed = found.filter((each) => each !== undefined);
    read += 1;
    say(`reading what ${read} of ${claims.length} claims have made …`);
    return {
      claim: applied(platform, before, claim),
      before,
      namespace,
      observed: Object.fromEntries(observed.sort(([a], [b]) => (a < b ? -1 : 1))),
      environment: stringAt(namespace, 'metadata', 'labels', environmentLabel),
    };
  });
  return { environments, claims: live, all, beside: [...(beside ?? []), ...required.flat()], notRead: [...notRead].sort() };
}

/** The environment of a claim's namespace; an error says what to do about a namespace that has none. */
export function environmentOf({ claim, namespace, environment }: Live): string {
  if (environment !== undefined) return environment;
  const problem = namespace === undefined ? 'may not be read by this user' : `has no label ${environmentLabel}`;
  throw new InputError(`cannot plan ${identityOf(claim)}: namespace ${shown(nameOf(claim).namespace)} ${problem}, want --environment`);
}
