import { type KubernetesObject, stringAt } from '../../../functions/core/kubernetes.ts';
import type { Platform } from '../../../functions/core/pipeline.ts';
import { configurationName, functionName, repository, repositoryOf } from '../../../platform/names.ts';
import type { Check } from './check.ts';
import { type Diagnosis, identify, whyNot } from './finding.ts';

const apiVersion = 'pkg.crossplane.io/v1';
const plurals: Readonly<Record<string, string>> = { Configuration: 'configurations', Function: 'functions', Provider: 'providers' };
export const functions = { apiVersion, plural: 'functions' };

/** How the platform itself is installed or reinstalled. */
export const installPlatform = 'npm run deploy -- --registry HOST';

const packagesOf = (platform: Platform) => [
  { kind: 'Configuration', suffix: repository('', platform, configurationName(platform)) },
  { kind: 'Function', suffix: repository('', platform, functionName(platform)) },
];

/** Judges every Configuration, Function and Provider. */
export function judgePackages(platform: Platform, packages: readonly KubernetesObject[]): readonly Diagnosis[] {
  const missing = packagesOf(platform)
    .filter(
      ({ kind, suffix }) =>
        !packages.some((object) => object.kind === kind && repositoryOf(stringAt(object, 'spec', 'package') ?? '').endsWith(suffix)),
    )
    .map(
      ({ kind, suffix }): Diagnosis => ({
        severity: 'error',
        problem: `no ${kind} is installed from a repository that ends in ${suffix}`,
        remedy: installPlatform,
      }),
    );
  const unhealthy = packages.flatMap((object): readonly Diagnosis[] => {
    const state = (['Installed', 'Healthy'] as const).find((type) => whyNot(object, type) !== undefined);
    if (state === undefined) return [];
    return [
      {
        severity: 'error',
        object: identify(object),
        problem: `${identify(object)} is not ${state.toLowerCase()}: ${whyNot(object, state)}`,
        remedy: `kubectl describe ${plurals[object.kind]}.pkg.crossplane.io ${object.metadata?.name}`,
      },
    ];
  });
  return [...missing, ...unhealthy];
}

export const packages: Check = {
  id: 'packages',
  title: 'Packages',
  async run(cluster, platform) {
    const lists = await Promise.all(Object.values(plurals).map((plural) => cluster.list({ apiVersion, plural })));
    return judgePackages(platform, lists.flat());
  },
};
