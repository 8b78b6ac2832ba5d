import { isDeepStrictEqual } from 'node:util';
import { Environment } from '@marcbachmann/cel-js';
import type { Api } from '../functions/core/api.ts';
import type { ValidationRule } from '../functions/core/field.ts';
import { at, type KubernetesObject } from '../functions/core/kubernetes.ts';
import type { Platform } from '../functions/core/pipeline.ts';
import { shown } from '../functions/core/problem.ts';
import { apiOf } from '../functions/core/required.ts';
import type { Refusal } from '../functions/core/step.ts';
import { claimSchema } from '../platform/claim-schema.ts';
import type { StructuralSchema } from '../platform/structural-schema.ts';

type Values = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

const propertiesOf = (schema: StructuralSchema) =>
  Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, StructuralSchema>>);

/** A value as the apiserver keeps it: null is nothing where a field cannot be it. */
function withoutNulls(schema: StructuralSchema | undefined, value: unknown): unknown {
  if (schema === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => withoutNulls(schema['items'] as StructuralSchema | undefined, item));
  if (!isObject(value)) return value;
  const properties = new Map(propertiesOf(schema));
  const rest = schema['additionalProperties'] as StructuralSchema | undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => {
      const property = properties.get(name) ?? rest;
      return each === null && property !== undefined && property['nullable'] !== true
        ? []
        : [[name, withoutNulls(property, each)] as const];
    }),
  );
}

/** A value with the defaults of its schema, as the apiserver completes it before it looks at it. */
function completed(schema: StructuralSchema | undefined, value: unknown): unknown {
  if (schema === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => completed(schema['items'] as StructuralSchema | undefined, item));
  if (!isObject(value)) return value;
  const properties = new Map(propertiesOf(schema));
  const rest = schema['additionalProperties'] as StructuralSchema | undefined;
  const names = [...new Set([...Object.keys(value), ...properties.keys()])];
  return Object.fromEntries(
    names.flatMap((name) => {
      const property = properties.get(name) ?? rest;
      const own = value[name] === undefined ? property?.['default'] : value[name];
      return own === undefined ? [] : [[name, completed(property, own)] as const];
    }),
  );
}

/** A value as an expression gets it: whole numbers are apart from others. */
function typed(schema: StructuralSchema | undefined, value: unknown): unknown {
  if (schema?.['type'] === 'integer' && Number.isInteger(value)) return BigInt(value as number);
  if (Array.isArray(value)) return value.map((item) => typed(schema?.['items'] as StructuralSchema, item));
  if (!isObject(value)) return value;
  const properties = new Map(schema === undefined ? [] : propertiesOf(schema));
  const rest = schema?.['additionalProperties'] as StructuralSchema | undefined;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, typed(properties.get(name) ?? rest, each)]));
}

const cel = new Environment({ unlistedVariablesAreDyn: true, enableOptionalTypes: true });

/** Whether a rule holds; what this cannot evaluate does not. */
function holds(rule: string, variables: Values): boolean | { readonly problem: string } {
  try {
    return cel.evaluate(rule, variables) === true;
  } catch (error) {
    const [problem = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { problem: `rule ${shown(rule)} cannot be evaluated here, ${problem}` };
  }
}

/** What an object was, and is. */
interface Change {
  readonly now: unknown;
  /** Undefined where there was none, or where it is not known which it was, as in a list. */
  readonly before: unknown;
}

function brokenHere(schema: StructuralSchema, path: string, { now, before }: Change): readonly string[] {
  const rules = (schema['x-kubernetes-validations'] ?? []) as readonly Partial<ValidationRule>[];
  return rules.flatMap(({ rule = 'false', message = `failed rule: ${rule}` }) => {
    const isOfChange = /\boldSelf\b/.test(rule);
    // What is wrong and was so before is let be. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-ratcheting
    if (isOfChange ? before === undefined : before !== undefined && isDeepStrictEqual(now, before)) return [];
    const verdict = holds(rule, { self: typed(schema, now), ...(isOfChange && { oldSelf: typed(schema, before) }) });
    if (verdict === true) return [];
    const problem = verdict === false ? message : verdict.problem;
    return [path === '' ? problem : `${path}: ${problem}`];
  });
}

/** The items of a list that are there before, where the schema wants each once, or each key. */
function repeated(schema: StructuralSchema, path: string, items: readonly unknown[]): readonly string[] {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return [];
  const keys = (schema['x-kubernetes-list-map-keys'] ?? []) as readonly string[];
  const identities = items.map((item) => (type === 'set' ? item : keys.map((key) => at(item, key))));
  return identities.flatMap((identity, index) =>
    identities.slice(0, index).some((each) => isDeepStrictEqual(each, identity))
      ? [`${path}[${index}]: got ${[identity].flat().map(shown).join(' ')} twice, want it once`]
      : [],
  );
}

/** The fields inside of one of the spec that the schema does not have; those of the spec itself are looked at when it is read. */
function unknown(schema: StructuralSchema, path: string, names: readonly string[]): readonly string[] {
  const properties = schema['properties'] as object | undefined;
  if (!path.startsWith('spec.') || properties === undefined) return [];
  return names.flatMap((name) => (Object.hasOwn(properties, name) ? [] : [`${path}.${name}: unknown field`]));
}

/** What an object breaks of the rules of its schema, each with where. */
function broken(schema: StructuralSchema | undefined, path: string, { now, before }: Change): readonly string[] {
  if (schema === undefined || now === undefined) return [];
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  const inside = (): readonly string[] => {
    if (Array.isArray(now)) {
      const items = schema['items'] as StructuralSchema | undefined;
      const inItems = now.flatMap((item, index) => broken(items, `${path}[${index}]`, { now: item, before: undefined }));
      return isDeepStrictEqual(now, before) ? inItems : [...repeated(schema, path, now), ...inItems];
    }
    if (!isObject(now)) return [];
    const was = isObject(before) ? before : {};
    const rest = schema['additionalProperties'] as StructuralSchema | undefined;
    const properties = rest === undefined ? propertiesOf(schema) : Object.keys(now).map((name) => [name, rest] as const);
    const inFields = properties.flatMap(([name, property]) => broken(property, below(name), { now: now[name], before: was[name] }));
    return [...unknown(schema, path, Object.keys(now)), ...inFields];
  };
  return [...brokenHere(schema, path, { now, before }), ...inside()];
}

const schemas = new WeakMap<Api, StructuralSchema>();

function schemaFor(platform: Platform, claim: KubernetesObject): StructuralSchema | undefined {
  const api = apiOf(platform, claim);
  if (api === undefined) return undefined;
  const known = schemas.get(api) ?? claimSchema(api);
  schemas.set(api, known);
  return known;
}

/** A claim as the cluster keeps it, which is all that it looks at. */
export function asKept(platform: Platform, claim: KubernetesObject): KubernetesObject {
  return withoutNulls(schemaFor(platform, claim), claim) as KubernetesObject;
}

/**
 * Why a cluster would not take a claim as it is to be, which was as it is `before` if it was there; undefined where it takes it. The rules
 * are those of the definition that is installed; whether values are of their type is looked at before.
 */
export function refusalOnArrival(platform: Platform, claim: KubernetesObject, before: KubernetesObject | undefined): Refusal | undefined {
  const schema = schemaFor(platform, claim);
  if (schema === undefined) return undefined;
  const arriving = (object: KubernetesObject) => completed(schema, asKept(platform, object));
  const problems = broken(schema, '', { now: arriving(claim), before: before && arriving(before) });
  if (problems.length === 0) return undefined;
  return { reason: 'NotAdmitted', message: `cannot use ${claim.kind} ${shown(claim.metadata?.name ?? '')}: ${problems.join('; ')}` };
}
