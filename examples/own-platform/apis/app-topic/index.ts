import { defineApi, endpointColumns } from 'golden-path-platform/api';
import { container } from './backends/container.ts';
import * as schema from './schema.ts';

export const appTopic = defineApi({
  kind: 'AppTopic',
  plural: 'apptopics',
  doc: 'Publish and subscribe over NATS for one app, with its connection details in a Secret named <claim>-topic. Messages are not stored.',
  example: { name: 'orders', spec: { version: '2' } },
  columns: endpointColumns,
  schema,
  backends: { container },
  releasable: [],
  claimPolicies: [],
});
