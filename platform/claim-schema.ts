import * as z from 'zod';
import type { Api } from '../functions/core/api.ts';
import { givingUpOf, staysOf } from '../functions/core/field.ts';
import { maxNameLength } from '../functions/core/names.ts';
import { tiers } from '../functions/core/tier.ts';
import { type StructuralSchema, structuralSchema } from './structural-schema.ts';

const driver = z.object({
  resource: z.string().describe('Key of the composed resource.'),
  what: z.string().describe('What is charged.'),
});

/** What the status of an API has: where the claim lives, its binding and its cost, as far as it has them. The values in force follow the spec. */
function statusOf(api: Api): z.ZodObject {
  const place = {
    environment: z.string().optional().describe('Environment that the namespace belongs to.'),
    tier: z.enum(tiers).optional().describe('Kind of that environment.'),
    backend: z
      .enum(Object.keys(api.backends) as [string, ...string[]])
      .optional()
      .describe('What the claim is realised with.'),
  };
  const binding = z
    .object({ name: z.string().optional().describe('Name of the Secret.') })
    .optional()
    .describe('The Secret with the connection details, after the Service Binding specification.');
  return z.object({
    ...(api.place === 'environment' && place),
    ...(api.binding !== undefined && { binding }),
    ...api.status.shape,
    ...('ttlHours' in api.fields && { expiresAt: z.string().optional().describe('When all that the claim made is deleted.') }),
    monthlyCostUSD: z.number().optional().describe('What it costs a month in USD, as far as that can be known beforehand.'),
    cost: z
      .object({
        summary: z.string().describe('USD a month, or usage where all is charged by use; +unknown where more has no price.'),
        drivers: z
          .array(driver.extend({ monthlyUSD: z.number().describe('USD a month.') }))
          .describe('What makes up the cost, the dearest first.'),
        byUse: z.array(driver).describe('What is charged by use, and is not in the sum.'),
        unpriced: z.array(driver).describe('What has no price, and is not in the sum.'),
      })
      .optional()
      .describe('Where the cost comes from.'),
    waivedPolicies: z.array(z.string()).optional().describe('Policies that do not hold and that an annotation of the claim waived.'),
  });
}

/** What the status keeps of the schema of a field of the spec: no default, rule or limit, which the spec has checked. */
function inForce(schema: StructuralSchema): StructuralSchema {
  const { type, description, nullable, properties, items, additionalProperties } = schema;
  const mapType = schema['x-kubernetes-map-type'];
  return {
    type,
    ...(items !== undefined && { items: inForce(items as StructuralSchema) }),
    ...(properties !== undefined && { properties: eachInForce(properties as Properties) }),
    ...(additionalProperties !== undefined && { additionalProperties: inForce(additionalProperties as StructuralSchema) }),
    ...(nullable !== undefined && { nullable }),
    // A list by key would need its keys, which may have been left out.
    ...(schema['x-kubernetes-list-type'] === 'set' && { 'x-kubernetes-list-type': 'set' }),
    ...(mapType !== undefined && { 'x-kubernetes-map-type': mapType }),
    ...(description !== undefined && { description }),
  };
}

type Properties = Readonly<Record<string, StructuralSchema>>;

const eachInForce = (properties: Properties): Properties =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, inForce(schema)]));

const picked = (properties: Properties, names: readonly string[]): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)));

/** The schema of a claim, as the apiserver gets it. */
export function claimSchema(api: Api): StructuralSchema {
  const spec = structuralSchema(api.spec, 'spec');
  const status = structuralSchema(statusOf(api), 'status');
  const settings = {
    type: 'object',
    properties: eachInForce(spec['properties'] as Properties),
    description: 'The values in force for each field of the spec, from tier, environment and claim.',
  };
  const staying = [...staysOf(api.fields), ...Object.keys(givingUpOf(api.fields))].filter(
    (name) => name in api.spec.shape && !api.durable.fixed.includes(name),
  );
  const available = {
    type: 'object',
    properties: eachInForce(picked(spec['properties'] as Properties, staying)),
    description: 'The defaults of today where the claim runs with another value, which stays until its spec says one.',
  };
  const deferring = Object.values(api.backends).flatMap(({ composes, explains = {} }) =>
    Object.values(composes).flatMap(({ kind, defers }) =>
      Object.keys(defers?.fields ?? {}).flatMap((field) => explains[`${kind}.${field}`] ?? []),
    ),
  );
  const pending = {
    type: 'object',
    properties: eachInForce(picked(spec['properties'] as Properties, deferring)),
    description: 'What the spec asks for and is not in force yet, as the condition Provisioned says.',
  };
  const kept = { settings, ...(staying.length > 0 && { available }), ...(deferring.length > 0 && { pending }) };
  return {
    type: 'object',
    description: api.doc,
    required: ['spec'],
    'x-kubernetes-validations': [
      {
        rule: `self.metadata.name.size() <= ${maxNameLength(api)} && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')`,
        message: `metadata.name: want at most ${maxNameLength(api)} lower-case letters, digits and dashes, beginning with a letter`,
      },
    ],
    properties: {
      spec: { ...spec, description: `What you want of the ${api.kind}.`, 'x-kubernetes-validations': api.specRules },
      status: { ...status, description: 'What you got.', properties: { ...(status['properties'] as Properties), ...kept } },
    },
  };
}
