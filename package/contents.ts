import { toComposition } from '../compositions/composition.ts';
import { apis } from '../functions/apis/index.ts';
import { group } from '../functions/core/group.ts';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import { toXrd } from '../xrds/xrd.ts';
import { composedKinds, distinct, groupOf, isManaged, providersOf } from './composed.ts';
import { configurationName, crossplaneVersion, functionName, functionVersion, installedName, productName, repository } from './names.ts';

/** The objects of a package by file name. */
export type PackageContents = Readonly<Record<string, KubernetesObject>>;

/** Only the managed resources that we compose: a provider's other kinds need not cost the apiserver anything. */
export function activationPolicy(): KubernetesObject {
  return {
    apiVersion: 'apiextensions.crossplane.io/v1alpha1',
    kind: 'ManagedResourceActivationPolicy',
    metadata: { name: productName },
    spec: { activate: distinct(composedKinds.filter(isManaged).map((kind) => `${kind.plural}.${groupOf(kind)}`)) },
  };
}

export function configurationContents(registry: string): PackageContents {
  const apiVersion = 'pkg.crossplane.io/v1';
  const meta: KubernetesObject = {
    apiVersion: 'meta.pkg.crossplane.io/v1',
    kind: 'Configuration',
    metadata: { name: configurationName },
    spec: {
      crossplane: { version: crossplaneVersion },
      dependsOn: [
        { apiVersion, kind: 'Function', package: repository(registry, functionName), version: functionVersion },
        ...providersOf(composedKinds).map((provider) => ({ apiVersion, kind: 'Provider', ...provider })),
      ],
    },
  };
  const names = { functionName: installedName(registry, functionName) };
  return {
    'crossplane.yaml': meta,
    'activation-policy.yaml': activationPolicy(),
    ...Object.fromEntries(apis.map((api) => [`xrds/${api.plural}.${group}.yaml`, toXrd(api)])),
    ...Object.fromEntries(apis.map((api) => [`compositions/${api.plural}.${group}.yaml`, toComposition(api, names)])),
  };
}

export function functionContents(): PackageContents {
  return {
    'crossplane.yaml': {
      apiVersion: 'meta.pkg.crossplane.io/v1',
      kind: 'Function',
      metadata: { name: functionName },
      spec: { crossplane: { version: crossplaneVersion }, capabilities: ['composition'] },
    },
  };
}
