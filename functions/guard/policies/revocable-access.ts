import { type Card, holdsData, type SafetyFacts } from '../../core/card.ts';
import { mayDelete } from '../../core/managed.ts';
import type { Policy } from '../../core/pipeline.ts';
import { asking, propertyOf } from '../inspect.ts';

const deletable: SafetyFacts = [{ path: 'spec.managementPolicies', want: 'them with Delete', holds: mayDelete }];

/** Whether somebody may do more while the resource is there; a policy document on what holds data mostly forbids. */
function givesAccess(card: Card): boolean {
  const access = propertyOf(card, (known) => known.access);
  const gives = access?.documents.some(({ of }) => of === 'identity' || of === 'trust') === true || (access?.attached.length ?? 0) > 0;
  return card.managed && !holdsData(card) && (gives || propertyOf(card, ({ ingress }) => ingress) !== undefined);
}

export const revocableAccess: Policy = {
  id: 'revocable-access',
  severity: 'deny',
  text: 'What gives access outside of the cluster goes with its managed resource.',
  why: 'A rule or a role that its provider may not delete stays when the client is taken out: the door is open, and nobody knows of it any more.',
  fix: 'List `managementPolicies` with `Delete`, or leave them out. They hold no data, so nothing is lost with them.',
  ...asking((card) => (givesAccess(card) ? deletable : { none: 'it gives nobody access' })),
};
