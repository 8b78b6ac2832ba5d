import type { Api } from './api.ts';
import type { Card, Cards, None, SafetyFacts } from './card.ts';
import type { Environment, EnvironmentSchema, Severity } from './environment.ts';
import type { KubernetesObject, PackageDependency } from './kubernetes.ts';
import type { DesiredResource, ObservedResource, StepResponse } from './step.ts';
import type { Tier } from './tier.ts';

/** A pipeline step of another Function, whose package the Configuration depends on: it sees what expand wants, and the guard judges it. */
export interface AddedStep extends PackageDependency {
  readonly name: string;
  /** As the Function wants it. */
  readonly input?: KubernetesObject;
  /** The kinds that it makes besides those of the APIs: Crossplane may have to be let make them. */
  readonly composes?: readonly Card[];
}

/** The APIs that are served, and what holds for all of them. */
export interface Platform {
  /** In lower case, with dashes: what its packages and what is installed of it are named after. */
  readonly name: string;
  readonly apis: readonly Api[];
  readonly policies: readonly Policy[];
  /** Between expand and guard, in every Composition. */
  readonly steps: readonly AddedStep[];
  /** Keys that steps added and that may go, as an API's `releasable`: they outlive their step, so that it can be taken out. */
  readonly releasable: readonly string[];
  /** What is known of kinds: of those of this package, and of those that its backends and steps compose. */
  readonly cards: Cards;
  /** What EnvironmentConfigs can say. */
  readonly environment: EnvironmentSchema;
}

/** One call of a pipeline step, free of the wire. */
export interface StepRequest {
  /** What there is to expand and to hold to. */
  readonly platform: Platform;
  readonly claim: KubernetesObject;
  readonly observed: Readonly<Record<string, ObservedResource>>;
  /** What the steps before this one want. */
  readonly desired: Readonly<Record<string, DesiredResource>>;
  /** The claim's status as the steps before this one want it. */
  readonly desiredStatus: Readonly<Record<string, unknown>>;
  /** What the claim's API and its steps require, by name; undefined until Crossplane has looked. */
  readonly required: Readonly<Record<string, readonly KubernetesObject[] | undefined>>;
  /** When it is, as RFC 3339; undefined where the time is not looked at, as in a plan: nothing is stopped by hours then, and nothing expires. */
  readonly now: string | undefined;
  /** A new random secret; the only source of randomness, used for a secret that was never issued. */
  readonly issueSecret: () => string;
}

export type Step = (request: StepRequest) => StepResponse;

export interface PolicyContext {
  readonly request: StepRequest;
  /** Undefined for a claim that lives in none. */
  readonly environment: Environment | undefined;
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
  /** No environment and no claim can set it aside: Crossplane itself would fail, or nothing else would be known to hold. */
  readonly fixed?: true;
  /** What an environment can add to what is allowed; left out where there is nothing to add. */
  readonly allows?: string;
  /** What it asks of each kind, for its page; left out where it asks the same of all. */
  readonly asks?: (card: Card) => SafetyFacts | None;
  /** What is wrong, one sentence each: `instance (Instance orders-database-instance): spec.…: got …, want …`. */
  check(resources: Readonly<Record<string, KubernetesObject>>, context: PolicyContext): readonly string[];
}
