import type { Environment } from '../../../functions/core/environment.ts';
import { shown } from '../../../functions/core/problem.ts';
import { nameOf, type Resource } from '../../cluster.ts';
import type { Check } from './check.ts';
import { environmentsOf, validEnvironments } from './environments.ts';
import type { Diagnosis } from './finding.ts';

interface Reference {
  readonly field: string;
  readonly resource: Resource;
  readonly provider: string;
  named(environment: Environment): string | undefined;
}

const references: readonly Reference[] = [
  {
    field: 'aws.providerConfig',
    resource: { apiVersion: 'aws.m.upbound.io/v1beta1', plural: 'clusterproviderconfigs' },
    provider: 'provider-family-aws',
    named: ({ facts }) => facts.aws?.providerConfig,
  },
  {
    field: 'shared.postgres.providerConfig',
    resource: { apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1', plural: 'clusterproviderconfigs' },
    provider: 'provider-sql',
    named: ({ facts }) => facts.shared?.postgres?.providerConfig,
  },
];

/** The names that exist of each resource, by `nameOf`; a resource that is not served has no entry. */
export type Existing = Readonly<Record<string, ReadonlySet<string>>>;

export function judgeProviderConfigs(environments: readonly Environment[], existing: Existing): readonly Diagnosis[] {
  return references.flatMap((reference) =>
    environments.flatMap((environment): readonly Diagnosis[] => {
      const name = reference.named(environment);
      const names = existing[nameOf(reference.resource)];
      if (name === undefined || names?.has(name)) return [];
      const problem = `environment ${shown(environment.name)} names no ClusterProviderConfig: data.${reference.field}: got ${shown(name)}`;
      const object = `EnvironmentConfig ${environment.name}`;
      if (names === undefined) {
        return [
          {
            severity: 'error',
            object,
            problem: `${problem}, ${reference.provider} is not installed`,
            remedy: 'kubectl get providers.pkg.crossplane.io',
          },
        ];
      }
      const choice = names.size === 0 ? 'there are none' : `want one of ${[...names].sort().join(', ')}`;
      const remedy = `kubectl edit environmentconfig ${environment.name}, or apply a ClusterProviderConfig ${name} of ${reference.resource.apiVersion}`;
      return [{ severity: 'error', object, problem: `${problem}, ${choice}`, remedy }];
    }),
  );
}

export const providerConfigs: Check = {
  id: 'provider-configs',
  title: 'Provider configurations',
  async run(cluster, platform) {
    const environments = validEnvironments(platform.environment, await environmentsOf(cluster));
    const existing = await Promise.all(
      references.map(async ({ resource }) => {
        const configs = await cluster.listIfServed(resource);
        return configs === undefined ? [] : [[nameOf(resource), new Set(configs.map((config) => config.metadata?.name ?? ''))] as const];
      }),
    );
    return judgeProviderConfigs(environments, Object.fromEntries(existing.flat()));
  },
};
