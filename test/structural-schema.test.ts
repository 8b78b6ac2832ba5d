import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { appQueue } from '../functions/apis/app-queue/index.ts';
import { at } from '../functions/core/kubernetes.ts';
import { structuralSchema } from '../platform/structural-schema.ts';
import { toXrd } from '../xrds/xrd.ts';

test('keeps what the apiserver keeps', () => {
  const schema = z.object({
    size: z.enum(['small', 'large']).default('small').describe('Size.'),
    count: z.int().min(1).optional().describe('Count.'),
    names: z.array(z.string().max(5)).meta({ 'x-kubernetes-list-type': 'set' }).describe('Names.'),
    labels: z.record(z.string(), z.string()).optional().describe('Labels.'),
    parameters: z
      .partialRecord(z.enum(['work_mem', 'timezone']), z.string().max(9))
      .optional()
      .describe('Parameters.'),
    routes: z
      .array(z.object({ path: z.string() }))
      .optional()
      .describe('Routes.'),
    rule: z
      .string()
      .meta({ 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'never changes' }] })
      .describe('Rule.'),
  });
  expect(structuralSchema(schema, 'spec')).toEqual({
    type: 'object',
    required: ['names', 'rule'],
    properties: {
      size: { type: 'string', enum: ['small', 'large'], default: 'small', description: 'Size.' },
      count: { type: 'integer', minimum: 1, description: 'Count.' },
      names: { type: 'array', items: { type: 'string', maxLength: 5 }, 'x-kubernetes-list-type': 'set', description: 'Names.' },
      labels: { type: 'object', additionalProperties: { type: 'string' }, description: 'Labels.' },
      parameters: {
        type: 'object',
        properties: { work_mem: { type: 'string', maxLength: 9 }, timezone: { type: 'string', maxLength: 9 } },
        description: 'Parameters.',
      },
      routes: {
        type: 'array',
        items: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
        description: 'Routes.',
      },
      rule: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'never changes' }], description: 'Rule.' },
    },
  });
});

describe('throws, naming the field, on what would be lost:', () => {
  test.each([
    [
      'a refinement',
      z.string().refine((text) => text !== ''),
      'cannot make a structural schema: spec.field: a refinement is lost, want a CEL rule in .meta({"x-kubernetes-validations": […]})',
    ],
    ['a transform', z.string().transform(Number), 'cannot make a structural schema: spec.field: a transform is lost, want a plain schema'],
    ['a trim', z.string().trim(), 'cannot make a structural schema: spec.field: a rewriting check such as .trim() is lost, want a pattern'],
    [
      'a refinement within a catch',
      z
        .string()
        .refine((text) => text !== '')
        .catch('x'),
      'cannot make a structural schema: spec.field: a catch is lost, want a plain schema or a default',
    ],
    ['a prefault', z.string().prefault('x'), 'cannot make a structural schema: spec.field: a prefault is lost, want a default'],
    [
      'a nonoptional',
      z.nonoptional(z.string().optional()),
      'cannot make a structural schema: spec.field: a nonoptional is lost, want a schema that is not optional',
    ],
    [
      'a readonly',
      z.array(z.string()).readonly(),
      'cannot make a structural schema: spec.field: a schema of type readonly is lost, want a plain one',
    ],
    [
      'a record that wants all keys of a list',
      z.record(z.enum(['a', 'b']), z.string()),
      'cannot make a structural schema: spec.field: rules on keys are lost, want z.string() keys, or a z.partialRecord of z.enum keys',
    ],
    ['a union', z.union([z.string(), z.int()]), 'cannot make a structural schema: spec.field: a union is not structural, want one type'],
    ['a tuple', z.tuple([z.string()]), 'cannot make a structural schema: spec.field: a tuple is not structural, want an array'],
    ['any value', z.any(), 'cannot make a structural schema: spec.field: anything goes is not structural, want a type'],
    [
      'rules on record keys',
      z.record(z.string().max(3), z.string()),
      'cannot make a structural schema: spec.field: rules on keys are lost, want z.string() keys, or a z.partialRecord of z.enum keys',
    ],
    [
      'a look-ahead',
      z.string().regex(/^(?!x)/),
      'cannot make a structural schema: spec.field: pattern "^(?!x)": error parsing regexp: invalid or unsupported Perl syntax: `(?!`; the apiserver takes RE2 only',
    ],
    [
      'a keyword of another standard',
      z.string().meta({ readOnly: true }),
      'cannot make a structural schema: spec.field: keyword readOnly is dropped or refused by the apiserver',
    ],
    [
      'something deep inside',
      z.object({ list: z.array(z.object({ date: z.date() })) }),
      'cannot make a structural schema: spec.field.list[].date: dates do not exist in JSON, want a string',
    ],
  ])('%s', (_, field, message) => {
    expect(() => structuralSchema(z.object({ field: field as z.ZodType }), 'spec')).toThrow(new Error(message));
  });
});

test('the values in force are shown in the types of the spec, without its defaults, rules and limits', () => {
  const spec = z.object({
    ratio: z.number().min(0).default(0.5).describe('Ratio.'),
    count: z.int().max(9).optional().describe('Count.'),
    mode: z.literal('fast').describe('Mode.'),
    labels: z.record(z.string(), z.string().max(63)).describe('Labels.'),
    consumers: z
      .array(z.enum(['a', 'b']))
      .max(3)
      .meta({ 'x-kubernetes-list-type': 'set' })
      .describe('Consumers.'),
    ports: z
      .array(z.object({ number: z.int().min(1).describe('Number.'), name: z.string().optional().describe('Name.') }))
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['number'] })
      .describe('Ports.'),
  });
  const status = at(toXrd({ ...appQueue, spec }), 'spec', 'versions', '0', 'schema', 'openAPIV3Schema', 'properties', 'status');
  expect(at(status, 'properties', 'settings')).toEqual({
    type: 'object',
    description: 'The values in force for each field of the spec, from tier, environment and claim.',
    properties: {
      ratio: { type: 'number', description: 'Ratio.' },
      count: { type: 'integer', description: 'Count.' },
      mode: { type: 'string', description: 'Mode.' },
      labels: { type: 'object', additionalProperties: { type: 'string' }, description: 'Labels.' },
      consumers: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set', description: 'Consumers.' },
      ports: {
        type: 'array',
        items: {
          type: 'object',
          properties: { number: { type: 'integer', description: 'Number.' }, name: { type: 'string', description: 'Name.' } },
        },
        description: 'Ports.',
      },
    },
  });
});
