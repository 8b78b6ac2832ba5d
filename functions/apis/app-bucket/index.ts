import { awsAccess } from '../../aws/access.ts';
import { awsRole } from '../../aws/role.ts';
import { defineApi } from '../../core/api.ts';
import { leastBackupDays } from '../../core/protection.ts';
import { claimsOffering } from '../../core/requirement.ts';
import { container } from './backends/container.ts';
import { bucketAccess, s3 } from './backends/s3.ts';
import * as schema from './schema.ts';

export const appBucket = defineApi({
  kind: 'AppBucket',
  plural: 'appbuckets',
  doc: 'A private bucket for the files of one app, with its name and settings for AWS SDKs in a Secret named <claim>-bucket.',
  example: { name: 'receipts', spec: { writers: ['orders'] } },
  columns: [{ name: 'BUCKET', type: 'string', path: '.status.bucket' }],
  schema,
  backends: { container, s3 },
  releasable: ['protection', 'alerts', 'readers', 'readers-*', 'writers', 'writers-*'],
  claimPolicies: [
    { policy: 'kept-running', field: 'running', equals: true },
    { policy: 'backed-up', field: 'versioning', equals: true },
    { policy: 'backed-up', field: 'retentionDays', atLeast: leastBackupDays },
  ],
  requires: { roles: claimsOffering(awsRole), accesses: claimsOffering(awsAccess) },
  offers: [bucketAccess],
  access: ['readers', 'writers'],
});
