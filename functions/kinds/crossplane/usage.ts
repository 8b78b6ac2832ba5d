import type { Claim, Composed } from '../../core/api.ts';
import { typed } from '../../core/card.ts';
import { apiVersion } from '../../core/group.ts';
import type { Deletion } from '../../core/protection.ts';
import { defineKind, inPlace } from '../card.ts';
import { plainKind } from '../kubernetes/built-in.ts';
import { byConditions } from '../ready.ts';

export const usage = defineKind({
  ...plainKind('protection.crossplane.io/v1beta1', 'Usage', 'usages', 'what must not be deleted'),
  broughtBy: 'Crossplane',
  ready: byConditions,
  effects: { spec: inPlace() },
});

/** A Usage of a claim of the namespace: while it is there, deleting that claim fails and shows `reason`. */
export function useOf(of: { readonly kind: string; readonly name: string }, name: string, reason: string): Composed {
  return {
    object: {
      ...typed(usage),
      metadata: { name },
      spec: { of: { apiVersion, kind: of.kind, resourceRef: { name: of.name } }, reason },
    },
  };
}

/** A Usage of the claim itself. */
export function heldBack(claim: Claim, name: string, reason: string): Readonly<Record<string, Composed>> {
  return { protection: useOf(claim, name, reason) };
}

/** What keeps a claim from being deleted whose deletion is Protect. */
export function protection(claim: Claim, name: string, deletion: Deletion): Readonly<Record<string, Composed>> {
  if (deletion !== 'Protect') return {};
  return heldBack(claim, name, `spec.deletion of ${claim.kind} ${claim.name} is Protect: set it to Snapshot or Delete first`);
}
