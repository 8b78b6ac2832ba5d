import type { Policy } from '../../core/pipeline.ts';
import { leastBackupDays } from '../../core/protection.ts';
import { companions, each, fields, isAtLeast, isFalse, kinds, ofBucket, setting } from '../inspect.ts';

const databases = [kinds.instance, kinds.cluster];

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
  check: each(
    fields([
      {
        kinds: databases,
        path: 'spec.forProvider.backupRetentionPeriod',
        want: `at least ${leastBackupDays}`,
        holds: isAtLeast(leastBackupDays),
      },
      { kinds: databases, path: 'spec.forProvider.deleteAutomatedBackups', want: 'false', holds: isFalse, waivedBy: ['Delete'] },
      {
        kinds: [kinds.replicationGroup, kinds.serverlessCache],
        path: 'spec.forProvider.snapshotRetentionLimit',
        want: 'at least 1',
        holds: isAtLeast(1),
      },
      {
        kinds: ['s3.aws.m.upbound.io BucketLifecycleConfiguration'],
        path: 'spec.forProvider.rule.*.noncurrentVersionExpiration.*.noncurrentDays',
        want: `at least ${leastBackupDays}`,
        holds: isAtLeast(leastBackupDays),
        optional: true,
      },
    ]),
    companions([
      {
        of: kinds.bucket,
        kind: 's3.aws.m.upbound.io BucketVersioning',
        belongs: ofBucket,
        want: 'one with versioningConfiguration.status Enabled',
        holds: (versioning) => setting(versioning, 'versioningConfiguration', 'status') === 'Enabled',
      },
    ]),
  ),
};
