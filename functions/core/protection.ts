import * as z from 'zod';
import { field } from './field.ts';

/** How many days back prod can go: a bad migration, or a bug that deletes, is often noticed days later. */
export const leastBackupDays = 7;

/** What deleting a claim does to its data. */
export const deletions = ['Protect', 'Snapshot', 'Delete'] as const;
export type Deletion = (typeof deletions)[number];

/**
 * The field `deletion` of an API: what Snapshot does there, such as `keeps the volume`, by backend what Delete does, such as `deletes the volume`,
 * and of which claims.
 */
export const deletionField = (snapshot: string, deletes: Readonly<Record<string, string>>, where?: string) =>
  field(z.enum(deletions), {
    text: `What deleting the claim does${where === undefined ? '' : ` ${where}`}: Protect refuses it; Snapshot ${snapshot}; Delete keeps nothing.`,
    default: { dev: 'Delete', prod: 'Protect' },
    moves: 'freely',
    example: 'Snapshot',
    givesUp: { value: 'Delete', deletes },
  });
