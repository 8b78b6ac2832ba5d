import { awsAccess } from '../../aws/access.ts';
import { awsRole } from '../../aws/role.ts';
import { defineApi } from '../../core/api.ts';
import { claimsOffering } from '../../core/requirement.ts';
import { container } from './backends/container.ts';
import { queueAccess, sqs } from './backends/sqs.ts';
import * as schema from './schema.ts';

export const appQueue = defineApi({
  kind: 'AppQueue',
  plural: 'appqueues',
  doc: 'A message queue with a dead-letter queue for one app, with its connection details in a Secret named <claim>-queue.',
  example: { name: 'orders', spec: { consumers: ['orders'], producers: ['orders'] } },
  columns: [{ name: 'URL', type: 'string', path: '.status.url' }],
  schema,
  backends: { container, sqs },
  releasable: ['protection', 'alerts', 'alarm-*', 'consumers', 'consumers-*', 'producers', 'producers-*'],
  claimPolicies: [{ policy: 'kept-running', field: 'running', equals: true }],
  requires: { roles: claimsOffering(awsRole), accesses: claimsOffering(awsAccess) },
  offers: [queueAccess],
  access: ['consumers', 'producers'],
});
