import type { Condition, KubernetesObject } from './kubernetes.ts';
import type { Requirement } from './requirement.ts';

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
  /** What the step has to see besides what the claim's API requires. */
  readonly requires?: Readonly<Record<string, Requirement>>;
  /** After how long Crossplane should call again if nothing changes. */
  readonly ttlSeconds: number;
}
