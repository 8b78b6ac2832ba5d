import type { Card } from './card.ts';
import type { KubernetesObject } from './kubernetes.ts';

/** One object by its name, or all that have the labels. */
type Selector = { readonly name: string } | { readonly labels: Readonly<Record<string, string>> };

/** Objects of the cluster that a step has to see, as Crossplane is asked for them; without a namespace, of all or of none. */
export type Requirement = { readonly apiVersion: string; readonly kind: string; readonly namespace?: string } & Selector;

/** What of a claim says which objects it requires. */
export interface Requiring<Spec> {
  readonly name: string;
  readonly spec: Spec;
  /** As it was recorded, for what the spec does not say any more. */
  readonly status: unknown;
}

type Selection = Selector & { readonly namespace?: string };

/** Objects that a claim requires. They are of its own namespace, whatever it says; one that has none can name another. */
export interface RequiredObjects<Spec> {
  readonly apiVersion: string;
  readonly kind: string;
  /** As RBAC has it, since Crossplane has to be let read the kind. */
  readonly plural: string;
  /** Undefined where this claim requires none. A function of the claim alone, so that every call asks for the same. */
  select(claim: Requiring<Spec>): Selection | readonly Selection[] | undefined;
}

/** The claims of every API of the platform in some namespaces: of its own alone, where the claim has one. */
export interface RequiredClaims<Spec> {
  namespaces(claim: Requiring<Spec>): readonly string[];
}

/** A claim that another names. */
export interface ClaimReference {
  readonly kind: string;
  readonly name: string;
  /** Where it is; left out, in the namespace of whoever names it. */
  readonly namespace?: string;
}

/**
 * The bindings of claims: of those that it names, and of no others. Of another namespace it is given those whose own spec lends them to
 * the claim's.
 */
interface RequiredBindings<Spec> {
  bindings(claim: Requiring<Spec>): readonly ClaimReference[];
}

/** The binding of a claim, as far as it is there. */
export interface FoundBinding {
  readonly of: ClaimReference;
  /** The name of its Secret. */
  readonly secret: string;
  /** The keys that there are, whatever its backend. */
  readonly keys: readonly string[];
  /** Whether there is such a claim; one of another namespace that lends its binding to nobody there is as if there were none. */
  readonly claimed: boolean;
  /** Who may use what it makes, by the fields of its spec that say so; none where whoever has the binding may. */
  readonly access: readonly { readonly field: string; readonly serviceAccounts: readonly string[] }[];
  /** What the claim says where it does not serve as it was asked not to. */
  readonly resting: string | undefined;
  /** What it says where it serves, and soon will not. */
  readonly ending: string | undefined;
  /** The Secret, once it is proven to be the one that the claim composed. */
  readonly object: KubernetesObject | undefined;
}

/** The bindings of claims that were named. */
export interface FoundBindings {
  /** The kinds of claims that have bindings. */
  readonly kinds: readonly string[];
  /** One for each that was named, in that order; undefined for a kind that has none. */
  readonly found: readonly (FoundBinding | undefined)[];
}

/** The claims of one API, and the namespaces that were looked into. */
export interface ClaimsOfApi {
  readonly kind: string;
  readonly plural: string;
  readonly namespaces: readonly string[];
  readonly claims: readonly KubernetesObject[];
}

/** Something that claims of some APIs give to claims of others, neither of which know each other. */
export interface Capability<Terms> {
  /** What it is, for a message: `a role in AWS`. */
  readonly what: string;
  /**
   * On which terms an API offers it: what those who require it have to know of that API. `shows` are those of the objects that its claims
   * compose, by their keys, which they are shown besides.
   */
  offer(terms: Terms, shows?: Offer['shows']): Offer;
}

/** What an API offers. */
export interface Offer {
  readonly capability: Capability<never>;
  readonly terms: unknown;
  readonly shows: Readonly<Record<string, Card>>;
}

export function capability<Terms>(what: string): Capability<Terms> {
  const self: Capability<Terms> = { what, offer: (terms, shows = {}) => ({ capability: self, terms, shows }) };
  return self;
}

/** An API that offers something, and its claims. */
export interface Offering<Terms> {
  readonly kind: string;
  readonly terms: Terms;
  readonly claims: readonly OfferingClaim[];
}

export interface OfferingClaim extends KubernetesObject {
  /** What it composed of what its API shows, by key: nothing that it does not control, nothing of another name, and nothing that is going. */
  readonly composed: Readonly<Record<string, KubernetesObject>>;
}

/** The claims that offer something. */
export interface RequiredOffers<Terms> {
  readonly offering: Capability<Terms>;
  /** How many APIs of a platform have to offer it. */
  readonly least: 0 | 1;
}

/** Every claim of the namespace whose API offers the capability, whatever API that is. */
export const claimsOffering = <Terms>(offering: Capability<Terms>, least: 0 | 1 = 1): RequiredOffers<Terms> => ({ offering, least });

/** What an API requires, each under a name of its own. */
export type Requires<Spec> = Readonly<
  Record<string, RequiredObjects<Spec> | RequiredClaims<Spec> | RequiredBindings<Spec> | RequiredOffers<never>>
>;

/** What a backend is given of what its API requires: nothing is left out of it that there is, and an empty list is what there is. */
export type RequiredOf<R> = {
  readonly [Name in keyof R]: R[Name] extends RequiredOffers<infer Terms>
    ? readonly Offering<Terms>[]
    : R[Name] extends RequiredClaims<never>
      ? readonly ClaimsOfApi[]
      : R[Name] extends RequiredBindings<never>
        ? FoundBindings
        : readonly KubernetesObject[];
};
