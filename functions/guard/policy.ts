import type { Environment } from '../core/environment.ts';
import type { KubernetesObject } from '../core/kubernetes.ts';
import type { StepRequest } from '../core/step.ts';
import type { Tier } from '../core/tier.ts';

export interface PolicyContext {
  readonly request: StepRequest;
  readonly environment: Environment;
}

/** A rule about what may be composed, whoever wrote it. */
export interface Policy {
  readonly id: string;
  /** What it asks for, for a person. */
  readonly text: string;
  /** Where it holds; everywhere if left out. */
  readonly tiers?: readonly Tier[];
  /** What is wrong, one sentence each: `instance (Instance orders-database-instance): spec.…: got …, want …`. */
  check(resources: Readonly<Record<string, KubernetesObject>>, context: PolicyContext): readonly string[];
}

/** How a message names a resource. */
export function named(key: string, object: KubernetesObject): string {
  return `${key} (${object.kind}${object.metadata?.name === undefined ? '' : ` ${object.metadata.name}`})`;
}
