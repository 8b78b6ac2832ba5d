import * as z from 'zod';
import { shown } from './problem.ts';
import type { Proof } from './proofs.ts';
import { type Tier, tiers } from './tier.ts';

/** A value for each tier; a tier that is left out has that of the one before it. */
export type ByTier<T> = { readonly [K in (typeof tiers)[0]]: T } & { readonly [K in Tier]?: T };

/** What may become of a value while the claim lives; it changes freely where nothing is said. */
type Change = 'grows' | 'never';

interface Said<S extends z.ZodType> {
  /** What it is, in full sentences: for kubectl explain, the documentation and forms. Default and change are added to it. */
  readonly text: string;
  /** The unit that its name ends with, such as `GiB`. */
  readonly unit?: string;
  readonly change?: Change;
  /**
   * That a default that moved moves live claims too: nothing restarts and no data is lost by it, on any backend. Where nothing is said, a
   * live claim keeps the value that it runs with.
   */
  readonly moves?: 'freely';
  /** What to do in place of a change that is refused. */
  readonly instead?: string;
  /** A value other than the defaults, which shows what can be said; taken from the schema where that has a choice. */
  readonly example?: z.input<S>;
}

interface SaidByClaim<S extends z.ZodType> extends Said<S> {
  /** By backend that cannot do what the field asks for, what to do instead: a claim that says the field is refused there. */
  readonly refusedOn?: Readonly<Record<string, string>>;
  /**
   * By backend, what becomes of data at once where a live claim says less than before, or a limit where there was none: the apiserver warns
   * of it. The guard sees the same in what is composed, and asks for an acknowledgement.
   */
  readonly lessDeletes?: Readonly<Record<string, string>>;
  /**
   * A value by which a claim gives its data up, and by backend what deleting the claim does then. The apiserver warns where a live claim with
   * data says it, and the guard asks for an acknowledgement; a default that moves to it moves no live claim.
   */
  readonly givesUp?: { readonly value: string; readonly deletes: Readonly<Record<string, string>> };
  /** Conditions with which a claim says what it can be brought back from, by the path below `spec` that has it say so. */
  readonly proves?: { readonly [T in Proof['type']]?: string };
}

/**
 * One field of an API, all of it: what the claim, the environment and the platform may say, what the apiserver, the guard and the
 * documentation make of it.
 */
export interface Field<
  S extends z.ZodType = z.ZodType,
  Of extends 'claim' | 'platform' = 'claim' | 'platform',
  Presence extends 'always' | 'maybe' = 'always' | 'maybe',
> extends SaidByClaim<S> {
  /** Who may say it: a claim and the platform, or the platform alone. */
  readonly of: Of;
  /** Whether a claim has a value in force for it, whatever it says. */
  readonly presence: Presence;
  readonly schema: S;
  readonly default?: ByTier<z.output<S>>;
  readonly required?: true;
}

export type Fields = Readonly<Record<string, Field>>;

/** A field whose default differs by tier. */
export function field<S extends z.ZodType>(
  schema: S,
  said: SaidByClaim<S> & { readonly default: ByTier<z.output<S>> },
): Field<S, 'claim', 'always'>;
/** A field that every claim has to say. */
export function field<S extends z.ZodType>(schema: S, said: SaidByClaim<S> & { readonly required: true }): Field<S, 'claim', 'always'>;
/** A field with the same default everywhere, which its schema has. */
export function field<S extends z.ZodDefault>(schema: S, said: SaidByClaim<S>): Field<S, 'claim', 'always'>;
/** A field without a default. */
export function field<S extends z.ZodType>(schema: S, said: SaidByClaim<S>): Field<S, 'claim', 'maybe'>;
export function field(schema: z.ZodType, said: Omit<Field, 'of' | 'presence' | 'schema'>): Field {
  const always = said.default !== undefined || said.required === true || schema instanceof z.ZodDefault;
  return { of: 'claim', presence: always ? 'always' : 'maybe', schema, ...said };
}

/** What the platform alone says: a default of the tier, which an environment can change and no claim can. */
export function setting<S extends z.ZodType>(
  schema: S,
  said: Said<S> & { readonly default: ByTier<z.output<S>> },
): Field<S, 'platform', 'always'> {
  return { of: 'platform', presence: 'always', schema, ...said };
}

type Simplify<T> = { [K in keyof T]: T[K] } & {};

type Always<F extends Fields> = { [K in keyof F]: F[K]['presence'] extends 'always' ? K : never }[keyof F];

/** The values in force, as a backend gets them. */
export type SettingsOf<F extends Fields> = Simplify<
  { readonly [K in Always<F>]: z.output<F[K]['schema']> } & {
    readonly [K in Exclude<keyof F, Always<F>>]?: z.output<F[K]['schema']> | undefined;
  }
>;

/** The names of the fields that a claim may say. */
export type SaidByClaims<F extends Fields> = { [K in keyof F]: F[K]['of'] extends 'claim' ? K : never }[keyof F] & string;

/** The spec of a claim, as a person writes it. */
export type SpecOf<F extends Fields> = { readonly [K in SaidByClaims<F>]?: z.input<F[K]['schema']> };

/** The spec of a claim, as it reads with the defaults that are the same everywhere. */
export type SaidOf<F extends Fields> = {
  readonly [K in SaidByClaims<F>]: F[K] extends { readonly schema: infer S extends z.ZodDefault }
    ? z.output<S>
    : z.output<F[K]['schema']> | undefined;
};

/** A rule that the apiserver checks. */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
}

const remarks: Readonly<Record<Change, string>> = { grows: 'only grows', never: 'never changes' };

/** The text of a field with what its declaration says besides. */
function described({ text, default: byTier, change, moves }: Field): string {
  const free = moves === 'freely' ? ', also of live claims' : '';
  const said = [...(byTier === undefined ? [] : [`default by tier${free}`]), ...(change === undefined ? [] : [remarks[change]])].join('; ');
  return said === '' ? text : `${text} ${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}

/** What a form calls a field: `Storage (GiB)` for `storageGiB`. */
function titled(name: string, { unit }: Field): string {
  const stem = unit !== undefined && name.toLowerCase().endsWith(unit.toLowerCase()) ? name.slice(0, -unit.length) : name;
  const words = stem.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${unit === undefined ? '' : ` (${unit})`}`;
}

const isNumeric = (schema: z.ZodType) => schema instanceof z.ZodNumber;

function changeRule(name: string, { schema, change, instead }: Field): readonly ValidationRule[] {
  if (change === undefined) return [];
  if (change === 'never') {
    return [{ rule: 'self == oldSelf', message: `${name} cannot be changed: ${instead ?? 'make a new claim and move the data'}` }];
  }
  const [now, before] = isNumeric(schema) ? ['self', 'oldSelf'] : ['int(self)', 'int(oldSelf)'];
  const back = instead ?? 'make a new claim and move the data';
  return [{ rule: `${now} >= ${before}`, message: `${name} can only grow: to go back, ${back}` }];
}

/** What a rule on the field itself cannot see: that it was taken away, or added where its default has been in force. */
function presenceRule(name: string, { of, change, required, schema, instead }: Field): readonly ValidationRule[] {
  if (of !== 'claim' || change === undefined || required === true || schema instanceof z.ZodDefault) return [];
  if (change === 'grows') {
    return [{ rule: `!has(oldSelf.${name}) || has(self.${name})`, message: `${name} cannot be removed: leave the value that it has` }];
  }
  const message = `${name} cannot be added or removed later: ${instead ?? 'make a new claim and move the data'}`;
  return [{ rule: `has(self.${name}) == has(oldSelf.${name})`, message }];
}

const entriesOf = (fields: Fields, of: Field['of']) => Object.entries(fields).filter(([, each]) => each.of === of);

/** The schema of a claim's spec. */
export function specOf(fields: Fields): z.ZodObject {
  const shape = entriesOf(fields, 'claim').map(([name, each]): [string, z.ZodType] => {
    const { schema, required } = each;
    const rules = changeRule(name, each);
    const said = schema instanceof z.ZodDefault || required === true ? schema : schema.optional();
    const own = (schema.meta()?.['x-kubernetes-validations'] ?? []) as readonly ValidationRule[];
    const all = [...own, ...rules];
    return [
      name,
      said.meta({ description: described(each), title: titled(name, each), ...(all.length > 0 && { 'x-kubernetes-validations': all }) }),
    ];
  });
  return z.object(Object.fromEntries(shape));
}

/** Rules on the whole spec that follow from its fields. */
export function rulesOf(fields: Fields): readonly ValidationRule[] {
  return Object.entries(fields).flatMap(([name, each]) => presenceRule(name, each));
}

/** The schema of a row of defaults: what differs by tier. */
export function profileOf(fields: Fields): z.ZodObject {
  const shape = Object.entries(fields).filter(([, each]) => each.default !== undefined);
  return z.strictObject(Object.fromEntries(shape.map(([name, each]) => [name, each.schema.meta({ description: described(each) })])));
}

type Row = Readonly<Record<string, unknown>>;

/** A row of defaults for each tier; what a tier does not say it takes from the one before it. */
export function rowsOf(byTier: Readonly<Record<string, { readonly [K in Tier]?: unknown } | undefined>>): Readonly<Record<Tier, Row>> {
  let row: Row = {};
  const rows = tiers.map((tier) => {
    const own = Object.entries(byTier).flatMap(([name, values]) => (values?.[tier] === undefined ? [] : [[name, values[tier]] as const]));
    row = { ...row, ...Object.fromEntries(own) };
    return [tier, row] as const;
  });
  return Object.fromEntries(rows) as Record<Tier, Row>;
}

/** The settings that never change or only grow while a claim lives. */
export function durableOf(fields: Fields): { readonly fixed: readonly string[]; readonly growing: readonly string[] } {
  const changing = (change: Change) => Object.entries(fields).flatMap(([name, each]) => (each.change === change ? [name] : []));
  return { fixed: changing('never'), growing: changing('grows') };
}

/** The settings of which one value gives data up. */
export function givingUpOf(fields: Fields): Readonly<Record<string, NonNullable<Field['givesUp']>>> {
  return Object.fromEntries(Object.entries(fields).flatMap(([name, { givesUp }]) => (givesUp === undefined ? [] : [[name, givesUp]])));
}

/** The settings that stay as a live claim runs with them when a default moves. */
export function staysOf(fields: Fields): readonly string[] {
  return Object.entries(fields).flatMap(([name, each]) => (each.default !== undefined && each.moves !== 'freely' ? [name] : []));
}

/** What of a declaration does not make sense, one sentence each. */
export function problemsOfFields(fields: Fields, backends: readonly string[]): readonly string[] {
  return Object.entries(fields).flatMap(([name, each]) => {
    const { schema, change, refusedOn = {}, lessDeletes = {}, givesUp, example, default: byTier } = each;
    const inner = schema instanceof z.ZodDefault ? schema.unwrap() : schema;
    const numeric =
      isNumeric(inner as z.ZodType) || (inner instanceof z.ZodEnum && inner.options.every((option) => /^[0-9]+$/.test(String(option))));
    const values = [...Object.values(byTier ?? {}), ...[example, givesUp?.value].filter((value) => value !== undefined)];
    return [
      ...(change === 'grows' && !numeric ? [`${name}.change: got "grows", want that of a number, or of a choice of whole numbers`] : []),
      ...Object.entries({ refusedOn, lessDeletes, givesUp: givesUp?.deletes ?? {} }).flatMap(([fact, byBackend]) =>
        Object.keys(byBackend)
          .filter((backend) => !backends.includes(backend))
          .map((backend) => `${name}.${fact}: got ${JSON.stringify(backend)}, want one of ${backends.join(', ')}`),
      ),
      ...(Object.keys(lessDeletes).length > 0 && orderOf(each) === undefined
        ? [`${name}.lessDeletes: got it of what is neither a number nor a choice, want it where there is less and more`]
        : []),
      ...values
        .filter((value) => !schema.safeParse(value).success)
        .map((value) => `${name}: got ${JSON.stringify(value)} as a default, an example or what gives data up, which its schema refuses`),
    ];
  });
}

/** What makes a value less than another: that it is a number, or its place among the choices; undefined where nothing does. */
export function orderOf({ schema }: Field): 'number' | readonly string[] | undefined {
  if (isNumeric(schema)) return 'number';
  return schema instanceof z.ZodEnum ? schema.options.map(String) : undefined;
}

/** Why a claim cannot say what it says on a backend, one sentence for each field. */
export function refusedOn(fields: Fields, said: Readonly<Record<string, unknown>>, backend: string): readonly string[] {
  return Object.entries(fields).flatMap(([name, each]) => {
    const instead = said[name] === undefined ? undefined : each.refusedOn?.[backend];
    return instead === undefined ? [] : [`spec.${name}: got ${shown(said[name])}, which backend ${backend} does not have: ${instead}`];
  });
}
