import { RE2JS } from 're2js';
import * as z from 'zod';

/** A schema as the apiserver takes it for a custom resource. */
export type StructuralSchema = Readonly<Record<string, unknown>>;

/** What zod may come to and the apiserver keeps; anything else would be dropped or refused. */
const keywords = new Set([
  'type',
  'description',
  'title',
  'format',
  'default',
  'enum',
  'properties',
  'required',
  'items',
  'additionalProperties',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'nullable',
  'x-kubernetes-validations',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
]);

/** zod bounds every integer by these, which JSON carries anyway. */
const redundantBounds = new Set<unknown>([Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

function fail(path: string, problem: string): never {
  throw new Error(`cannot make a structural schema: ${path}: ${problem}`);
}

type SchemaType = z.core.$ZodType['_zod']['def']['type'];

/** What comes through whole; a wrapper that is not looked into would lose what is inside. */
const kept: ReadonlySet<SchemaType> = new Set<SchemaType>([
  'string',
  'number',
  'boolean',
  'enum',
  'literal',
  'object',
  'array',
  'record',
  'optional',
  'default',
  'nullable',
]);

const lossy: { readonly [T in SchemaType]?: string } = {
  transform: 'a transform is lost, want a plain schema',
  pipe: 'a transform is lost, want a plain schema',
  union: 'a union is not structural, want one type',
  tuple: 'a tuple is not structural, want an array',
  intersection: 'an intersection is not structural, want one object',
  lazy: 'a recursive schema is not structural',
  date: 'dates do not exist in JSON, want a string',
  bigint: 'a bigint does not exist in JSON, want z.int()',
  unknown: 'anything goes is not structural, want a type',
  any: 'anything goes is not structural, want a type',
  catch: 'a catch is lost, want a plain schema or a default',
  prefault: 'a prefault is lost, want a default',
  nonoptional: 'a nonoptional is lost, want a schema that is not optional',
};

const isPartial = (record: z.ZodRecord) => 'partial' in record._zod.def && record._zod.def.partial === true;

/** For `z.toJSONSchema`: a map whose keys come from a list has them as properties, so that no other key can be written. */
export const listedKeys: NonNullable<z.core.ToJSONSchemaParams['override']> = ({ zodSchema, jsonSchema }) => {
  if (!(zodSchema instanceof z.ZodRecord && zodSchema.keyType instanceof z.ZodEnum)) return;
  const { additionalProperties: value } = jsonSchema;
  if (typeof value !== 'object') return;
  jsonSchema.properties = Object.fromEntries(zodSchema.keyType.options.map((key) => [String(key), value]));
  delete jsonSchema.additionalProperties;
};

function refuseLossy(schema: z.core.$ZodType, path: string): void {
  const { def } = schema._zod;
  if (!kept.has(def.type)) fail(path, lossy[def.type] ?? `a schema of type ${def.type} is lost, want a plain one`);
  if (schema instanceof z.ZodRecord) {
    const { keyType } = schema;
    const isAnyKey = keyType instanceof z.ZodString && (keyType._zod.def.checks ?? []).length === 0;
    // Keys from a list become properties, which a record that wants all of them would make required.
    const isListed = keyType instanceof z.ZodEnum && isPartial(schema);
    if (!isAnyKey && !isListed) fail(path, 'rules on keys are lost, want z.string() keys, or a z.partialRecord of z.enum keys');
    refuseLossy(schema.valueType, `${path}.*`);
  }
  for (const check of def.checks ?? []) {
    if (check._zod.def.check === 'custom') fail(path, 'a refinement is lost, want a CEL rule in .meta({"x-kubernetes-validations": […]})');
    if (check._zod.def.check === 'overwrite') fail(path, 'a rewriting check such as .trim() is lost, want a pattern');
  }
  if (schema instanceof z.ZodObject) {
    for (const [key, value] of Object.entries(schema.shape)) refuseLossy(value, `${path}.${key}`);
  } else if (schema instanceof z.ZodArray) {
    refuseLossy(schema.element, `${path}[]`);
  } else if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    refuseLossy(schema.unwrap(), path);
  }
}

function convert(schema: Json, path: string): StructuralSchema {
  const converted: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'additionalProperties' && value === false) continue;
    // A boolean that may be one value only: its rule says why, which the apiserver would not come to after a wrong enum.
    if (keyword === 'enum' && schema['type'] === 'boolean' && schema['x-kubernetes-validations'] !== undefined) continue;
    if ((keyword === 'minimum' || keyword === 'maximum') && redundantBounds.has(value)) continue;
    if (!keywords.has(keyword)) fail(path, `keyword ${keyword} is dropped or refused by the apiserver`);
    if (keyword === 'properties' && isObject(value)) {
      converted[keyword] = Object.fromEntries(
        Object.entries(value).map(([name, property]) => [
          name,
          isObject(property) ? convert(property, `${path}.${name}`) : fail(`${path}.${name}`, 'want a schema'),
        ]),
      );
    } else if ((keyword === 'items' || keyword === 'additionalProperties') && isObject(value)) {
      converted[keyword] = convert(value, keyword === 'items' ? `${path}[]` : `${path}.*`);
    } else if (keyword === 'pattern') {
      converted[keyword] = checkedPattern(String(value), path);
    } else {
      converted[keyword] = value;
    }
  }
  if (typeof converted['type'] !== 'string') fail(path, 'has no single type');
  return converted;
}

/** The apiserver matches with RE2, which has no look-ahead and no back references. */
function checkedPattern(pattern: string, path: string): string {
  try {
    RE2JS.compile(pattern);
    return pattern;
  } catch (error) {
    return fail(
      path,
      `pattern ${JSON.stringify(pattern)}: ${error instanceof Error ? error.message : String(error)}; the apiserver takes RE2 only`,
    );
  }
}

/**
 * The structural OpenAPI v3 schema of a zod schema. Throws, naming the field, on whatever the apiserver would drop or refuse,
 * rather than letting a rule get lost.
 */
export function structuralSchema(schema: z.ZodObject, path: string): StructuralSchema {
  refuseLossy(schema, path);
  const json = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    unrepresentable: 'throw',
    reused: 'inline',
    override: listedKeys,
  });
  return convert(json as Json, path);
}
