import { defineApi } from '../../../../functions/core/api.ts';
import { container } from './backends/container.ts';
import * as schema from './schema.ts';

export const appTemplate = defineApi({
  kind: 'AppTemplate',
  plural: 'apptemplates',
  doc: 'A template for one app, with its connection details in a Secret named <claim>-template.',
  example: { name: 'orders', spec: {} },
  columns: [
    { name: 'SIZE', type: 'string', path: '.status.settings.size' },
    { name: 'HOST', type: 'string', path: '.status.host' },
  ],
  schema,
  backends: { container },
  // The Usage that protects a claim goes when its spec.deletion says so, and alerts when nobody makes them any more; whatever else was composed stays.
  releasable: ['protection', 'alerts'],
  claimPolicies: [],
});
