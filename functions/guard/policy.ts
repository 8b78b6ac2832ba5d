import type { Environment, Severity } from '../core/environment.ts';
import type { KubernetesObject } from '../core/kubernetes.ts';
import type { StepRequest } from '../core/step.ts';
import type { Tier } from '../core/tier.ts';

export interface PolicyContext {
  readonly request: StepRequest;
  readonly environment: Environment;
  /** What the environment allows besides what the policy allows itself. */
  readonly allowed: readonly string[];
}

/** A rule about what may be composed, whoever wrote it. */
export interface Policy {
  readonly id: string;
  /** What breaking it does, unless the environment says otherwise. */
  readonly severity: Severity;
  /** What it asks for, for a person: one sentence. */
  readonly text: string;
  /** What could happen without it. */
  readonly why: string;
  /** What to do about a violation. */
  readonly fix: string;
  /** Where it holds; everywhere if left out. */
  readonly tiers?: readonly Tier[];
  /** No environment and no claim can set it aside, since Crossplane itself would fail. */
  readonly fixed?: true;
  /** What an environment can add to what is allowed; left out where there is nothing to add. */
  readonly allows?: string;
  /** What is wrong, one sentence each: `instance (Instance orders-database-instance): spec.…: got …, want …`. */
  check(resources: Readonly<Record<string, KubernetesObject>>, context: PolicyContext): readonly string[];
}

/** How a message names a resource. */
export function named(key: string, object: KubernetesObject): string {
  const name = object.metadata?.name === undefined ? '' : ` ${object.metadata.name}`;
  return `${key} (${object.kind}${name})`.replaceAll(/\s+/g, ' ');
}
