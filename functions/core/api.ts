import { ZodEnum, type z } from 'zod';
import type { Card } from './card.ts';
import type { Needs } from './facts.ts';
import {
  durableOf,
  type Fields,
  problemsOfFields,
  profileOf,
  rowsOf,
  rulesOf,
  type SaidByClaims,
  type SaidOf,
  type SettingsOf,
  type SpecOf,
  specOf,
  type ValidationRule,
} from './field.ts';
import type { KubernetesObject } from './kubernetes.ts';
import type { Proof } from './proofs.ts';
import type { Offer, RequiredOf, Requires } from './requirement.ts';
import type { ObservedResource, Refusal } from './step.ts';
import type { Stop, Stops } from './stop.ts';
import type { Tier } from './tier.ts';

/** One composed resource, keyed in `Expansion.resources` by its composition-resource-name, which never changes. */
export interface Composed {
  readonly object: KubernetesObject;
  /** It is left from before and ends by itself, so that the claim does not wait for it. */
  readonly leaving?: true;
  /** A change that the claim asks for follows once it has succeeded, which a plan takes it to do. */
  readonly gates?: true;
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
  /** In how many seconds something becomes of it by itself, or of what others ask of it. */
  readonly secondsUntil?: number | undefined;
  /** Whether it did as it was told to by `stop`; or why it runs on all the same, in half a sentence. */
  readonly stopped?: true | { readonly runsOn: string };
  /** What the developer should know besides what the claim waits for, one sentence each. */
  readonly remarks?: readonly string[];
  /** What it can be brought back from, where the claim asks for that to be said. */
  readonly proofs?: readonly Proof[];
  /** Set where going on would lose something; nothing is applied then. */
  readonly refusal?: Refusal;
}

/** A claim as a cluster-scoped API has it. */
export interface ClusterClaim {
  /** Name of the platform that serves it, which what is made for it says in turn. */
  readonly platform: string;
  readonly kind: string;
  readonly name: string;
  /** RFC 3339; undefined before the claim is created, as in a plan. */
  readonly creationTimestamp: string | undefined;
  /** The name of the binding that the claim was once seen to have. */
  readonly issuedBinding: string | undefined;
  /** What its author asked for another login with; undefined where nobody did. */
  readonly rotate: string | undefined;
  /** What its author wants at once that would wait otherwise. */
  readonly applyNow: string | undefined;
}

/** A claim in a namespace. */
export interface Claim extends ClusterClaim {
  readonly namespace: string;
}

/**
 * Where a value in force came from. `running` is what a live claim runs with, where the default is another by now; `rollout` what the
 * environment moves live claims to; `API` a default that is the same everywhere.
 */
export type Source = 'tier' | 'environment' | 'running' | 'rollout' | 'claim' | 'API';

/** What a backend is given of a claim that lives in no environment: everything that it may look at. */
export interface PlacelessContext<Settings, Required = unknown, C extends ClusterClaim = ClusterClaim> {
  readonly claim: C;
  readonly settings: Settings;
  /** Where each setting came from. */
  readonly sources: { readonly [Name in keyof Settings]?: Source };
  readonly observed: Readonly<Record<string, ObservedResource>>;
  /** What the API `requires`, by name. That something is not there is no reason to compose less than before. */
  readonly required: Required;
  readonly issueSecret: () => string;
  /** When it is, as RFC 3339; undefined where the time is not looked at, as in a plan. */
  readonly now: string | undefined;
  /** Why what it runs is to be stopped; undefined where it is to run, or where the backend cannot. */
  readonly stop?: Stop | undefined;
}

/** The same of one that lives in an environment. */
export interface Context<Settings, Facts, Required = unknown> extends PlacelessContext<Settings, Required, Claim> {
  readonly environment: string;
  readonly tier: Tier;
  /** Who answers for what is made. */
  readonly owner: string;
  /** What the environment wants on every cloud resource. */
  readonly tags: Readonly<Record<string, string>>;
  readonly facts: Facts;
}

interface AnyBackend<GivenContext, Key extends string = string> {
  /** The facts of the environment without which it cannot work. */
  readonly needs?: Needs;
  /** The kind of each resource that it may compose, by its key; a trailing `*` stands for any ending. */
  readonly composes: { readonly [K in Key]?: Card };
  /**
   * The key of the resource that the claim is about, such as the server with its data: while it is there the claim is live, and with
   * it is recorded what the claim runs with. Left out where nothing has a default by tier, and by a backend that composes nothing.
   */
  readonly anchor?: Key;
  /** The claim's field that sets a field of a kind, such as `Instance.allocatedStorage`: what the cloud says of that is said of this. */
  readonly explains?: Readonly<Record<string, string>>;
  /** Said where claims can say `running`. */
  readonly stops?: Stops;
  /** Settings with which the cloud makes at once what would wait for a maintenance window. */
  readonly hastens?: Readonly<Record<string, unknown>>;
  /** By field of the claim, what the cloud calls its values, where that is something else. */
  readonly calls?: { readonly [field: string]: Readonly<Record<string, string>> | undefined };
  readonly expand: (context: GivenContext) => Expansion;
}

/** One way to realise an API. */
export interface Backend<Settings, Facts, Required = unknown, Key extends string = string>
  extends AnyBackend<Context<Settings, Facts, Required>, Key> {
  readonly needs: Needs<Facts>;
  readonly explains?: Readonly<Record<string, keyof Settings & string>>;
  readonly hastens?: Partial<Settings>;
  readonly calls?: { readonly [Name in keyof Settings & string]?: Readonly<Record<string, string>> };
}

/** The one way to realise an API whose claims live in no environment. */
export type PlacelessBackend<Settings, Required = unknown, C extends ClusterClaim = ClusterClaim, Key extends string = string> = Omit<
  AnyBackend<PlacelessContext<Settings, Required, C>, Key>,
  'needs'
>;

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
  /** The keys of its binding, the same whatever the backend; an API without connection details has none. */
  readonly binding?: z.ZodObject;
}

interface Described {
  readonly kind: string;
  readonly plural: string;
  /** What kubectl takes besides the plural and the kind in lower case. */
  readonly shortName?: string;
  readonly doc: string;
  /** What its page says besides its schema. */
  readonly tables?: readonly Table[];
}

interface Table {
  readonly title: string;
  readonly text: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A backend with its types erased. */
type ErasedBackend = Omit<AnyBackend<never>, 'composes'> & { readonly composes: Readonly<Record<string, Card>> };

/** An API with its types erased: what the registry, the steps and the generators work with. */
export interface Api extends Described, Omit<Schema<Fields, z.ZodObject>, 'rules'> {
  readonly spec: z.ZodObject;
  /** Rules on the whole spec, checked by the apiserver. */
  readonly specRules: readonly ValidationRule[];
  /** The type of a row of defaults: every field that differs by tier. */
  readonly profile: z.ZodObject;
  readonly profiles: Readonly<Record<Tier, Readonly<Record<string, unknown>>>>;
  readonly backends: Readonly<Record<string, ErasedBackend>>;
  /** Keys of `composes` of its backends that hold no data, and that expand itself may let go. */
  readonly releasable: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
  /**
   * Where its claims live. Those of place `environment` are what the environment of their namespace makes of them; those of place
   * `none` are the same everywhere, and only policies that hold in every tier hold for them.
   */
  readonly place: 'environment' | 'none';
  /** What its backends have to see of the cluster besides what its claims composed, by name. */
  readonly requires: Requires<never>;
  /** What its claims give to claims of other APIs. */
  readonly offers: readonly Offer[];
  /** Fields of its spec that list the service accounts of its namespace that may use what it makes, where not everybody with the binding may. */
  readonly access: readonly string[];
  /** The namespaces whose claims are given the binding of one of its claims beside those of its own, as its spec says it. */
  lentTo(spec: never): readonly string[];
  /** The ClusterRoles that its RoleBindings give, after the platform's name and a colon: Crossplane may bind these and no others. */
  readonly binds: readonly string[];
  /** A list in the status of what has to be taken out of the spec before a claim can be deleted, since deleting it would take all of that along. */
  readonly emptiedFirst?: string;
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

type Backends<F extends Fields, R, Key extends string> =
  | {
      readonly scope?: 'Namespaced';
      readonly place?: 'environment';
      readonly backends: Readonly<Record<BackendNames<F>, AnyBackend<Context<SettingsOf<F>, never, RequiredOf<R>>, Key>>>;
    }
  | {
      readonly scope?: 'Namespaced';
      readonly place: 'none';
      readonly backends: Readonly<Record<string, PlacelessBackend<SettingsOf<F>, RequiredOf<R>, Claim, Key>>>;
    }
  | {
      readonly scope: 'Cluster';
      readonly place: 'none';
      readonly backends: Readonly<Record<string, PlacelessBackend<SettingsOf<F>, RequiredOf<R>, ClusterClaim, Key>>>;
    };

type ApiDefinition<F extends Fields, Status extends z.ZodObject, R, Key extends string> = Described &
  Backends<F, R, Key> & {
    readonly releasable: readonly NoInfer<Key>[];
    readonly schema: Schema<F, Status>;
    readonly claimPolicies: readonly ClaimPolicy<SaidByClaims<F>>[];
    readonly columns: readonly Column<ColumnPath<F, Status>>[];
    readonly example: { readonly name: string; readonly spec: SpecOf<F> };
    readonly requires?: R & Requires<SaidOf<F>>;
    readonly offers?: readonly Offer[];
    readonly access?: readonly SaidByClaims<F>[];
    lentTo?(spec: SaidOf<F>): readonly string[];
    readonly binds?: readonly string[];
    readonly emptiedFirst?: keyof z.output<Status> & string;
  };

/** Checks an API's parts against each other at compile time, erases their types, and derives what its fields come to. */
export function defineApi<
  F extends Fields,
  Status extends z.ZodObject,
  Key extends string,
  const R extends Requires<SaidOf<F>> = Record<never, never>,
>({ schema, ...rest }: ApiDefinition<F, Status, R, Key>): Api {
  const { suffix, fields, rules = [], status, binding } = schema;
  const {
    backends,
    scope = 'Namespaced',
    place = 'environment',
    requires = {},
    offers = [],
    access = [],
    lentTo = () => [],
    binds = [],
  } = rest;
  const silent = Object.entries(backends).filter(([, { stops }]) => stops === undefined && fields['running'] !== undefined);
  const problems = [
    ...problemsOfFields(fields, Object.keys(backends)),
    ...silent.map(([backend]) => `backends.${backend}.stops: missing, want it, since claims can say running`),
  ];
  if (problems.length > 0) throw new Error(`cannot define ${rest.kind}: ${problems.join('; ')}`);
  const size = fields['size']?.schema;
  return {
    ...rest,
    suffix,
    fields,
    status,
    ...(binding !== undefined && { binding }),
    backends: backends as Api['backends'],
    scope,
    place,
    requires,
    offers,
    access,
    lentTo,
    binds,
    spec: specOf(fields),
    specRules: [...rules, ...rulesOf(fields)],
    profile: profileOf(fields),
    profiles: rowsOf(Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, each.default]))),
    durable: durableOf(fields),
    ...(size instanceof ZodEnum && { sizes: size.options.map(String) }),
  };
}
