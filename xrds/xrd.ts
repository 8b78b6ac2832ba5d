import { ApiObject, App, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { compositionName } from '../compositions/composition.ts';
import type { Api } from '../functions/core/api.ts';
import { category, group, version } from '../functions/core/group.ts';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import { claimSchema } from '../platform/claim-schema.ts';

/** What `kubectl get` shows of a claim: where it lives, what is its API's own, what it costs. */
function columnsOf(api: Api): Api['columns'] {
  return [
    ...(api.place === 'none'
      ? []
      : ([
          { name: 'ENVIRONMENT', type: 'string', path: '.status.environment' },
          { name: 'BACKEND', type: 'string', path: '.status.backend' },
        ] as const)),
    ...api.columns,
    { name: 'COST', type: 'string', path: '.status.cost.summary' },
    ...(api.binding === undefined ? [] : ([{ name: 'BINDING', type: 'string', path: '.status.binding.name', priority: 1 }] as const)),
  ];
}

/** The CompositeResourceDefinition of an API. */
class CompositeResourceDefinition extends ApiObject {
  constructor(scope: Construct, api: Api) {
    super(scope, api.plural, {
      apiVersion: 'apiextensions.crossplane.io/v2',
      kind: 'CompositeResourceDefinition',
      metadata: { name: `${api.plural}.${group}` },
      spec: {
        group,
        names: {
          kind: api.kind,
          plural: api.plural,
          singular: api.kind.toLowerCase(),
          ...(api.shortName !== undefined && { shortNames: [api.shortName] }),
          // `kubectl delete claim --all --namespace shop` would delete all that is cluster-scoped with the claims of the namespace.
          categories: [...(api.scope === 'Namespaced' ? [category] : []), 'platform'],
        },
        scope: api.scope,
        defaultCompositionRef: { name: compositionName(api) },
        versions: [
          {
            name: version,
            served: true,
            referenceable: true,
            additionalPrinterColumns: columnsOf(api).map(({ name, type, path, priority }) => ({
              name,
              type,
              jsonPath: path,
              ...(priority !== undefined && { priority }),
            })),
            schema: { openAPIV3Schema: claimSchema(api) },
          },
        ],
      },
    });
  }
}

/** The CompositeResourceDefinition as a plain object. */
export function toXrd(api: Api): KubernetesObject {
  return new CompositeResourceDefinition(new Chart(new App(), 'xrds'), api).toJson();
}
