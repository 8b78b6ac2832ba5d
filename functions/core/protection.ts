import * as z from 'zod';
import type { Api, Claim, Composed } from './api.ts';
import { field } from './field.ts';
import { apiVersion } from './group.ts';
import type { ComposedKind } from './kubernetes.ts';

export const protectionKind: ComposedKind = { apiVersion: 'protection.crossplane.io/v1beta1', kind: 'Usage', plural: 'usages' };

/** A Usage of the claim itself: while it is there, deleting the claim fails and shows `reason`. */
export function heldBack(claim: Claim, name: string, reason: string): Readonly<Record<string, Composed>> {
  return {
    protection: {
      object: {
        apiVersion: protectionKind.apiVersion,
        kind: protectionKind.kind,
        metadata: { name },
        spec: { of: { apiVersion, kind: claim.kind, resourceRef: { name: claim.name } }, reason },
      },
      readiness: 'Conditions',
    },
  };
}

/** How many days back prod can go: a bad migration, or a bug that deletes, is often noticed days later. */
export const leastBackupDays = 7;

/** What deleting a claim does to its data. */
export const deletions = ['Protect', 'Snapshot', 'Delete'] as const;
export type Deletion = (typeof deletions)[number];

/** The field `deletion` of an API; `snapshot` says what Snapshot does there, such as `keeps the volume`. */
export const deletionField = (snapshot: string) =>
  field(z.enum(deletions), {
    text: `What deleting the claim does: Protect refuses it; Snapshot ${snapshot}; Delete keeps nothing.`,
    default: { dev: 'Delete', prod: 'Protect' },
    example: 'Snapshot',
  });

/** The name of what a claim composes: `orders-database`, or `orders-database-instance` for one of its parts. */
export function composedName(claim: Pick<Claim, 'name'>, suffix: Api['suffix'], part?: string): string {
  return [claim.name, suffix, ...(part === undefined ? [] : [part])].join('-');
}

/** What keeps a claim from being deleted whose deletion is Protect. */
export function protection(claim: Claim, name: string, deletion: Deletion): Readonly<Record<string, Composed>> {
  if (deletion !== 'Protect') return {};
  return heldBack(claim, name, `spec.deletion of ${claim.kind} ${claim.name} is Protect: set it to Snapshot or Delete first`);
}
