import * as z from 'zod';
import { bindingHead } from '../../../../functions/core/binding.ts';
import { type SettingsOf, setting } from '../../../../functions/core/field.ts';
import { deletionField } from '../../../../functions/core/protection.ts';

/** What names made for a claim end with, and the type of its binding. */
export const suffix = 'template';

const backendNames = ['container', 'templateservice'] as const;

/** What claims say (`field`), and what the platform alone says (`setting`). A tier without a default has that of the one before it. */
export const fields = {
  backend: setting(z.enum(backendNames), {
    text: `What the ${suffix} is realised with.`,
    default: { dev: 'container', prod: 'templateservice' },
  }),
  deletion: deletionField(`leaves the ${suffix} in AWS with its data, and nothing of a container`, {
    templateservice: `deletes the ${suffix} with its data`,
  }),
};
export type TemplateSettings = SettingsOf<typeof fields>;

export const status = z.object({
  name: z.string().optional().describe(`Name of the ${suffix}.`),
});

/** The same keys on every backend. */
export const binding = z.strictObject({
  ...bindingHead(suffix, backendNames),
  name: z.string().min(1).describe(`Name of the ${suffix}.`),
  region: z.string().min(1).describe('Region, for the SDK.'),
  endpoint: z.url().describe('Where the service answers.'),
  config: z.string().min(1).describe('Shared config file of AWS: mount it and set AWS_CONFIG_FILE to its path.'),
});
export type Binding = z.output<typeof binding>;
