import type { Environment, EnvironmentSchema } from '../../../functions/core/environment.ts';
import { factAt, meaningsIn } from '../../../functions/core/facts.ts';
import { shown } from '../../../functions/core/problem.ts';
import { nameOf } from '../../cluster.ts';
import type { Check } from './check.ts';
import { environmentsOf, validEnvironments } from './environments.ts';
import type { Diagnosis } from './finding.ts';

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
    return judgeNamedObjects(platform.environment, environments, Object.fromEntries(existing.flat()));
  },
};
