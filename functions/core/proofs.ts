import type { Condition } from './kubernetes.ts';

/** Conditions that say of a claim what it can be brought back from. It serves, whatever they say. */
export const proofs = ['BackedUp', 'RestoreProven'] as const;

export interface Proof extends Condition {
  readonly type: (typeof proofs)[number];
  /** It is being found out anew, so that what the claim said was wrong stays said until then. */
  readonly undecided?: true;
}
