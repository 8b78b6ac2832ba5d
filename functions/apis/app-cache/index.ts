import { defineApi } from '../../core/api.ts';
import { endpointColumns } from '../../core/endpoint.ts';
import { container } from './backends/container.ts';
import { elasticache } from './backends/elasticache.ts';
import { profiles } from './profiles.ts';
import { binding, profile, sizes, spec, specRules, status, suffix } from './schema.ts';

export const appCache = defineApi({
  kind: 'AppCache',
  plural: 'appcaches',
  shortName: 'appcache',
  suffix,
  doc: 'A Redis-compatible cache for one app, with its connection details in a Secret named <claim>-cache.',
  // A StatefulSet's pods carry its name and a hash in a label of at most 63 characters.
  maxNameLength: 40,
  spec,
  specRules,
  profile,
  profiles,
  backends: { container, elasticache },
  status,
  binding,
  releasable: ['protection', 'parameter-group-*', 'ingress-*'],
  durable: { fixed: ['engine'], growing: ['version'] },
  claimPolicies: [
    { policy: 'multi-az', field: 'highAvailability', equals: true },
    { policy: 'backed-up', field: 'persistence', equals: 'Snapshots' },
  ],
  sizes: { field: 'size', values: sizes },
  columns: endpointColumns,
  example: { name: 'orders', spec: { engine: 'valkey' } },
});
