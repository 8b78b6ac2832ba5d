import { ApiObject, App, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Api } from '../functions/core/api.ts';
import { apiVersion, group, inputApiVersion } from '../functions/core/group.ts';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import type { Platform } from '../functions/core/pipeline.ts';
import { dependencyName, functionName, installedName } from '../platform/names.ts';

export function compositionName(api: Api): string {
  return `${api.plural}.${group}`;
}

/** The Composition of an API: expand, then the platform's added steps, then guard. */
class Composition extends ApiObject {
  constructor(scope: Construct, api: Api, platform: Platform, registry: string) {
    const own = installedName(registry, platform, functionName(platform));
    const step = (name: string, kind: string) => ({
      step: name,
      functionRef: { name: own },
      input: { apiVersion: inputApiVersion, kind },
    });
    const added = platform.steps.map(({ name, package: reference, input }) => ({
      step: name,
      functionRef: { name: dependencyName(reference) },
      ...(input && { input }),
    }));
    super(scope, `${api.plural}-composition`, {
      apiVersion: 'apiextensions.crossplane.io/v1',
      kind: 'Composition',
      metadata: { name: compositionName(api) },
      spec: {
        compositeTypeRef: { apiVersion, kind: api.kind },
        mode: 'Pipeline',
        pipeline: [step('expand', 'Expand'), ...added, step('guard', 'Guard')],
      },
    });
  }
}

/** The Composition as a plain object, for packages of a registry. */
export function toComposition(api: Api, platform: Platform, registry: string): KubernetesObject {
  return new Composition(new Chart(new App(), 'compositions'), api, platform, registry).toJson();
}
