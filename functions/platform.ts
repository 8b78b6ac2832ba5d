import type { Api } from './core/api.ts';
import { environmentSchema } from './core/environment.ts';
import type { PackageDependency } from './core/kubernetes.ts';
import { kubectlNames } from './core/names.ts';
import type { Platform } from './core/pipeline.ts';
import { shown } from './core/problem.ts';
import { priceId } from './cost/prices.ts';

type Definition = Omit<Platform, 'environment' | 'steps' | 'releasable'> & Partial<Pick<Platform, 'steps' | 'releasable'>>;

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

function problemsOf({ name, apis, policies, steps = [] }: Definition): readonly string[] {
  const suffixes = apis.map(({ suffix }) => suffix);
  const ids = policies.map(({ id }) => id);
  const stepNames = steps.map((step) => step.name);
  const composing = [...apis.flatMap((api) => Object.values(api.backends)), ...steps];
  const providers = composing.flatMap(({ composes = [] }) => composes).flatMap(({ provider }) => provider ?? []);
  const dependencies = [...steps, ...providers];
  return [
    ...otherThan('name', [name], (value) => dashed.test(value), wantDashed),
    ...otherThan('name', [name], (value) => value.length <= longestName, `want at most ${longestName} characters`),
    ...clashesOf(apis),
    ...otherThan('apis.suffix', suffixes, (suffix) => dashed.test(suffix) && suffix.length <= longestSuffix, wantSuffix),
    ...otherThan('policies.id', ids, (id) => dashed.test(id), wantDashed),
    ...twice('policies.id', ids),
    ...otherThan('steps.name', stepNames, (step) => !ownSteps.includes(step), 'want another name than that of a step of every pipeline'),
    ...twice('steps.name', stepNames),
    ...dependencyProblems('steps', steps),
    ...dependencyProblems('composes.provider', providers),
    ...[...new Set(dependencies.map((each) => each.package))].flatMap((reference) => {
      const wanted = [...new Set(dependencies.filter((each) => each.package === reference).map(({ version }) => shown(version)))];
      return wanted.length === 1 ? [] : [`version: got ${wanted.join(' and ')} for ${reference}, want one for each package`];
    }),
  ];
}

/** A platform of these APIs and policies: what an environment can say follows from them. */
export function definePlatform(definition: Definition): Platform {
  const problems = [...new Set(problemsOf(definition))];
  if (problems.length > 0) throw new Error(`cannot define a platform: ${problems.join('; ')}`);
  const { name, apis, policies, steps = [], releasable = [] } = definition;
  return {
    name,
    apis,
    policies,
    steps,
    releasable,
    environment: environmentSchema({
      patches: Object.fromEntries(apis.map((api) => [api.kind, api.profile.partial()])),
      policies: policies.filter(({ fixed }) => fixed !== true),
      priceId,
    }),
  };
}
