import { toComposition } from '../compositions/composition.ts';
import { group } from '../functions/core/group.ts';
import { groupOf, type KubernetesObject } from '../functions/core/kubernetes.ts';
import type { Platform } from '../functions/core/pipeline.ts';
import { composedKinds, distinct, providersOf } from '../platform/composed.ts';
import { configurationName, crossplaneVersion, functionName, functionVersion, repository } from '../platform/names.ts';
import { toXrd } from '../xrds/xrd.ts';
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

type Versioned = Pick<Project, 'platform' | 'version'>;
type Annotations = Readonly<Record<string, string>>;

const metaApiVersion = 'meta.pkg.crossplane.io/v1';

/** What a Configuration's `crossplane.yaml` says besides its metadata. */
export function configurationMeta({ platform, version }: Versioned, registry: string) {
  const apiVersion = 'pkg.crossplane.io/v1';
  return {
    apiVersion: metaApiVersion,
    kind: 'Configuration',
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
}

/** The Configuration's package for a registry, whose metadata is as its `crossplane.yaml` has it. */
export function configurationContents({ platform, version }: Versioned, registry: string, annotations: Annotations): PackageContents {
  const { apiVersion, kind, spec } = configurationMeta({ platform, version }, registry);
  const activation = activationPolicy(platform);
  return {
    'crossplane.yaml': { apiVersion, kind, metadata: { name: configurationName(platform), annotations }, spec },
    ...(activation && { 'activation-policy.yaml': activation }),
    ...Object.fromEntries(platform.apis.map((api) => [`xrds/${api.plural}.${group}.yaml`, toXrd(api)])),
    ...Object.fromEntries(platform.apis.map((api) => [`compositions/${api.plural}.${group}.yaml`, toComposition(api, platform, registry)])),
  };
}

/** The Function's package: of the same people as the Configuration, and a part of it. */
export function functionContents(platform: Platform, annotations: Annotations): PackageContents {
  return {
    'crossplane.yaml': {
      apiVersion: metaApiVersion,
      kind: 'Function',
      metadata: {
        name: functionName(platform),
        annotations: {
          ...annotations,
          'meta.crossplane.io/description': `The pipeline steps of ${configurationName(platform)}.`,
          'meta.crossplane.io/readme': `${configurationName(platform)} depends on this package, and its Compositions call it.`,
        },
      },
      spec: { crossplane: { version: crossplaneVersion }, capabilities: ['composition'] },
    },
  };
}
