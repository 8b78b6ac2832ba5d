import type { KubernetesObject } from '../functions/core/kubernetes.ts';

export interface ClaimName {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty where it is of none. */
  readonly namespace: string;
  readonly name: string;
}

/** A claim's name; a namespace that it does not say is `default`, as for kubectl. */
export function nameOf({ apiVersion, kind, metadata }: KubernetesObject): ClaimName {
  return { apiVersion, kind, namespace: metadata?.namespace ?? 'default', name: metadata?.name ?? '' };
}

/** `AppDatabase shop/orders`: what is one claim, whatever else it says. */
export const labelOf = ({ kind, namespace, name }: ClaimName): string => `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;

export const identityOf = (claim: KubernetesObject): string => labelOf(nameOf(claim));
