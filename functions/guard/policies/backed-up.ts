import type { Policy } from '../../core/pipeline.ts';
import { leastBackupDays } from '../../core/protection.ts';
import { each, holding } from '../inspect.ts';

export const backedUp: Policy = {
  id: 'backed-up',
  severity: 'deny',
  tiers: ['prod'],
  text: `Databases keep backups for at least ${leastBackupDays} days and after deletion, caches a snapshot, and buckets old versions for ${leastBackupDays} days.`,
  why: 'A bad migration or a bug that deletes rows is often noticed days later; without a backup, what it took is gone.',
  fix:
    `Ask for at least ${leastBackupDays} days of backups in the claim. In a template: \`backupRetentionPeriod\` and \`deleteAutomatedBackups: false\` ` +
    'on a database, `snapshotRetentionLimit` of at least 1 on a cache, a BucketVersioning with status Enabled for a bucket, ' +
    `and \`noncurrentDays\` of at least ${leastBackupDays} in its lifecycle.`,
  check: each(holding(({ backups }) => backups)),
};
