import type { Api } from './api.ts';
import { apiVersion, kindLabel } from './group.ts';
import { at, type KubernetesObject, stringAt } from './kubernetes.ts';
import type { Platform, StepRequest } from './pipeline.ts';
import type { RequiredObjects, Requirement } from './requirement.ts';

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

const isOffers = (required: Api['requires'][string]) => 'offering' in required;

/** The APIs that offer what is required, with the terms of each. */
function offersOf({ apis }: Platform, { offering }: { readonly offering: unknown }) {
  return apis.flatMap((api) => api.offers.filter(({ capability }) => capability === offering).map(({ terms }) => ({ api, terms })));
}

const offersName = (name: string, { plural }: Api) => `${name}-${plural}`;

function selected(
  { apiVersion, kind, select }: RequiredObjects<never>,
  claim: { readonly name: string; readonly spec: unknown },
  own: string | undefined,
): Requirement | undefined {
  const found = select(claim as never);
  if (found === undefined) return undefined;
  const namespace = own ?? found.namespace;
  return { apiVersion, kind, ...found, ...(namespace !== undefined && { namespace }) };
}

/** The API of a claim, where the platform has it. */
export function apiOf({ apis }: Platform, claim: unknown): Api | undefined {
  return apis.find(({ kind }) => kind === at(claim, 'kind') && at(claim, 'apiVersion') === apiVersion);
}

/**
 * What every step of a claim's pipeline has to see, by name. A function of the claim alone, since Crossplane calls again until two
 * calls in a row ask for the same. A claim that expand refuses for what it says asks for what it can.
 */
export function requirementsOf(platform: Platform, claim: unknown): Readonly<Record<string, Requirement>> {
  const api = apiOf(platform, claim);
  const namespace = api?.scope === 'Cluster' ? undefined : stringAt(claim, 'metadata', 'namespace');
  // Without its namespace, a claim would be shown the objects of all others.
  if (api === undefined || (api.scope === 'Namespaced' && namespace === undefined)) return {};
  const name = stringAt(claim, 'metadata', 'name') ?? '';
  const spec = Object.keys(api.requires).length === 0 ? undefined : api.spec.safeParse(saidBy(claim));
  const own = Object.entries(api.requires).flatMap(([key, required]): readonly (readonly [string, Requirement])[] => {
    if (isOffers(required)) return offersOf(platform, required).map((each) => [offersName(key, each.api), claimsOf(each.api, namespace)]);
    const requirement = spec?.success === true ? selected(required, { name, spec: spec.data }, namespace) : undefined;
    return requirement === undefined ? [] : [[key, requirement]];
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
  const asked = requirementsOf(platform, claim);
  if (Object.keys(asked).some((name) => required[name] === undefined)) return undefined;
  return Object.fromEntries(
    Object.entries(api?.requires ?? {}).map(([name, each]) => {
      if (!isOffers(each)) return [name, required[name] ?? []];
      const offerings = offersOf(platform, each).map(({ api: offering, terms }) => ({
        kind: offering.kind,
        terms,
        claims: required[offersName(name, offering)] ?? [],
      }));
      return [name, offerings];
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
