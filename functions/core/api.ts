import { ZodEnum, type z } from 'zod';
import {
  durableOf,
  type Fields,
  problemsOfFields,
  profileOf,
  rowsOf,
  rulesOf,
  type SaidByClaims,
  type SettingsOf,
  type SpecOf,
  specOf,
  type ValidationRule,
} from './field.ts';
import type { ComposedKind, KubernetesObject } from './kubernetes.ts';
import type { Readiness } from './readiness.ts';
import type { ObservedResource, Refusal } from './step.ts';
import type { Tier } from './tier.ts';

/** One composed resource, keyed in `Expansion.resources` by its composition-resource-name, which never changes. */
export interface Composed {
  readonly object: KubernetesObject;
  readonly readiness: Readiness;
}

/** A resource that is planned, but that needs something which does not exist yet. */
export interface Pending {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** What it waits for, for the developer. */
  readonly waitsFor: string;
}

export interface Expansion {
  readonly resources: Readonly<Record<string, Composed>>;
  readonly pending: Readonly<Record<string, Pending>>;
  readonly status: Readonly<Record<string, unknown>>;
  /** Settings that differ from the settled ones, since what runs already cannot follow them. */
  readonly inForce?: Readonly<Record<string, unknown>>;
  /** Something besides readiness is awaited, so that Crossplane should look again soon. */
  readonly awaiting?: boolean;
  /** Set where going on would lose something; nothing is applied then. */
  readonly refusal?: Refusal;
}

export interface Claim {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** RFC 3339; undefined before the claim is created, as in a plan. */
  readonly creationTimestamp: string | undefined;
  /** The name of the binding that the claim was once seen to have. */
  readonly issuedBinding: string | undefined;
}

/** Where a value in force came from. `API` is a default that is the same everywhere. */
export type Source = 'tier' | 'environment' | 'claim' | 'API';

/** What a backend is given: everything that it may look at. */
export interface Context<Settings, Needs> {
  readonly claim: Claim;
  readonly environment: string;
  readonly tier: Tier;
  /** Who answers for what is made. */
  readonly owner: string;
  readonly settings: Settings;
  /** Where each setting came from. */
  readonly sources: { readonly [Name in keyof Settings]?: Source };
  readonly facts: Needs;
  readonly observed: Readonly<Record<string, ObservedResource>>;
  /** The claims of the namespace, of any API; empty unless the API `seesClaims`. */
  readonly claims: readonly KubernetesObject[];
  readonly issueSecret: () => string;
}

/** One way to realise an API. */
export interface Backend<Settings, Needs> {
  /** The facts of the environment without which it cannot work. */
  readonly needs: z.ZodType<Needs>;
  /** Every kind that it may compose. */
  readonly composes: readonly ComposedKind[];
  expand(context: Context<Settings, Needs>): Expansion;
}

/** A backend whose needs are between it and the environment. */
type AnyBackend<Settings> = Omit<Backend<Settings, never>, 'needs'> & { readonly needs: z.ZodType };

/** What a policy asks of one field of the claim itself, where the claim has it; both the guard and the apiserver refuse it. */
export type ClaimPolicy<Name extends string = string> = { readonly policy: string; readonly field: Name } & (
  | { readonly equals: boolean | string }
  | { readonly atLeast: number }
);

interface Column<Path extends string = string> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'number';
  readonly path: Path;
  /** 1 shows it with `-o wide` only. */
  readonly priority?: 1;
}

/** What `schema.ts` of an API exports. */
interface Schema<F extends Fields, Status extends z.ZodObject> {
  /** What names made for a claim end with: `orders` becomes `orders-database`. */
  readonly suffix: string;
  /** Everything that a claim, an environment and the platform can say. */
  readonly fields: F;
  /** Rules on the whole spec, besides those that follow from the fields, checked by the apiserver. */
  readonly rules?: readonly ValidationRule[];
  /** What the API's status has besides what every status has. */
  readonly status: Status;
  /** The keys of its binding, the same whatever the backend. */
  readonly binding: z.ZodObject;
}

interface Described {
  readonly kind: string;
  readonly plural: string;
  /** What kubectl takes besides the plural and the kind in lower case. */
  readonly shortName?: string;
  readonly doc: string;
  /** Keys of composed resources that hold no data and that expand itself may let go; a trailing `*` stands for any ending. */
  readonly releasable: readonly string[];
  /** Its backends look at the other claims of the namespace. */
  readonly seesClaims?: true;
}

/** An API with its types erased: what the registry, the steps and the generators work with. */
export interface Api extends Described, Omit<Schema<Fields, z.ZodObject>, 'rules'> {
  readonly spec: z.ZodObject;
  /** Rules on the whole spec, checked by the apiserver. */
  readonly specRules: readonly ValidationRule[];
  /** The type of a row of defaults: every field that differs by tier. */
  readonly profile: z.ZodObject;
  readonly profiles: Readonly<Record<Tier, Readonly<Record<string, unknown>>>>;
  readonly backends: Readonly<Record<string, AnyBackend<never>>>;
  /** Settings, as the status records them, that never change or only grow while the claim lives. */
  readonly durable: { readonly fixed: readonly string[]; readonly growing: readonly string[] };
  readonly claimPolicies: readonly ClaimPolicy[];
  /** The values of `spec.size`, where it has that: a refusal over budget proposes those that fit. */
  readonly sizes?: readonly string[];
  /** What `kubectl get` shows of it, besides what it shows of every claim. */
  readonly columns: readonly Column[];
  readonly example: { readonly name: string; readonly spec: Readonly<Record<string, unknown>> };
}

type ColumnPath<F extends Fields, Status extends z.ZodObject> =
  | `.spec.${SaidByClaims<F>}`
  | `.status.settings.${SaidByClaims<F>}`
  | `.status.${keyof z.output<Status> & string}`;

/** The backends that the field `backend` chooses from. */
type BackendNames<F extends Fields> = F extends { readonly backend: { readonly schema: infer S extends z.ZodType<string> } }
  ? z.output<S>
  : never;

interface ApiDefinition<F extends Fields, Status extends z.ZodObject> extends Described {
  readonly schema: Schema<F, Status>;
  readonly backends: Readonly<Record<BackendNames<F>, AnyBackend<SettingsOf<F>>>>;
  readonly claimPolicies: readonly ClaimPolicy<SaidByClaims<F>>[];
  readonly columns: readonly Column<ColumnPath<F, Status>>[];
  readonly example: { readonly name: string; readonly spec: SpecOf<F> };
}

/** Checks an API's parts against each other at compile time, erases their types, and derives what its fields come to. */
export function defineApi<F extends Fields, Status extends z.ZodObject>({ schema, ...rest }: ApiDefinition<F, Status>): Api {
  const { suffix, fields, rules = [], status, binding } = schema;
  const backends: Readonly<Record<string, AnyBackend<never>>> = rest.backends;
  const problems = problemsOfFields(fields, Object.keys(backends));
  if (problems.length > 0) throw new Error(`cannot define ${rest.kind}: ${problems.join('; ')}`);
  const size = fields['size']?.schema;
  return {
    ...rest,
    suffix,
    fields,
    status,
    binding,
    backends,
    spec: specOf(fields),
    specRules: [...rules, ...rulesOf(fields)],
    profile: profileOf(fields),
    profiles: rowsOf(Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, each.default]))),
    durable: durableOf(fields),
    ...(size instanceof ZodEnum && { sizes: size.options.map(String) }),
  };
}
