import { defineApi, endpointColumns, neverRemoved } from 'golden-path-platform';
import { container } from './backends/container.ts';
import { profiles } from './profiles.ts';
import { binding, profile, sizes, spec, status, suffix } from './schema.ts';

export const appTopic = defineApi({
  kind: 'AppTopic',
  plural: 'apptopics',
  shortName: 'apptopic',
  suffix,
  doc: 'Publish and subscribe over NATS for one app, with its connection details in a Secret named <claim>-topic. Messages are not stored.',
  // A StatefulSet's pods carry its name and a hash in a label of at most 63 characters.
  maxNameLength: 40,
  spec,
  specRules: [neverRemoved('version')],
  profile,
  profiles,
  backends: { container },
  status,
  binding,
  releasable: [],
  durable: { fixed: [], growing: ['version'] },
  claimPolicies: [],
  sizes: { field: 'size', values: sizes },
  columns: endpointColumns,
  example: { name: 'orders', spec: { version: '2' } },
});
