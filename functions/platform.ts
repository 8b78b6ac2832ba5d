import * as z from 'zod';
import type { Api } from './core/api.ts';
import { type Card, holdsData, providerOf } from './core/card.ts';
import { environmentSchema, ownSections } from './core/environment.ts';
import { clashesOfFacts, type Declared, type Facts } from './core/facts.ts';
import { rowsOf, staysOf } from './core/field.ts';
import { groupKind, type PackageDependency } from './core/kubernetes.ts';
import { kubectlNames } from './core/names.ts';
import type { Platform } from './core/pipeline.ts';
import { shown, problemsOf as wrongFields } from './core/problem.ts';
import { matches } from './core/proof.ts';
import { platformRequirements } from './core/required.ts';
import { type Tier, tiers } from './core/tier.ts';
import { priceIdSchema } from './cost/prices.ts';
import { kinds } from './kinds/index.ts';

/** By kind and tier, values in place of the defaults that the APIs come with. */
export type Defaults = Readonly<Record<string, { readonly [K in Tier]?: Readonly<Record<string, unknown>> }>>;

type Definition = Omit<Platform, 'cards' | 'environment' | 'steps' | 'releasable'> &
  Partial<Pick<Platform, 'steps' | 'releasable'>> & { readonly defaults?: Defaults };

const dashed = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const wantDashed = 'want lower-case words with dashes between them, such as acme-platform';

/** What is made for a claim carries the name as a label, whose values Kubernetes keeps this short. */
const longestName = 63;

/** So that the names of claims can have twenty characters at the least. */
const longestSuffix = 31;
const wantSuffix = `want lower-case words with dashes between them, at most ${longestSuffix} characters in all, such as database`;

const repository = /^[a-z0-9-]+([.:][a-z0-9-]+)+(\/[a-z0-9._-]+)+$/;
const comparator = String.raw`(?:[<>=!~^]{1,2} ?)?v?(?:\*|\d+(?:\.(?:\d+|[xX*])){0,2})(?:-[0-9A-Za-z.-]+)?`;
const versions = new RegExp(String.raw`^(?:${comparator}(?:(?: - | ?, ?| ?\|\| ?| )${comparator})*|sha256:[0-9a-f]{64})$`);

/** Names of requirements that are the platform's own. */
const reserved = new RegExp(`^(${platformRequirements.join('|')}|claims-.*|exists)$`);

const ownSteps = ['expand', 'guard'];

function twice(field: string, values: readonly string[]): readonly string[] {
  const repeated = values.filter((value, index) => values.indexOf(value) !== index);
  return [...new Set(repeated)].map((value) => `${field}: got ${shown(value)} twice, want each once`);
}

function otherThan(field: string, values: readonly string[], holds: (value: string) => boolean, want: string): readonly string[] {
  return values.filter((value) => !holds(value)).map((value) => `${field}: got ${shown(value)}, ${want}`);
}

/** What two APIs have that only one can: the cluster or the claims' composed names would mix them up. */
export function clashesOf(apis: readonly Pick<Api, 'kind' | 'plural' | 'shortName' | 'suffix'>[]): readonly string[] {
  const suffixes = apis.map(({ suffix }) => suffix);
  return [...twice('apis: names for kubectl', apis.flatMap(kubectlNames)), ...twice('apis.suffix', suffixes)];
}

function dependencyProblems(field: string, dependencies: readonly PackageDependency[]): readonly string[] {
  const packages = dependencies.map((each) => each.package);
  const wanted = dependencies.map(({ version }) => version);
  return [
    ...otherThan(`${field}.package`, packages, (reference) => repository.test(reference), 'want HOST/PATH without a tag and a digest'),
    ...otherThan(`${field}.version`, wanted, (version) => versions.test(version), 'want versions such as ">=v0.1.0", or a digest'),
  ];
}

/** The kinds that backends and steps say they compose. */
export const composedCards = ({ apis, steps }: Pick<Platform, 'apis' | 'steps'>): readonly Card[] => [
  ...apis.flatMap(({ backends }) => Object.values(backends).flatMap(({ composes }) => Object.values(composes))),
  ...steps.flatMap(({ composes = [] }) => composes),
];

/** The facts that the backends need, and who needs them. */
function factsOf(apis: readonly Api[]): readonly Declared[] {
  return apis.flatMap(({ kind, backends }) =>
    Object.entries(backends).flatMap(([backend, { needs }]) =>
      (needs?.facts ?? []).map((facts) => ({ by: `${kind} on ${backend}`, facts })),
    ),
  );
}

/** What an API says of itself that cannot hold, alone or beside these APIs. */
function assumptionProblems(api: Api, apis: readonly Api[]): readonly string[] {
  const { kind, fields, scope, place, backends, profile, requires } = api;
  const names = Object.keys(backends);
  const byTier = Object.keys(profile.shape);
  return [
    ...(scope === 'Cluster' && place === 'environment'
      ? [`${kind}: place: got "environment", want "none": a cluster-scoped claim has no namespace that could belong to an environment`]
      : []),
    ...(place === 'none' && names.length !== 1 ? [`${kind}: backends: got ${names.length}, want one: no tier chooses among them`] : []),
    ...(place === 'none' && byTier.length > 0 ? [`${kind}: profile: got ${byTier.join(', ')}, want nothing that differs by tier`] : []),
    ...Object.values(backends).flatMap(({ needs }) =>
      place === 'none' && needs !== undefined ? [`${kind}: needs: got facts of an environment, want none for an API of place "none"`] : [],
    ),
    ...Object.entries(backends).flatMap(([backend, { composes, anchor }]) =>
      staysOf(fields).length === 0 || Object.keys(composes).length === 0 || (anchor !== undefined && anchor in composes)
        ? []
        : [`${kind}: backends.${backend}.anchor: got ${shown(anchor)}, want the key among composes of what the claim is about`],
    ),
    ...Object.entries(requires).flatMap(([name, required]) => {
      const got = `${kind}: requires.${name}`;
      if (reserved.test(name)) return [`${got}: got a name that the platform uses itself, want another`];
      if (!('offering' in required)) return [];
      const offering = apis.filter(({ offers }) => offers.some(({ capability }) => capability === required.offering));
      if (offering.length >= required.least) return [];
      return [`${got}: got ${required.offering.what}, which no API offers, want one that does among the apis`];
    }),
  ];
}

/** Whether some key is one that both patterns stand for. */
function overlap(one: string, other: string): boolean {
  return matches(one, other.replace(/\*$/, '')) || matches(other, one.replace(/\*$/, ''));
}

/** Patterns of keys that may go, and that stand for what is data or nobody's to let go. */
function releaseProblems(apis: readonly Api[], released: readonly string[]): readonly string[] {
  const composed = apis.flatMap((api) =>
    Object.entries(api.backends).flatMap(([backend, { composes }]) =>
      Object.entries(composes).map(([key, card]) => ({ api, key, card, whose: `${shown(key)} of ${api.kind} on ${backend}` })),
    ),
  );
  return [
    ...released.flatMap((pattern) =>
      composed
        .filter(({ key }) => overlap(pattern, key))
        .map(({ whose }) => `releasable: got ${shown(pattern)}, which stands for ${whose}, want keys that only steps add`),
    ),
    ...composed
      .filter(({ api, key, card }) => holdsData(card) && api.releasable.some((pattern) => overlap(pattern, key)))
      .map(({ api, whose }) => `${api.kind}: releasable: got ${whose}, which holds data, want what holds none`),
  ];
}

function problemsOf({ name, apis, policies, steps = [], releasable = [], defaults = {} }: Definition): readonly string[] {
  const suffixes = apis.map(({ suffix }) => suffix);
  const ids = policies.map(({ id }) => id);
  const stepNames = steps.map((step) => step.name);
  const composed = composedCards({ apis, steps });
  const providers = composed.flatMap((card) => providerOf(card) ?? []);
  const dependencies = [...steps, ...providers];
  return [
    ...otherThan('name', [name], (value) => dashed.test(value), wantDashed),
    ...otherThan('name', [name], (value) => value.length <= longestName, `want at most ${longestName} characters`),
    ...clashesOf(apis),
    ...otherThan('apis.suffix', suffixes, (suffix) => dashed.test(suffix) && suffix.length <= longestSuffix, wantSuffix),
    ...apis.flatMap((api) => assumptionProblems(api, apis)),
    ...releaseProblems(apis, releasable),
    ...clashesOfFacts(factsOf(apis), ownSections),
    ...defaultProblems(apis, defaults),
    ...otherThan('policies.id', ids, (id) => dashed.test(id), wantDashed),
    ...twice('policies.id', ids),
    ...otherThan('steps.name', stepNames, (step) => !ownSteps.includes(step), 'want another name than that of a step of every pipeline'),
    ...twice('steps.name', stepNames),
    ...dependencyProblems('steps', steps),
    ...dependencyProblems('composes.broughtBy', providers),
    ...twice('composes', [...new Set([...kinds, ...composed])].map(groupKind)),
    ...[...new Set(dependencies.map((each) => each.package))].flatMap((reference) => {
      const wanted = [...new Set(dependencies.filter((each) => each.package === reference).map(({ version }) => shown(version)))];
      return wanted.length === 1 ? [] : [`version: got ${wanted.join(' and ')} for ${reference}, want one for each package`];
    }),
  ];
}

/** The APIs with defaults in place of those that they come with; a tier for which neither says any has that of the one before it. */
function withDefaults(apis: readonly Api[], defaults: Defaults): readonly Api[] {
  return apis.map((api) => {
    const byTier = Object.entries(api.fields).map(([name, { default: shipped }]) => {
      const own = tiers.flatMap((tier) => {
        const value = defaults[api.kind]?.[tier]?.[name];
        return value === undefined ? [] : [[tier, value] as const];
      });
      return [name, own.length === 0 ? shipped : { ...shipped, ...Object.fromEntries(own) }] as const;
    });
    return { ...api, profiles: rowsOf(Object.fromEntries(byTier)) };
  });
}

/** What of an organisation's defaults no API has, or refuses. */
function defaultProblems(apis: readonly Api[], defaults: Defaults): readonly string[] {
  return Object.entries(defaults).flatMap(([kind, byTier]) => {
    const api = apis.find((each) => each.kind === kind);
    if (api === undefined)
      return [`defaults.${kind}: got a kind that there is not, want one of ${apis.map((each) => each.kind).join(', ')}`];
    return Object.entries(byTier).flatMap(([tier, row]) => {
      const parsed = api.profile.partial().safeParse(row);
      return parsed.success ? [] : [wrongFields(parsed.error, row, `defaults.${kind}.${tier}`)];
    });
  });
}

/** A platform of these APIs and policies: what an environment can say follows from them. */
export function definePlatform(definition: Definition): Platform {
  const problems = [...new Set(problemsOf(definition))];
  if (problems.length > 0) throw new Error(`cannot define a platform: ${problems.join('; ')}`);
  const { name, policies, steps = [], releasable = [], defaults = {} } = definition;
  const apis = withDefaults(definition.apis, defaults);
  const placed = apis.filter(({ place }) => place === 'environment');
  const moving = ({ fields, profile: { shape } }: Api) =>
    z.strictObject(Object.fromEntries(staysOf(fields).map((name) => [name, shape[name] as z.ZodType]))).partial();
  const cards = new Map([...kinds, ...composedCards({ apis, steps })].map((card) => [groupKind(card), card]));
  return {
    name,
    apis,
    policies,
    steps,
    releasable,
    cards,
    environment: environmentSchema({
      facts: [...new Set(factsOf(apis).map(({ facts }): Facts => facts))],
      patches: Object.fromEntries(placed.map((api) => [api.kind, api.profile.partial()])),
      moves: Object.fromEntries(placed.map((api) => [api.kind, moving(api)])),
      policies: policies.filter(({ fixed, allows }) => fixed !== true || allows !== undefined),
      priceId: priceIdSchema(cards.values()),
    }),
  };
}
