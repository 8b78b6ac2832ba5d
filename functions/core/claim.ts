import type { ClaimPolicy } from './api.ts';
import { shown } from './problem.ts';

/** How many annotations, labels, finalizers or owners a claim may have: far more than people and tools write. */
export const mostMetadata = 100;

/** What a rule on a claim asks for, as a message says it. */
export function wanted(rule: ClaimPolicy): string {
  return 'atLeast' in rule ? `at least ${rule.atLeast}` : shown(rule.equals);
}
