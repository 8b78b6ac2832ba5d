import type * as z from 'zod';
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
  /** Name of the platform that serves it, which what is made for it says in turn. */
  readonly platform: string;
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
  readonly sources: Readonly<Record<string, Source>>;
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

/** A rule that the apiserver checks on the whole claim (`self.spec`, `self.metadata.name`). */
interface ValidationRule {
  readonly rule: string;
  readonly message: string;
}

/** What a policy asks of one field of the claim itself, where the claim has it; both the guard and the apiserver refuse it. */
export type ClaimPolicy = { readonly policy: string; readonly field: string } & (
  | { readonly equals: boolean | string }
  | { readonly atLeast: number }
);

interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'number';
  readonly path: `.spec.${string}` | `.status.${string}`;
  /** 1 shows it with `-o wide` only. */
  readonly priority?: 1;
}

/** An API with its types erased: what the registry, the steps and the generators work with. */
export interface Api {
  readonly kind: string;
  readonly plural: string;
  /** What kubectl takes besides the plural and the kind in lower case. */
  readonly shortName?: string;
  /** What names made for a claim end with: `orders` becomes `orders-database`. */
  readonly suffix: string;
  readonly doc: string;
  readonly spec: z.ZodObject;
  /** Rules on the whole spec, checked by the apiserver. */
  readonly specRules: readonly ValidationRule[];
  /** What the API's status has besides what every status has. */
  readonly status: z.ZodObject;
  /** The type of a row of defaults: every spec key that differs by tier, and the platform's own keys, `backend` among them. */
  readonly profile: z.ZodObject;
  readonly profiles: Readonly<Record<Tier, Readonly<Record<string, unknown>>>>;
  readonly backends: Readonly<Record<string, AnyBackend<never>>>;
  /** The keys of its binding, the same whatever the backend. */
  readonly binding: z.ZodObject;
  /** Keys of composed resources that hold no data and that expand itself may let go; a trailing `*` stands for any ending. */
  readonly releasable: readonly string[];
  /** Its backends look at the other claims of the namespace. */
  readonly seesClaims?: true;
  /** Settings, as the status records them, that never change or only grow while the claim lives. */
  readonly durable: { readonly fixed: readonly string[]; readonly growing: readonly string[] };
  readonly claimPolicies: readonly ClaimPolicy[];
  /** The values of `spec.size`, where it has that: a refusal over budget proposes those that fit. */
  readonly sizes?: readonly string[];
  /** What `kubectl get` shows of it, besides what it shows of every claim. */
  readonly columns: readonly Column[];
  readonly example: { readonly name: string; readonly spec: Readonly<Record<string, unknown>> };
}

/** A profile key that names a spec field is that field's default, so the two must agree in type. */
type ProfileFor<Spec, Profile> = {
  readonly [K in keyof Profile]: K extends keyof Spec ? NonNullable<Spec[K]> & Profile[K] : Profile[K];
};

/** The values in force: the profile's keys, and the spec's keys that no profile has. */
type Settings<Spec, Profile> = Readonly<Profile & Omit<Spec, keyof Profile>>;

/** What `schema.ts` of an API exports. */
interface Schema<S extends z.ZodObject, P extends z.ZodObject> extends Pick<Api, 'suffix' | 'specRules' | 'status' | 'binding' | 'sizes'> {
  readonly spec: S;
  readonly profile: P;
}

interface ApiDefinition<S extends z.ZodObject, P extends z.ZodObject>
  extends Omit<Api, keyof Schema<S, P> | 'profiles' | 'backends' | 'example'> {
  readonly schema: Schema<S, P>;
  readonly profiles: Readonly<Record<Tier, ProfileFor<z.output<S>, z.output<P>>>>;
  readonly backends: Readonly<
    Record<z.output<P> extends { backend: infer B extends string } ? B : never, AnyBackend<Settings<z.output<S>, z.output<P>>>>
  >;
  readonly example: { readonly name: string; readonly spec: z.input<S> };
}

/** Checks an API's parts against each other at compile time and erases their types. */
export function defineApi<S extends z.ZodObject, P extends z.ZodObject>({ schema, ...rest }: ApiDefinition<S, P>): Api {
  const { suffix, sizes, spec, specRules, status, profile, binding } = schema;
  return { ...rest, suffix, sizes, spec, specRules, status, profile, binding } as unknown as Api;
}
