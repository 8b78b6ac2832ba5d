import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { structuralSchema } from '../xrds/structural-schema.ts';

test('keeps what the apiserver keeps', () => {
  const schema = z.object({
    size: z.enum(['small', 'large']).default('small').describe('Size.'),
    count: z.int().min(1).optional().describe('Count.'),
    names: z.array(z.string().max(5)).meta({ 'x-kubernetes-list-type': 'set' }).describe('Names.'),
    labels: z.record(z.string(), z.string()).optional().describe('Labels.'),
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
    ['a union', z.union([z.string(), z.int()]), 'cannot make a structural schema: spec.field: a union is not structural, want one type'],
    ['a tuple', z.tuple([z.string()]), 'cannot make a structural schema: spec.field: a tuple is not structural, want an array'],
    ['any value', z.any(), 'cannot make a structural schema: spec.field: anything goes is not structural, want a type'],
    [
      'rules on record keys',
      z.record(z.string().max(3), z.string()),
      'cannot make a structural schema: spec.field: rules on keys are lost, want z.string() keys',
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
