import type { Api } from './api.ts';
import type { Card } from './card.ts';
import { apiVersion, kindLabel } from './group.ts';
import { at, groupKind, groupOf, type KubernetesObject, stringAt } from './kubernetes.ts';
import { composedName } from './names.ts';
import type { Platform, StepRequest } from './pipeline.ts';
import { controllerOf } from './proof.ts';
import { conditionOf, isGoing } from './readiness.ts';
import type {
  Capability,
  ClaimReference,
  FoundBindings,
  OfferingClaim,
  RequiredClaims,
  RequiredObjects,
  Requirement,
  Requiring,
} from './requirement.ts';

/** What the platform itself requires for a claim that lives in an environment. */
export const platformRequirements = ['namespace', 'environments'] as const;

/** The claims of an API in a namespace; of all where the claim itself has none. */
export const claimsOf = ({ kind }: Pick<Api, 'kind'>, namespace: string | undefined): Requirement => ({
  apiVersion,
  kind,
  ...(namespace !== undefined && { namespace }),
  labels: {},
});

/** The spec as the claim has it, without the field that belongs to Crossplane. */
export function saidBy(claim: unknown): Readonly<Record<string, unknown>> {
  const { crossplane: _, ...said } = (at(claim, 'spec') ?? {}) as Readonly<Record<string, unknown>>;
  return said;
}

/** The APIs that offer what is required, with the terms of each. */
export function offersOf<Terms>({ apis }: Pick<Platform, 'apis'>, capability: Capability<Terms>) {
  return apis.flatMap((api) =>
    api.offers.filter((offer) => offer.capability === capability).map(({ terms, shows }) => ({ api, terms: terms as Terms, shows })),
  );
}

const offersName = (name: string, { plural }: Api) => `${name}-${plural}`;

const shownName = (name: string, api: Api, card: Card) => `${offersName(name, api)}/${card.plural}.${groupOf(card)}`;

/**
 * The claims that offer something and, of the kinds that these show, all objects of the namespace. A kind is asked for once a claim says
 * that it composed one, since a cluster may not have it before.
 */
function offered(
  name: string,
  { api, shows }: ReturnType<typeof offersOf>[number],
  namespace: string | undefined,
  seen: StepRequest['required'],
): readonly (readonly [string, Requirement])[] {
  const said = (seen[offersName(name, api)] ?? []).flatMap((claim) => at(claim, 'spec', 'crossplane', 'resourceRefs') ?? []);
  const kinds = new Set(
    said.map((reference) => groupKind({ apiVersion: textAt(reference, 'apiVersion'), kind: textAt(reference, 'kind') })),
  );
  return [
    [offersName(name, api), claimsOf(api, namespace)],
    ...Object.values(shows).flatMap((card): readonly (readonly [string, Requirement])[] => {
      const { apiVersion, kind } = card;
      if (!kinds.has(groupKind(card))) return [];
      return [[shownName(name, api, card), { apiVersion, kind, ...(namespace !== undefined && { namespace }), labels: {} }]];
    }),
  ];
}

/** What of the objects shown a claim composed: anybody may make one of any name in their namespace, so it has to control it. */
function composedOf(
  api: Api,
  shows: Readonly<Record<string, Card>>,
  claim: KubernetesObject,
  objectsOf: (card: Card) => readonly KubernetesObject[],
) {
  const { name = '', uid } = claim.metadata ?? {};
  return Object.fromEntries(
    Object.entries(shows).flatMap(([key, card]) => {
      const own = objectsOf(card).find(
        (object) =>
          uid !== undefined &&
          controllerOf(object) === uid &&
          object.metadata?.name === composedName({ name }, api.suffix, key) &&
          !isGoing(object),
      );
      return own === undefined ? [] : [[key, own]];
    }),
  );
}

/** The APIs whose claims are in namespaces. */
export const namespacedApis = ({ apis }: Pick<Platform, 'apis'>): readonly Api[] => apis.filter(({ scope }) => scope === 'Namespaced');

const heldName = (name: string, { plural }: Api, namespace: string) => `${name}-${plural}/${namespace}`;

function selected(
  name: string,
  { apiVersion, kind, select }: RequiredObjects<never>,
  claim: Requiring<unknown>,
  own: string | undefined,
): readonly (readonly [string, Requirement])[] {
  const found = select(claim as never);
  if (found === undefined) return [];
  const requirement = (selection: { readonly namespace?: string }) => {
    const namespace = own ?? selection.namespace;
    return { apiVersion, kind, ...selection, ...(namespace !== undefined && { namespace }) } as Requirement;
  };
  if (!isList(found)) return [[name, requirement(found)]];
  return found.map((selection, index) => [`${name}/${index}`, requirement(selection)]);
}

/** The namespaces whose claims are required. */
const heldIn = (required: RequiredClaims<never>, claim: Requiring<unknown>, own: string | undefined): readonly string[] =>
  own === undefined ? required.namespaces(claim as never) : [own];

const textAt = (root: unknown, field: string) => stringAt(root, field) ?? '';

const isList = <T>(value: T | readonly T[]): value is readonly T[] => Array.isArray(value);

/** The APIs whose claims have bindings in their namespace. */
const bindingApis = (platform: Pick<Platform, 'apis'>): readonly Api[] =>
  namespacedApis(platform).filter(({ binding }) => binding !== undefined);

const boundName = (name: string, what: 'claim' | 'secret', index: number) => `${name}-${what}/${index}`;

/**
 * Whether a claim lets one of this namespace have its binding. Of another namespace only its spec counts, which none but its writers
 * can say.
 */
function isLent(api: Api, { namespace: there = '' }: ClaimReference, claim: KubernetesObject | undefined, namespace: string): boolean {
  if (there === '' || there === namespace) return true;
  if (claim === undefined || at(claim, 'metadata', 'deletionTimestamp') !== undefined) return false;
  const read = api.spec.safeParse(saidBy(claim));
  return read.success && api.lentTo(read.data as never).includes(namespace);
}

/** A claim, and the Secret that it composes: one of another namespace is not even looked for until the claim was seen to lend it. */
function bound(
  name: string,
  references: readonly ClaimReference[],
  platform: Platform,
  namespace: string,
  seen: StepRequest['required'],
): readonly (readonly [string, Requirement])[] {
  const apis = bindingApis(platform);
  return references.flatMap((of, index): readonly (readonly [string, Requirement])[] => {
    const api = apis.find(({ kind }) => kind === of.kind);
    if (api === undefined) return [];
    const { namespace: there = namespace } = of;
    const [claimName, secretName] = [boundName(name, 'claim', index), boundName(name, 'secret', index)];
    const secret = { apiVersion: 'v1', kind: 'Secret', namespace: there, name: composedName(of, api.suffix) };
    return [
      [claimName, { apiVersion, kind: of.kind, namespace: there, name: of.name }],
      ...(isLent(api, of, seen[claimName]?.[0], namespace) ? [[secretName, secret] as const] : []),
    ];
  });
}

function textsAt(root: unknown, ...path: readonly string[]): readonly string[] {
  const found = at(root, ...path);
  return Array.isArray(found) ? found.map(String) : [];
}

/** What a claim says that is as it was asked to be, for one of these reasons. */
function saidFor(claim: KubernetesObject | undefined, ...reasons: readonly string[]): string | undefined {
  const said = [conditionOf(claim, 'Provisioned'), conditionOf(claim, 'Lasting')];
  const found = said.find((condition) => reasons.includes(String(condition?.reason)));
  return found && String(found.message);
}

/** Anybody may make a Secret of any name in their namespace: one is a claim's binding if that claim controls it. */
function foundBindings(
  name: string,
  references: readonly ClaimReference[],
  platform: Platform,
  namespace: string,
  found: (name: string) => readonly KubernetesObject[],
): FoundBindings {
  const apis = bindingApis(platform);
  return {
    kinds: apis.map(({ kind }) => kind).sort(),
    found: references.map((of, index) => {
      const api = apis.find(({ kind }) => kind === of.kind);
      if (api === undefined) return undefined;
      const [seen] = found(boundName(name, 'claim', index));
      const claim = isLent(api, of, seen, namespace) ? seen : undefined;
      const uid = stringAt(claim, 'metadata', 'uid');
      const object = found(boundName(name, 'secret', index)).find((secret) => uid !== undefined && controllerOf(secret) === uid);
      const keys = Object.keys(api.binding?.shape ?? {});
      const access = api.access.map((field) => ({ field, serviceAccounts: textsAt(claim, 'spec', field) }));
      const [resting, ending] = [saidFor(claim, 'Stopped', 'Expired'), saidFor(claim, 'ExpiresSoon')];
      return { of, secret: composedName(of, api.suffix), keys, claimed: claim !== undefined, access, resting, ending, object };
    }),
  };
}

/** The API of a claim, where the platform has it. */
export function apiOf({ apis }: Platform, claim: unknown): Api | undefined {
  return apis.find(({ kind }) => kind === at(claim, 'kind') && at(claim, 'apiVersion') === apiVersion);
}

/** What of a claim says which objects it requires; undefined where nothing is required, or its spec cannot be read. */
function requiringOf(api: Api, claim: unknown): Requiring<unknown> | undefined {
  const spec = Object.keys(api.requires).length === 0 ? undefined : api.spec.safeParse(saidBy(claim));
  if (spec?.success !== true) return undefined;
  return { name: stringAt(claim, 'metadata', 'name') ?? '', spec: spec.data, status: at(claim, 'status') };
}

/**
 * What every step of a claim's pipeline has to see, by name. A function of the claim, and of the claims of other namespaces that it
 * names, once they were `seen`; Crossplane calls again until two calls in a row ask for the same. A claim that expand refuses for what
 * it says asks for what it can.
 */
export function requirementsOf(platform: Platform, claim: unknown, seen: StepRequest['required']): Readonly<Record<string, Requirement>> {
  const api = apiOf(platform, claim);
  const namespace = api?.scope === 'Cluster' ? undefined : stringAt(claim, 'metadata', 'namespace');
  // Without its namespace, a claim would be shown the objects of all others.
  if (api === undefined || (api.scope === 'Namespaced' && namespace === undefined)) return {};
  const asking = requiringOf(api, claim);
  const own = Object.entries(api.requires).flatMap(([key, required]): readonly (readonly [string, Requirement])[] => {
    if ('offering' in required) {
      return offersOf(platform, required.offering).flatMap((each) => offered(key, each, namespace, seen));
    }
    if (asking === undefined) return [];
    if ('select' in required) return selected(key, required, asking, namespace);
    // Without a namespace of its own, a claim would be shown the Secrets of all others.
    if ('bindings' in required)
      return namespace === undefined ? [] : bound(key, required.bindings(asking as never), platform, namespace, seen);
    return heldIn(required, asking, namespace).flatMap((held) =>
      namespacedApis(platform).map((each) => [heldName(key, each, held), claimsOf(each, held)] as const),
    );
  });
  return {
    ...(api.place === 'environment' &&
      namespace !== undefined && {
        namespace: { apiVersion: 'v1', kind: 'Namespace', name: namespace },
        environments: {
          apiVersion: 'apiextensions.crossplane.io/v1beta1',
          kind: 'EnvironmentConfig',
          labels: { [kindLabel]: 'environment' },
        },
      }),
    ...Object.fromEntries(own),
  };
}

/** What a claim's backend is given of what its API requires; undefined while any of it was not looked for. */
export function requiredBy(
  platform: Platform,
  claim: unknown,
  required: StepRequest['required'],
): Readonly<Record<string, unknown>> | undefined {
  const api = apiOf(platform, claim);
  const asked = requirementsOf(platform, claim, required);
  if (Object.keys(asked).some((name) => required[name] === undefined)) return undefined;
  const found = (name: string) => required[name] ?? [];
  /** What was asked for under a name and, of more than one, what follows it. */
  const foundUnder = (name: string) =>
    Object.keys(asked).flatMap((each) => (each === name || each.startsWith(`${name}/`) ? found(each) : []));
  const asking = api && requiringOf(api, claim);
  return Object.fromEntries(
    Object.entries(api?.requires ?? {}).map(([name, each]) => {
      if ('select' in each) return [name, foundUnder(name)];
      if ('bindings' in each) {
        const namespace = stringAt(claim, 'metadata', 'namespace') ?? '';
        return [name, foundBindings(name, asking === undefined ? [] : each.bindings(asking as never), platform, namespace, found)];
      }
      if ('offering' in each) {
        const offerings = offersOf(platform, each.offering).map(({ api: offering, terms, shows }) => ({
          kind: offering.kind,
          terms,
          claims: found(offersName(name, offering)).map(
            (one): OfferingClaim => ({
              ...one,
              composed: composedOf(offering, shows, one, (card) => found(shownName(name, offering, card))),
            }),
          ),
        }));
        return [name, offerings];
      }
      const held = namespacedApis(platform).map((of) => {
        const under = `${name}-${of.plural}`;
        const namespaces = Object.entries(asked).flatMap(([key, { namespace }]) => (key.startsWith(`${under}/`) ? (namespace ?? []) : []));
        return { kind: of.kind, plural: of.plural, namespaces, claims: foundUnder(under) };
      });
      return [name, held];
    }),
  );
}

function meets(requirement: Requirement, { apiVersion: version, kind, metadata }: KubernetesObject): boolean {
  if (version !== requirement.apiVersion || kind !== requirement.kind) return false;
  if (requirement.namespace !== undefined && metadata?.namespace !== requirement.namespace) return false;
  if ('name' in requirement) return metadata?.name === requirement.name;
  return Object.entries(requirement.labels).every(([label, value]) => metadata?.labels?.[label] === value);
}

/** What of these objects each requirement asks for, as Crossplane would answer it if there were no others. */
export function answered(
  requirements: Readonly<Record<string, Requirement>>,
  objects: readonly KubernetesObject[],
): StepRequest['required'] {
  return Object.fromEntries(
    Object.entries(requirements).map(([name, requirement]) => [name, objects.filter((object) => meets(requirement, object))]),
  );
}

/** All of what a claim requires of these objects, as Crossplane would come to it call by call. */
export function answersTo(platform: Platform, claim: unknown, objects: readonly KubernetesObject[]): StepRequest['required'] {
  const seen = answered(requirementsOf(platform, claim, {}), objects);
  return answered(requirementsOf(platform, claim, seen), objects);
}
