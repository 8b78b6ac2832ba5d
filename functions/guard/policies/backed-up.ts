import type { Policy } from '../../core/pipeline.ts';
import { leastBackupDays } from '../../core/protection.ts';
import { asking } from '../inspect.ts';

export const backedUp: Policy = {
  id: 'backed-up',
  severity: 'deny',
  tiers: ['prod'],
  text: `Databases keep backups for at least ${leastBackupDays} days and after deletion, caches a snapshot, and buckets old versions for ${leastBackupDays} days.`,
  why: 'A bad migration or a bug that deletes rows is often noticed days later; without a backup, what it took is gone.',
  fix: `Ask for at least ${leastBackupDays} days of backups in the claim. In a template: set what the table below asks of the kind.`,
  ...asking(({ backups }) => backups),
};
