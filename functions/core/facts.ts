import * as z from 'zod';
import { stringAt } from './kubernetes.ts';
import { shown } from './problem.ts';

/** Objects of a kind, and what has to be installed for it. */
interface Referent {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly package: string;
}

/** What the platform makes of a fact, whoever it is of. */
type Meaning =
  /** The region that everything is made in, by which prices differ. */
  | { readonly is: 'region' }
  /** Where an image is pulled from, which is `otherwise` in an environment that says nothing. */
  | { readonly is: 'repository'; readonly otherwise: string }
  /** The name of an object in the cluster. */
  | { readonly is: 'name'; readonly of: Referent }
  /** That kinds are served there, whatever it says besides. */
  | { readonly is: 'served'; readonly of: readonly Referent[] }
  /** Labels that objects are found by: those that each of these selectors in the spec of some object wants. */
  | { readonly is: 'selected'; readonly by: Referent; readonly selectors: readonly string[] }
  /** Something that no backend fails without; `without` is what is less safe then, in half a sentence. */
  | { readonly is: 'advised'; readonly without: string };

/** By field, dotted where it lies deeper: `postgres.providerConfig`. */
type Meanings = Readonly<Record<string, Meaning>>;

/** A part of an environment's `data`. */
export interface Section<Name extends string = string, Always extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: Name;
  readonly text: string;
  /** What an environment that has the section says in any case. */
  readonly always: Always;
  readonly means: Meanings;
  /** In place of fields: the one fact that it is. */
  readonly alone?: z.ZodType;
}

/** A section that facts can be of. Who adds facts to it has to be given this very value. */
export function section<const Name extends string, Always extends z.ZodRawShape = Record<never, never>>(
  name: Name,
  text: string,
  always?: Always,
  means: Meanings = {},
): Section<Name, Always> {
  return { name, text, always: always ?? ({} as Always), means };
}

/** Facts of an environment that are needed together. */
export interface Facts<T = unknown> {
  readonly section: Section;
  readonly fields: Readonly<Record<string, z.ZodType>>;
  readonly means: Meanings;
  /** What an environment has to say so that they are known; a field that may be missing is optional here. */
  readonly schema: z.ZodType<T>;
}

interface FactOptions<T> {
  readonly means?: Meanings;
  /** What has to hold of all of the section's fields that are needed. */
  readonly check?: { readonly field: keyof T & string; readonly want: string; holds(facts: T): boolean };
}

/** Facts of a section, beside those that it always has. */
export function facts<const Name extends string, Always extends z.ZodRawShape, Shape extends z.ZodRawShape>(
  of: Section<Name, Always>,
  fields: Shape,
  { means = {}, check }: FactOptions<z.output<z.ZodObject<Always & Shape>>> = {},
): Facts<{ readonly [K in Name]: z.output<z.ZodObject<Always & Shape>> }> {
  const bare = z.object({ ...of.always, ...fields }) as unknown as z.ZodObject<Always & Shape>;
  const whole = check === undefined ? bare : bare.refine(check.holds, { path: [check.field], error: check.want });
  // A section that requires no field may be left out.
  const schema = z.object({ [of.name]: bare.safeParse({}).success ? whole.prefault({} as never) : whole });
  return { section: of, fields: fields as unknown as Facts['fields'], means, schema: schema as never };
}

/** A fact that stands by itself in `data`, in no section. */
export function fact<const Name extends string, T>(name: Name, schema: z.ZodType<T>): Facts<{ readonly [K in Name]: T }> {
  const whole = z.object({ [name]: schema });
  return { section: { ...section(name, schema.description ?? ''), alone: schema }, fields: {}, means: {}, schema: whole as never };
}

type Joined<T> = (T extends unknown ? (each: T) => void : never) extends (all: infer All) => void ? All : never;

/** The facts without which a backend cannot work. */
export interface Needs<T = unknown> {
  readonly facts: readonly Facts[];
  readonly schema: z.ZodType<T>;
}

/** What a backend with these needs is told. */
export type FactsOf<N extends Needs> = z.output<N['schema']>;

/** All of these facts. */
export function needsOf<const F extends readonly Facts[]>(...needed: F): Needs<Joined<z.output<F[number]['schema']>>> {
  const schema = needed.reduce<z.ZodType>((all, each) => z.intersection(all, each.schema), z.object({}));
  return { facts: needed, schema: schema as never };
}

/** A fact that the platform makes something of; `path` is where it lies in `data`. */
interface MeaningAt {
  readonly path: string;
  readonly meaning: Meaning;
}

function meaningsOf(section: Section, means: Meanings): readonly MeaningAt[] {
  return Object.entries(means).map(([field, meaning]) => ({ path: `${section.name}.${field}`, meaning }));
}

/** What the platform makes of facts: each with the path at which it lies in `data`. */
export function meaningsIn(all: readonly Facts[]): readonly MeaningAt[] {
  const sections = new Set(all.map(({ section }) => section));
  return [
    ...[...sections].flatMap((each) => meaningsOf(each, each.means)),
    ...all.flatMap(({ section, means }) => meaningsOf(section, means)),
  ];
}

/** What an environment says of the fact at a path. */
export function factAt(data: unknown, path: string): string | undefined {
  return stringAt(data, ...path.split('.'));
}

/** A field as an environment may say it: a default is for who needs the fact. */
function said(schema: z.ZodType): z.ZodType {
  const optional = (schema instanceof z.ZodDefault ? (schema.unwrap() as z.ZodType) : schema).optional();
  return schema.description === undefined ? optional : optional.describe(schema.description);
}

/** The schema of each section that there are facts of, in the order of their names. */
export function sectionsOf(all: readonly Facts[]): Readonly<Record<string, z.ZodType>> {
  const bySection = [...Map.groupBy(all, ({ section }) => section)].sort(([a], [b]) => (a.name < b.name ? -1 : 1));
  return Object.fromEntries(
    bySection.map(([{ name, text, always, alone }, some]) => {
      if (alone !== undefined) return [name, said(alone)];
      const fields = Object.entries(Object.assign({}, ...some.map((each) => each.fields)) as Record<string, z.ZodType>);
      const optional = Object.fromEntries(fields.map(([field, schema]) => [field, said(schema)]));
      return [
        name,
        z
          .strictObject({ ...always, ...optional })
          .optional()
          .describe(text),
      ];
    }),
  );
}

/** Facts, and who declares them, such as `AppDatabase on rds`. */
export interface Declared {
  readonly by: string;
  readonly facts: Facts;
}

/** Who says the same thing twice, each in words of its own, so that neither could be right for both. */
function twofold(what: string, claims: readonly (readonly [path: string, thing: unknown, by: string])[], want: string): readonly string[] {
  return [...Map.groupBy(claims, ([path]) => path)].flatMap(([path, of]) => {
    const things = [...Map.groupBy(of, ([, thing]) => thing).values()].flatMap(([first]) => first?.[2] ?? []);
    return things.length < 2 ? [] : [`facts: ${what}${path}: got one of ${things.join(' and another of ')}, ${want}`];
  });
}

/** What facts of different backends say that cannot all hold; `taken` are names that no section can have. */
export function clashesOfFacts(declared: readonly Declared[], taken: readonly string[]): readonly string[] {
  const regions = new Set(
    meaningsIn(declared.map((each) => each.facts)).flatMap(({ path, meaning }) => (meaning.is === 'region' ? [path] : [])),
  );
  return [
    ...declared
      .filter(({ facts: { section } }) => taken.includes(section.name))
      .map(
        ({ by, facts: { section } }) =>
          `facts: data.${section.name}: got a section of ${by}, want another name, since the platform has that one`,
      ),
    ...twofold(
      'section data.',
      declared.map(({ by, facts: { section } }) => [section.name, section, by]),
      'want one section() for both',
    ),
    ...twofold(
      'data.',
      declared.flatMap(({ by, facts: each }) => [
        ...Object.keys(each.section.always).map((field) => [`${each.section.name}.${field}`, each.section, by] as const),
        ...Object.keys(each.fields).map((field) => [`${each.section.name}.${field}`, each, by] as const),
      ]),
      'want one facts() for both',
    ),
    ...(regions.size < 2 ? [] : [`facts: region: got ${[...regions].map((path) => shown(`data.${path}`)).join(' and ')}, want one`]),
  ];
}
