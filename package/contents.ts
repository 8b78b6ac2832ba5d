import { toComposition } from '../compositions/composition.ts';
import { group } from '../functions/core/group.ts';
import { groupOf, type KubernetesObject } from '../functions/core/kubernetes.ts';
import type { Platform } from '../functions/core/pipeline.ts';
import { toXrd } from '../xrds/xrd.ts';
import { composedKinds, distinct, providersOf } from './composed.ts';
import { configurationName, crossplaneVersion, functionName, functionVersion, repository } from './names.ts';
import type { Project } from './project.ts';

/** The objects of a package by file name. */
export type PackageContents = Readonly<Record<string, KubernetesObject>>;

/** Only the managed resources that we compose: a provider's other kinds need not cost the apiserver anything. None where we compose none. */
export function activationPolicy(platform: Platform): KubernetesObject | undefined {
  const managed = composedKinds(platform).filter((kind) => kind.managed);
  if (managed.length === 0) return undefined;
  return {
    apiVersion: 'apiextensions.crossplane.io/v1alpha1',
    kind: 'ManagedResourceActivationPolicy',
    metadata: { name: platform.name },
    spec: {
      activate: distinct(managed.map((kind) => `${kind.plural}.${groupOf(kind)}`)),
    },
  };
}

export function configurationContents({ platform, version }: Pick<Project, 'platform' | 'version'>, registry: string): PackageContents {
  const apiVersion = 'pkg.crossplane.io/v1';
  const meta: KubernetesObject = {
    apiVersion: 'meta.pkg.crossplane.io/v1',
    kind: 'Configuration',
    metadata: { name: configurationName(platform) },
    spec: {
      crossplane: { version: crossplaneVersion },
      dependsOn: [
        {
          apiVersion,
          kind: 'Function',
          package: repository(registry, platform, functionName(platform)),
          version: functionVersion(version),
        },
        // Steps of one Function are one dependency.
        ...new Map(
          platform.steps.map((step) => [step.package, { apiVersion, kind: 'Function', package: step.package, version: step.version }]),
        ).values(),
        ...providersOf(composedKinds(platform)).map((provider) => ({ apiVersion, kind: 'Provider', ...provider })),
      ],
    },
  };
  const activation = activationPolicy(platform);
  return {
    'crossplane.yaml': meta,
    ...(activation && { 'activation-policy.yaml': activation }),
    ...Object.fromEntries(platform.apis.map((api) => [`xrds/${api.plural}.${group}.yaml`, toXrd(api)])),
    ...Object.fromEntries(platform.apis.map((api) => [`compositions/${api.plural}.${group}.yaml`, toComposition(api, platform, registry)])),
  };
}

export function functionContents(platform: Platform): PackageContents {
  return {
    'crossplane.yaml': {
      apiVersion: 'meta.pkg.crossplane.io/v1',
      kind: 'Function',
      metadata: { name: functionName(platform) },
      spec: { crossplane: { version: crossplaneVersion }, capabilities: ['composition'] },
    },
  };
}
