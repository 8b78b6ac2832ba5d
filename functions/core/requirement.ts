import type { KubernetesObject } from './kubernetes.ts';

/** One object by its name, or all that have the labels. */
type Selector = { readonly name: string } | { readonly labels: Readonly<Record<string, string>> };

/** Objects of the cluster that a step has to see, as Crossplane is asked for them; without a namespace, of all or of none. */
export type Requirement = { readonly apiVersion: string; readonly kind: string; readonly namespace?: string } & Selector;

/** Objects that a claim requires. They are of its own namespace, whatever it says; one that has none can name another. */
export interface RequiredObjects<Spec> {
  readonly apiVersion: string;
  readonly kind: string;
  /** As RBAC has it, since Crossplane has to be let read the kind. */
  readonly plural: string;
  /** Undefined where this claim requires none. A function of the claim alone, so that every call asks for the same. */
  select(claim: { readonly name: string; readonly spec: Spec }): (Selector & { readonly namespace?: string }) | undefined;
}

/** Something that claims of some APIs give to claims of others, neither of which know each other. */
export interface Capability<Terms> {
  /** What it is, for a message: `a role in AWS`. */
  readonly what: string;
  /** On which terms an API offers it: what those who require it have to know of that API. */
  offer(terms: Terms): Offer;
}

/** What an API offers. */
export interface Offer {
  readonly capability: Capability<never>;
  readonly terms: unknown;
}

export function capability<Terms>(what: string): Capability<Terms> {
  const self: Capability<Terms> = { what, offer: (terms) => ({ capability: self, terms }) };
  return self;
}

/** An API that offers something, and its claims. */
export interface Offering<Terms> {
  readonly kind: string;
  readonly terms: Terms;
  readonly claims: readonly KubernetesObject[];
}

/** The claims that offer something. */
export interface RequiredOffers<Terms> {
  readonly offering: Capability<Terms>;
}

/** Every claim of the namespace whose API offers the capability, whatever API that is. */
export const claimsOffering = <Terms>(offering: Capability<Terms>): RequiredOffers<Terms> => ({ offering });

/** What an API requires, each under a name of its own. */
export type Requires<Spec> = Readonly<Record<string, RequiredObjects<Spec> | RequiredOffers<never>>>;

/** What a backend is given of what its API requires: nothing is left out of it that there is, and an empty list is what there is. */
export type RequiredOf<R> = {
  readonly [Name in keyof R]: R[Name] extends RequiredOffers<infer Terms> ? readonly Offering<Terms>[] : readonly KubernetesObject[];
};
