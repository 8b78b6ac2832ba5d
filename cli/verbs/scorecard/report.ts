import type { Level, Verdict } from './rules.ts';

/** What a claim has of what a rule asks for; null is what there is nothing to say of. */
export interface Score {
  readonly rule: string;
  /** That it is asked for. */
  readonly level: Level;
  readonly state: Verdict['state'];
  readonly value: string | null;
  readonly why: string | null;
  readonly fix: string | null;
}

export interface Scored {
  readonly claim: { readonly kind: string; readonly namespace: string; readonly name: string };
  readonly environment: string | null;
  readonly tier: string | null;
  readonly backend: string | null;
  /** Null where something is missing that the first one asks for. */
  readonly level: Level | null;
  readonly scores: readonly Score[];
}

export interface Scorecard {
  readonly cluster: {
    readonly context: string;
    readonly server: string;
    /** What this user may not read. */
    readonly notRead: readonly string[];
  };
  readonly claims: readonly Scored[];
}
