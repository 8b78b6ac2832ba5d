import type { KubernetesObject } from '../../core/kubernetes.ts';
import { leastBackupDays } from '../../core/protection.ts';
import { bare, defineKind, deleting, effectsOn } from '../card.ts';
import { isAtLeast, writtenAt } from '../fields.ts';
import { awsKind, untagged } from './provider.ts';

/** Whether a limit of days is less than it was, or there is one where there was none. */
function isSooner(path: string, was: KubernetesObject, is: KubernetesObject): boolean {
  const least = (object: KubernetesObject) =>
    Math.min(...writtenAt(object, `spec.forProvider.rule.*.${path}`).flatMap(({ value }) => (typeof value === 'number' ? [value] : [])));
  return least(is) < least(was);
}

export const s3BucketLifecycleConfiguration = defineKind({
  ...awsKind('s3', 'BucketLifecycleConfiguration', 'bucketlifecycleconfigurations'),
  ...bare('a setting of its bucket, without a charge'),
  tags: untagged,
  names: [],
  backups: [
    {
      path: 'spec.forProvider.rule.*.noncurrentVersionExpiration.*.noncurrentDays',
      want: `at least ${leastBackupDays}`,
      holds: isAtLeast(leastBackupDays),
      optional: true,
    },
  ],
  backupReport: { what: 'old versions of objects', days: 'rule.*.noncurrentVersionExpiration.*.noncurrentDays' },
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
  effects: effectsOn({
    rule({ was, is }) {
      const deletes = [
        isSooner('expiration.*.days', was, is) && 'objects',
        isSooner('noncurrentVersionExpiration.*.noncurrentDays', was, is) && 'old versions',
      ].filter((what) => what !== false);
      return deleting(deletes.length === 0 ? undefined : `deletes ${deletes.join(' and ')} that are older than it says now`);
    },
  }),
  failures: [],
});
