import { capability } from './requirement.ts';

/** A namespace that a tenant has, and the environment that it is for. */
export interface HeldNamespace {
  readonly name: string;
  readonly environment: string;
}

/** What a tenant has, as the platform recorded it. */
export interface Holdings {
  readonly namespaces: readonly HeldNamespace[];
  /** By environment, most that all claims in the namespaces that are for it may cost a month together. */
  readonly monthlyUSD: Readonly<Record<string, number>>;
}

/** What has to be known of cluster-scoped claims that have namespaces for the claims of others. */
interface Tenants {
  /** The names of all claims that a namespace of this name could be of, whatever there is: nobody has to be believed about it. */
  candidates(namespace: string): readonly string[];
  /** What a claim of that name has, from its status, which only the platform writes. */
  holdings(claim: { readonly name: string; readonly status: unknown }): Holdings;
}

/** Having namespaces in which others make claims. */
export const tenancy = capability<Tenants>('namespaces for the claims of a team');
