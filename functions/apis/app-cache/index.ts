import { defineApi } from '../../core/api.ts';
import { endpointColumns } from '../../core/endpoint.ts';
import { container } from './backends/container.ts';
import { elasticache } from './backends/elasticache.ts';
import { tokenSecret } from './backends/elasticache-adopt.ts';
import * as schema from './schema.ts';

export const appCache = defineApi({
  kind: 'AppCache',
  plural: 'appcaches',
  doc: 'A Redis-compatible cache for one app, with its connection details in a Secret named <claim>-cache.',
  example: { name: 'orders', spec: { engine: 'valkey' } },
  columns: endpointColumns,
  schema,
  backends: { container, elasticache },
  releasable: ['protection', 'alerts', 'alarm-*', 'parameter-group-*', 'ingress-*'],
  requires: { token: tokenSecret },
  claimPolicies: [
    { policy: 'kept-running', field: 'running', equals: true },
    { policy: 'multi-az', field: 'highAvailability', equals: true },
    { policy: 'backed-up', field: 'persistence', equals: 'Snapshots' },
  ],
});
