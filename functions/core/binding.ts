import * as z from 'zod';
import type { Api, Claim, Composed, Pending, PlacelessContext } from './api.ts';
import { at } from './kubernetes.ts';
import { composedName } from './names.ts';
import type { ObservedResource, Refusal } from './step.ts';

/** The composition-resource-name of every API's binding. */
export const bindingKey = 'binding';

const head = { apiVersion: 'v1', kind: 'Secret' };

/** What the Service Binding specification asks of every type. */
export type BindingValues = Readonly<Record<string, string>> & { readonly type: string; readonly provider: string };

/** The keys of it, for the schema of a binding. */
export const bindingHead = <Type extends string, const Names extends readonly string[]>(type: Type, backendNames: Names) => ({
  type: z.literal(type).describe('Type of the binding.'),
  provider: z.enum(backendNames).describe('The backend that provides it.'),
});

export type BindingSchema = z.ZodObject & z.ZodType<BindingValues>;

/** A value as a Secret's `data` has it. */
export const encode = (value: string) => Buffer.from(value, 'utf8').toString('base64');
export const decode = (value: string) => Buffer.from(value, 'base64').toString('utf8');

/** What `schema` takes of a binding that was issued before; undefined where there is none, or where it lacks one of these keys. */
export function issuedValues<T>(schema: z.ZodObject & z.ZodType<T>, observed: ObservedResource | undefined): T | undefined {
  const data = at(observed?.object, 'data');
  if (typeof data !== 'object' || data === null) return undefined;
  const values = Object.fromEntries(
    Object.entries(data).flatMap(([key, value]) => (typeof value === 'string' ? [[key, decode(value)]] : [])),
  );
  const parsed = (schema.strip() as typeof schema).safeParse(values);
  return parsed.success ? parsed.data : undefined;
}

/** A secret that is issued once: the one that was, or a fresh one for a claim that never had a binding. */
export function issueOnce(
  { claim, issueSecret }: Pick<PlacelessContext<unknown>, 'claim' | 'issueSecret'>,
  issued: string | undefined,
): string | undefined {
  return issued ?? (claim.issuedBinding === undefined ? issueSecret() : undefined);
}

/** A Secret with these values; without a type it is of the one that Kubernetes gives. */
export function secretOf(name: string, values: Readonly<Record<string, string>>, type?: string): Composed {
  const sorted = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    object: {
      ...head,
      metadata: { name },
      ...(type !== undefined && { type }),
      data: Object.fromEntries(sorted.map(([key, value]) => [key, encode(value)])),
    },
  };
}

/** What the status of a claim says of its binding, once that was seen. */
export function bindingStatus(
  { suffix, binding }: Pick<Api, 'suffix' | 'binding'>,
  claim: Pick<Claim, 'name' | 'issuedBinding'>,
  observed: Readonly<Record<string, ObservedResource>>,
): { readonly binding?: { readonly name: string } } {
  const issued = observed[bindingKey] !== undefined || claim.issuedBinding !== undefined;
  return binding !== undefined && issued ? { binding: { name: composedName(claim, suffix) } } : {};
}

interface Bound {
  readonly resources: Readonly<Record<string, Composed>>;
  readonly pending: Readonly<Record<string, Pending>>;
  readonly values?: BindingValues;
  readonly refusal?: Refusal;
}

/**
 * The binding, after the Service Binding specification, from what is known now, or else from what was issued before. Where neither is there, it is pending at first;
 * once it was issued, nothing may be applied until it can be read again, since a secret never changes by itself.
 */
export function bind(
  claim: Claim,
  name: string,
  schema: BindingSchema,
  fresh: BindingValues | undefined,
  observed: ObservedResource | undefined,
  waitsFor: string,
): Bound {
  const values = fresh ?? issuedValues(schema, observed);
  if (values !== undefined)
    return {
      resources: { [bindingKey]: secretOf(name, schema.parse(values) as BindingValues, `servicebinding.io/${values.type}`) },
      pending: {},
      values,
    };
  if (claim.issuedBinding !== undefined) {
    const message =
      `cannot read Secret "${name}" in namespace "${claim.namespace}", which holds this claim's only copy of its connection details; ` +
      'nothing is changed until it is back: restore it from a backup, or from an app that still has the values';
    return { resources: {}, pending: {}, refusal: { reason: 'BindingMissing', message } };
  }
  return { resources: {}, pending: { [bindingKey]: { ...head, name, waitsFor } } };
}
