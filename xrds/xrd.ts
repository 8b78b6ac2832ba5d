import { ApiObject, App, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import * as z from 'zod';
import { compositionName } from '../compositions/composition.ts';
import type { Api } from '../functions/core/api.ts';
import { category, group, version } from '../functions/core/group.ts';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import { tiers } from '../functions/core/tier.ts';
import { structuralSchema } from './structural-schema.ts';

const driver = z.object({
  resource: z.string().describe('Key of the composed resource.'),
  what: z.string().describe('What is charged.'),
});

/** What `kubectl get` shows of a claim: where it lives, what is its API's own, what it costs. */
function columnsOf(api: Api): Api['columns'] {
  return [
    { name: 'ENVIRONMENT', type: 'string', path: '.status.environment' },
    { name: 'BACKEND', type: 'string', path: '.status.backend' },
    ...api.columns,
    { name: 'COST', type: 'string', path: '.status.cost.summary' },
    { name: 'BINDING', type: 'string', path: '.status.binding.name', priority: 1 },
  ];
}

/** What the status of every API has: where the claim lives, its binding, and the values in force. */
function statusOf(api: Api): z.ZodObject {
  const backends = Object.keys(api.backends) as [string, ...string[]];
  const settings = api.spec.partial().shape;
  return z.object({
    environment: z.string().optional().describe('Environment that the namespace belongs to.'),
    tier: z.enum(tiers).optional().describe('Kind of that environment.'),
    backend: z.enum(backends).optional().describe('What the claim is realised with.'),
    binding: z
      .object({ name: z.string().optional().describe('Name of the Secret.') })
      .optional()
      .describe('The Secret with the connection details, after the Service Binding specification.'),
    ...api.status.shape,
    monthlyCostUSD: z.number().optional().describe('What it costs a month in USD, as far as that can be known beforehand.'),
    cost: z
      .object({
        summary: z.string().describe('USD a month, and whether there is more: unknown, or only by use.'),
        drivers: z
          .array(driver.extend({ monthlyUSD: z.number().describe('USD a month.') }))
          .describe('What makes up the cost, the dearest first.'),
        byUse: z.array(driver).describe('What is charged by use, and is not in the sum.'),
        unpriced: z.array(driver).describe('What has no price, and is not in the sum.'),
      })
      .optional()
      .describe('Where the cost comes from.'),
    waivedPolicies: z.array(z.string()).optional().describe('Policies that do not hold and that an annotation of the claim waived.'),
    settings: z
      .object(Object.fromEntries(Object.entries(settings).map(([key, field]) => [key, inForce(field)])))
      .optional()
      .describe('The values in force for each field of the spec, from tier, environment and claim.'),
  });
}

/** A field of the spec as the status shows it: without defaults, rules or limits, which the spec has checked. */
function inForce(field: z.core.$ZodType): z.ZodType {
  let inner = field;
  let description = z.globalRegistry.get(field)?.description;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault) {
    inner = inner.unwrap();
    description ??= z.globalRegistry.get(inner)?.description;
  }
  const plain =
    inner instanceof z.ZodEnum || inner instanceof z.ZodString
      ? z.string()
      : inner instanceof z.ZodBoolean || (inner instanceof z.ZodLiteral && typeof inner.value === 'boolean')
        ? z.boolean()
        : inner instanceof z.ZodArray
          ? z.array(z.string()).meta({ 'x-kubernetes-list-type': 'set' })
          : z.int();
  return plain.optional().describe(description ?? '');
}

/** The CompositeResourceDefinition of an API. */
class CompositeResourceDefinition extends ApiObject {
  constructor(scope: Construct, api: Api) {
    const spec = structuralSchema(api.spec, 'spec');
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
          shortNames: [api.shortName],
          categories: [category, 'platform'],
        },
        scope: 'Namespaced',
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
            schema: {
              openAPIV3Schema: {
                type: 'object',
                description: api.doc,
                required: ['spec'],
                'x-kubernetes-validations': [
                  {
                    rule: `self.metadata.name.size() <= ${api.maxNameLength} && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')`,
                    message: `metadata.name: want at most ${api.maxNameLength} lower-case letters, digits and dashes, beginning with a letter`,
                  },
                ],
                properties: {
                  spec: { ...spec, description: `What you want of the ${api.kind}.`, 'x-kubernetes-validations': api.specRules },
                  status: structuralSchema(statusOf(api).describe('What you got.'), 'status'),
                },
              },
            },
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
