import type { Condition, KubernetesObject } from './kubernetes.ts';

/** A composed resource as Crossplane last saw it. */
export interface ObservedResource {
  readonly object: KubernetesObject;
  readonly connectionDetails: Readonly<Record<string, string>>;
}

/** A composed resource as the pipeline wants it; `ready` is left out by steps that do not compute it. */
export interface DesiredResource {
  readonly object: KubernetesObject;
  readonly ready?: boolean;
}

/** Objects that every step asks Crossplane for; undefined until Crossplane has looked. */
export interface RequiredObjects {
  readonly namespace: readonly KubernetesObject[] | undefined;
  readonly environments: readonly KubernetesObject[] | undefined;
  /** Every claim in the claim's namespace, of any API; undefined too where no step asked for them. */
  readonly claims: readonly KubernetesObject[] | undefined;
}

/** Why a step stopped the pipeline. Crossplane then applies nothing and deletes nothing. */
export interface Refusal {
  /** CamelCase, for machines. */
  readonly reason: string;
  /** One line for the developer who wrote the claim. */
  readonly message: string;
}

export interface StepResponse {
  /** The whole desired state after this step. */
  readonly desired: Readonly<Record<string, DesiredResource>>;
  /** Fields of the claim's status, beside what earlier steps wrote; left out where the step does not write it. */
  readonly status?: Readonly<Record<string, unknown>>;
  /** False holds the claim's Ready back while resources are still to come. */
  readonly claimReady?: false;
  readonly conditions: readonly Condition[];
  /** Told once, on a change. */
  readonly events: readonly string[];
  readonly refusal?: Refusal;
  /** The step has to see the other claims of the namespace. */
  readonly needsClaims?: boolean;
  /** After how long Crossplane should call again if nothing changes. */
  readonly ttlSeconds: number;
}
