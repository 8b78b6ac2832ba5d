import { defineApi } from '../../core/api.ts';
import { container } from './backends/container.ts';
import { sqs } from './backends/sqs.ts';
import { profiles } from './profiles.ts';
import { binding, profile, spec, status, suffix } from './schema.ts';

export const appQueue = defineApi({
  kind: 'AppQueue',
  plural: 'appqueues',
  shortName: 'appqueue',
  suffix,
  doc: 'A message queue with a dead-letter queue for one app, with its connection details in a Secret named <claim>-queue.',
  // A StatefulSet's pods carry its name and a hash in a label of at most 63 characters.
  maxNameLength: 40,
  spec,
  specRules: [],
  status,
  profile,
  profiles,
  binding,
  backends: { container, sqs },
  releasable: ['protection', 'consumers-*', 'producers-*'],
  seesClaims: true,
  durable: { fixed: ['fifo'], growing: [] },
  claimPolicies: [],
  columns: [{ name: 'URL', type: 'string', path: '.status.url' }],
  example: { name: 'orders', spec: { consumers: ['orders'], producers: ['orders'] } },
});
