import type { Environment, EnvironmentSchema } from '../../../functions/core/environment.ts';
import { factAt, meaningsIn } from '../../../functions/core/facts.ts';
import { at, type KubernetesObject } from '../../../functions/core/kubernetes.ts';
import { shown } from '../../../functions/core/problem.ts';
import { nameOf } from '../../cluster.ts';
import type { Check } from './check.ts';
import { environmentsOf, validEnvironments } from './environments.ts';
import type { Diagnosis } from './finding.ts';
import { exists } from './permissions.ts';

interface LabelRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

/** As the specs of operators have it. */
interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelRequirement[];
}

/** The facts that name an object of the cluster, with what they name. */
function referencesIn({ facts }: EnvironmentSchema) {
  return meaningsIn(facts).flatMap(({ path, meaning }) => (meaning.is === 'name' ? [{ path, of: meaning.of }] : []));
}

/** The names that exist of each resource, by `nameOf`; a resource that is not served has no entry. */
export type Existing = Readonly<Record<string, ReadonlySet<string>>>;

export function judgeNamedObjects(
  schema: EnvironmentSchema,
  environments: readonly Environment[],
  existing: Existing,
): readonly Diagnosis[] {
  return referencesIn(schema).flatMap(({ path, of }) =>
    environments.flatMap((environment): readonly Diagnosis[] => {
      const name = factAt(environment.facts, path);
      const names = existing[nameOf(of)];
      if (name === undefined || names?.has(name)) return [];
      const problem = `environment ${shown(environment.name)} names no ${of.kind}: data.${path}: got ${shown(name)}`;
      const object = `EnvironmentConfig ${environment.name}`;
      if (names === undefined) {
        return [
          {
            severity: 'error',
            object,
            problem: `${problem}, ${of.package} is not installed`,
            remedy: `kubectl get crd ${nameOf(of)}`,
          },
        ];
      }
      const choice = names.size === 0 ? 'there are none' : `want one of ${[...names].sort().join(', ')}`;
      const remedy = `kubectl edit environmentconfig ${environment.name}, or apply a ${of.kind} ${name} of ${of.apiVersion}`;
      return [{ severity: 'error', object, problem: `${problem}, ${choice}`, remedy }];
    }),
  );
}

/** The facts by which an environment says that kinds are served, with the kinds. */
function servedIn({ facts }: EnvironmentSchema) {
  return meaningsIn(facts).flatMap(({ path, meaning }) => (meaning.is === 'served' ? meaning.of.map((of) => ({ path, of })) : []));
}

/** Judges whether the cluster serves what environments say; `served` are the kinds that it does, by `nameOf`. */
export function judgeServed(
  schema: EnvironmentSchema,
  environments: readonly Environment[],
  served: ReadonlySet<string>,
): readonly Diagnosis[] {
  return servedIn(schema).flatMap(({ path, of }) =>
    environments
      .filter(({ facts }) => at(facts, ...path.split('.')) !== undefined && !served.has(nameOf(of)))
      .map(({ name }): Diagnosis => {
        const problem = `environment ${shown(name)} says data.${path}, but the cluster serves no ${of.kind}: ${of.package} is not installed`;
        return { severity: 'error', object: `EnvironmentConfig ${name}`, problem, remedy: `kubectl get crd ${nameOf(of)}` };
      }),
  );
}

/** The facts that are labels by which objects are found. */
function selectedIn({ facts }: EnvironmentSchema) {
  return meaningsIn(facts).flatMap(({ path, meaning }) => (meaning.is === 'selected' ? [{ path, ...meaning }] : []));
}

/** One of the requirements of a selector. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements */
function meets(labels: object, { key, operator, values = [] }: LabelRequirement): boolean {
  const value = at(labels, key);
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  return values.some((each) => each === value) === (operator === 'In');
}

/** Whether a selector takes what has these labels; one that is left out takes nothing, an empty one everything. */
function selects(selector: LabelSelector | undefined, labels: object): boolean {
  if (selector === undefined) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const equal = Object.entries(matchLabels).every(([key, value]) => at(labels, key) === value);
  return equal && matchExpressions.every((each) => meets(labels, each));
}

/** Judges whether what environments label is found; `finders` are the objects with selectors, by `nameOf` of their kind. */
export function judgeSelected(
  schema: EnvironmentSchema,
  environments: readonly Environment[],
  finders: Readonly<Record<string, readonly KubernetesObject[]>>,
): readonly Diagnosis[] {
  return selectedIn(schema).flatMap(({ path, by, selectors }) =>
    environments.flatMap(({ name, facts }) =>
      selectors.flatMap((field): readonly Diagnosis[] => {
        const labels = at(facts, ...path.split('.'));
        const found = finders[nameOf(by)] ?? [];
        const wanted = found.map((object) => at(object, 'spec', field) as LabelSelector | undefined);
        if (typeof labels !== 'object' || labels === null || wanted.some((selector) => selects(selector, labels))) return [];
        const want =
          found.length === 0 ? `there is no ${by.kind}` : `want what ${field} of a ${by.kind} selects: ${wanted.map(shown).join(' or ')}`;
        const problem = `environment ${shown(name)} has labels that nobody looks for: data.${path}: got ${shown(labels)}, ${want}`;
        return [{ severity: 'warning', object: `EnvironmentConfig ${name}`, problem, remedy: `kubectl edit environmentconfig ${name}` }];
      }),
    ),
  );
}

export const namedObjects: Check = {
  id: 'named-objects',
  title: 'What environments name',
  async run(cluster, platform) {
    const environments = validEnvironments(platform.environment, await environmentsOf(cluster));
    const existing = await Promise.all(
      referencesIn(platform.environment).map(async ({ of }) => {
        const objects = await cluster.listIfServed(of);
        return objects === undefined ? [] : [[nameOf(of), new Set(objects.map((config) => config.metadata?.name ?? ''))] as const];
      }),
    );
    const served = await Promise.all(
      servedIn(platform.environment).map(async ({ of }) => ((await exists(cluster, of)) ? [nameOf(of)] : [])),
    );
    const finders = await Promise.all(
      selectedIn(platform.environment)
        // Not everybody may read them.
        .filter(({ path }) => environments.some(({ facts }) => at(facts, ...path.split('.')) !== undefined))
        .map(async ({ by }) => [nameOf(by), (await cluster.listIfServed(by)) ?? []] as const),
    );
    return [
      ...judgeSelected(platform.environment, environments, Object.fromEntries(finders)),
      ...judgeNamedObjects(platform.environment, environments, Object.fromEntries(existing.flat())),
      ...judgeServed(platform.environment, environments, new Set(served.flat())),
    ];
  },
};
