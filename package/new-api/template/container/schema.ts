import * as z from 'zod';
import { bindingHead } from '../../../../functions/core/binding.ts';
import { endpoint, endpointStatus } from '../../../../functions/core/endpoint.ts';
import { field, type SettingsOf, setting } from '../../../../functions/core/field.ts';
import { deletionField } from '../../../../functions/core/protection.ts';

/** What names made for a claim end with, and the type of its binding. */
export const suffix = 'template';

const sizes = ['small', 'large'] as const;
export type Size = (typeof sizes)[number];

const backendNames = ['container'] as const;

/** What claims say (`field`), and what the platform alone says (`setting`). A tier without a default has that of the one before it. */
export const fields = {
  backend: setting(z.enum(backendNames), { text: `What the ${suffix} is realised with.`, default: { dev: 'container' } }),
  size: field(z.enum(sizes), {
    text: 'Compute and memory. Changing it restarts the server.',
    default: { dev: 'small', prod: 'large' },
  }),
  deletion: deletionField('keeps the volume', { container: 'deletes the volume' }),
  image: setting(z.string().min(1), { text: 'Image of the server, with its tag.', default: { dev: 'docker.io/valkey/valkey:8' } }),
  storageGiB: setting(z.int().min(1), {
    text: 'Size of the volume; one that exists keeps the size that it was made with.',
    unit: 'GiB',
    default: { dev: 5 },
  }),
};
export type TemplateSettings = SettingsOf<typeof fields>;

export const status = endpointStatus('template');

/** The same keys on every backend. */
export const binding = z.strictObject({
  ...bindingHead(suffix, backendNames),
  ...endpoint,
  password: z.string().min(1).describe('Password.'),
  uri: z.url().describe('All of it as one URI.'),
});
