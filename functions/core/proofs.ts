/** Conditions that say of a claim what it can be brought back from. It serves, whatever they say. */
export const proofs = ['BackedUp', 'RestoreProven'] as const;
export type Proof = (typeof proofs)[number];
