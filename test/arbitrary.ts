import fc from 'fast-check';
import * as z from 'zod';
import type { Field, Fields } from '../functions/core/field.ts';

/** Larger numbers would make every claim cost too much. */
const largest = 1000;

function anyString(schema: z.ZodString): fc.Arbitrary<string> {
  const { pattern } = z.toJSONSchema(schema);
  return pattern === undefined ? fc.string({ maxLength: 20 }) : fc.stringMatching(new RegExp(pattern), { maxLength: 20 });
}

/** Any value that a schema takes, whatever it is made of. */
function anyValue(schema: z.ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return anyValue(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodNumber) {
    return fc.integer({ min: Math.max(schema.minValue ?? 0, 0), max: Math.min(schema.maxValue ?? largest, largest) });
  }
  if (schema instanceof z.ZodString) return anyString(schema);
  if (schema instanceof z.ZodArray)
    return fc.uniqueArray(anyValue(schema.element as z.ZodType), { maxLength: 2, comparator: 'SameValueZero' });
  if (schema instanceof z.ZodObject) return anyRecord(schema.shape);
  if (schema instanceof z.ZodRecord) {
    return fc.dictionary(anyValue(schema.keyType as z.ZodType) as fc.Arbitrary<string>, anyValue(schema.valueType as z.ZodType), {
      maxKeys: 3,
    });
  }
  throw new Error(`cannot make up a value: got a schema of type ${schema.def.type}, want one that fields of claims have`);
}

/** Any record of a shape, with or without the fields that may be left out. */
function anyRecord(shape: Readonly<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const schemas = Object.entries(shape) as [string, z.ZodType][];
  const required = schemas.flatMap(([name, schema]) => (schema.safeParse(undefined).success ? [] : [name]));
  return fc.record(Object.fromEntries(schemas.map(([name, schema]) => [name, anyValue(schema)])), { requiredKeys: required });
}

function anyOfField({ schema, example, default: byTier }: Field): fc.Arbitrary<unknown> {
  const known = [...(example === undefined ? [] : [example]), ...Object.values(byTier ?? {})];
  const made = anyValue(schema).filter((value) => schema.safeParse(value).success);
  return known.length === 0 ? made : fc.oneof(fc.constantFrom(...known), made);
}

/** What a claim or an environment may say of the fields that `isAbout` takes, each or not; seldom what nobody says who does not mean it. */
export function anySaid(fields: Fields, isAbout: (field: Field) => boolean): fc.Arbitrary<Record<string, unknown>> {
  const chosen = Object.entries(fields).filter(([, field]) => isAbout(field));
  const required = chosen.flatMap(([name, field]) => (field.required ? [name] : []));
  const seldom = (field: Field) =>
    field.presence === 'maybe' ? fc.option(anyOfField(field), { nil: undefined, freq: 1 }) : anyOfField(field);
  return fc
    .record(Object.fromEntries(chosen.map(([name, field]) => [name, seldom(field)])), { requiredKeys: required })
    .map((said) => Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)));
}
