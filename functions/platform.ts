import type { Api } from './core/api.ts';
import { environmentSchema } from './core/environment.ts';
import type { Platform } from './core/pipeline.ts';
import { shown } from './core/problem.ts';
import { priceId } from './cost/prices.ts';

type Definition = Omit<Platform, 'environment' | 'steps' | 'releasable'> & Partial<Pick<Platform, 'steps' | 'releasable'>>;

const dashed = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const wantDashed = 'want lower-case words with dashes between them, such as acme-platform';

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
  return (['kind', 'plural', 'shortName', 'suffix'] as const).flatMap((field) =>
    twice(
      `apis.${field}`,
      apis.map((api) => api[field]),
    ),
  );
}

function problemsOf({ name, apis, policies, steps = [] }: Definition): readonly string[] {
  const ids = policies.map(({ id }) => id);
  const stepNames = steps.map((step) => step.name);
  const packages = steps.map((step) => step.package);
  return [
    ...otherThan('name', [name], (value) => dashed.test(value), wantDashed),
    ...clashesOf(apis),
    ...apis.flatMap(({ kind, claimPolicies }) =>
      otherThan(
        `apis.${kind}.claimPolicies.policy`,
        claimPolicies.map(({ policy }) => policy),
        (policy) => ids.includes(policy),
        'want the id of a policy of the platform',
      ),
    ),
    ...otherThan('policies.id', ids, (id) => dashed.test(id), wantDashed),
    ...twice('policies.id', ids),
    ...otherThan('steps.name', stepNames, (step) => !ownSteps.includes(step), 'want another name than that of a step of every pipeline'),
    ...twice('steps.name', stepNames),
    ...otherThan('steps.package', packages, (reference) => repository.test(reference), 'want HOST/PATH without a tag and a digest'),
    ...otherThan(
      'steps.version',
      steps.map(({ version }) => version),
      (version) => versions.test(version),
      'want versions such as ">=v0.1.0", or a digest',
    ),
    ...[...new Set(packages)].flatMap((reference) => {
      const wanted = [...new Set(steps.filter((step) => step.package === reference).map(({ version }) => shown(version)))];
      return wanted.length === 1 ? [] : [`steps.version: got ${wanted.join(' and ')} for ${reference}, want one for each package`];
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
