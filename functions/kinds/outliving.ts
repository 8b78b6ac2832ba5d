import type { SafetyFacts } from '../core/card.ts';
import { mayDelete } from '../core/managed.ts';
import type { Deletion } from '../core/protection.ts';

/** With which the author of a claim gave its protection up, and kept what is outside at most as a snapshot. */
export const gaveUpProtection: readonly Deletion[] = ['Snapshot', 'Delete'];

/** What is outside the cluster stays when its managed resource goes. */
export const outliving: SafetyFacts = [
  {
    path: 'spec.managementPolicies',
    want: 'them without Delete',
    holds: (policies) => !mayDelete(policies),
    waivedBy: gaveUpProtection,
  },
];
