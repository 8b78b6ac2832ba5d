import { ApiObject, App, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Api } from '../functions/core/api.ts';
import { apiVersion, group, inputApiVersion } from '../functions/core/group.ts';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';

export function compositionName(api: Api): string {
  return `${api.plural}.${group}`;
}

/** The Composition of an API: expand, then whatever a platform engineer adds, then guard. */
class Composition extends ApiObject {
  constructor(scope: Construct, api: Api, { functionName }: { readonly functionName: string }) {
    const step = (name: string, kind: string) => ({
      step: name,
      functionRef: { name: functionName },
      input: { apiVersion: inputApiVersion, kind },
    });
    super(scope, `${api.plural}-composition`, {
      apiVersion: 'apiextensions.crossplane.io/v1',
      kind: 'Composition',
      metadata: { name: compositionName(api) },
      spec: {
        compositeTypeRef: { apiVersion, kind: api.kind },
        mode: 'Pipeline',
        pipeline: [step('expand', 'Expand'), step('guard', 'Guard')],
      },
    });
  }
}

/** The Composition as a plain object. */
export function toComposition(api: Api, options: { readonly functionName: string }): KubernetesObject {
  return new Composition(new Chart(new App(), 'compositions'), api, options).toJson();
}
