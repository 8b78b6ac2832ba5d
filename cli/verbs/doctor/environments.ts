import { type Environment, type EnvironmentSchema, parseEnvironment } from '../../../functions/core/environment.ts';
import { environmentLabel, kindLabel } from '../../../functions/core/group.ts';
import { at, type KubernetesObject } from '../../../functions/core/kubernetes.ts';
import { tiers } from '../../../functions/core/tier.ts';
import type { Cluster } from '../../cluster.ts';
import type { Check } from './check.ts';
import { type Diagnosis, identify } from './finding.ts';

export const namespaces = { apiVersion: 'v1', plural: 'namespaces' };
const environmentConfigs = { apiVersion: 'apiextensions.crossplane.io/v1beta1', plural: 'environmentconfigs' };

export function environmentNamedBy(namespace: KubernetesObject): string | undefined {
  return namespace.metadata?.labels?.[environmentLabel];
}

function isEnvironment(config: KubernetesObject): boolean {
  return config.metadata?.labels?.[kindLabel] === 'environment';
}

/** The EnvironmentConfigs that the function reads, valid or not. */
export async function environmentsOf(cluster: Cluster): Promise<readonly KubernetesObject[]> {
  return (await cluster.list(environmentConfigs)).filter(isEnvironment);
}

export function validEnvironments(schema: EnvironmentSchema, configs: readonly KubernetesObject[]): readonly Environment[] {
  return configs.flatMap((config) => {
    const parsed = parseEnvironment(schema, config);
    return 'value' in parsed ? [parsed.value] : [];
  });
}

/** Judges all EnvironmentConfigs; `used` are the names that Namespaces give. */
export function judgeEnvironments(
  schema: EnvironmentSchema,
  configs: readonly KubernetesObject[],
  used: ReadonlySet<string>,
): readonly Diagnosis[] {
  const labelled = configs.filter(isEnvironment);
  const invalid = labelled.flatMap((config): readonly Diagnosis[] => {
    const parsed = parseEnvironment(schema, config);
    if ('value' in parsed) return [];
    return [
      {
        severity: 'error',
        object: identify(config),
        problem: parsed.problem,
        remedy: `kubectl edit environmentconfig ${config.metadata?.name}`,
      },
    ];
  });
  const forgotten = configs
    .filter((config) => !isEnvironment(config))
    .filter((config) => used.has(config.metadata?.name ?? '') || tiers.some((tier) => tier === at(config, 'data', 'tier')))
    .map(
      (config): Diagnosis => ({
        severity: 'warning',
        object: identify(config),
        problem: `${identify(config)} looks like an environment, but lacks the label ${kindLabel}=environment`,
        remedy: `kubectl label environmentconfig ${config.metadata?.name} ${kindLabel}=environment --overwrite`,
      }),
    );
  const none: readonly Diagnosis[] =
    labelled.length > 0
      ? []
      : [
          {
            severity: 'warning',
            problem: `there are no environments: no EnvironmentConfig has the label ${kindLabel}=environment`,
            remedy: 'kubectl apply -f examples/environments/dev.yaml, and one for each further environment',
          },
        ];
  return [...none, ...invalid, ...forgotten];
}

export const environments: Check = {
  id: 'environments',
  title: 'Environments',
  async run(cluster, platform) {
    const [configs, all] = await Promise.all([cluster.list(environmentConfigs), cluster.list(namespaces)]);
    return judgeEnvironments(platform.environment, configs, new Set(all.flatMap((namespace) => environmentNamedBy(namespace) ?? [])));
  },
};
