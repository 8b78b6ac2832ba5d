import { defineApi } from '../../core/api.ts';
import { leastBackupDays } from '../../core/protection.ts';
import { container } from './backends/container.ts';
import { s3 } from './backends/s3.ts';
import { profiles } from './profiles.ts';
import { binding, profile, spec, specRules, status, suffix } from './schema.ts';

export const appBucket = defineApi({
  kind: 'AppBucket',
  plural: 'appbuckets',
  shortName: 'appbucket',
  suffix,
  doc: 'A private bucket for the files of one app, with its name and settings for AWS SDKs in a Secret named <claim>-bucket.',
  // A StatefulSet's pods carry its name and a hash in a label of at most 63 characters.
  maxNameLength: 40,
  spec,
  specRules,
  profile,
  profiles,
  backends: { container, s3 },
  status,
  binding,
  releasable: ['protection', 'readers-*', 'writers-*'],
  seesClaims: true,
  durable: { fixed: [], growing: [] },
  claimPolicies: [
    { policy: 'backed-up', field: 'versioning', equals: true },
    { policy: 'backed-up', field: 'retentionDays', atLeast: leastBackupDays },
  ],
  columns: [{ name: 'BUCKET', type: 'string', path: '.status.bucket' }],
  example: { name: 'receipts', spec: { writers: ['orders'] } },
});
