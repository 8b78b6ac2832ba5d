import * as z from 'zod';
import { field, type SettingsOf, setting } from '../../core/field.ts';
import { serviceAccountName } from '../../core/service-account.ts';

/** What names made for a claim end with. */
export const suffix = 'identity';

const backendNames = ['container', 'podidentity'] as const;

export const fields = {
  backend: setting(z.enum(backendNames), {
    text: 'What the identity is realised with. A container needs none: its servers know passwords only.',
    default: { dev: 'container', prod: 'podidentity' },
  }),
  serviceAccount: field(serviceAccountName, {
    text: "ServiceAccount of the claim's namespace whose pods get the identity; the app brings it. One claim for each. Default: the claim's own name.",
    change: 'never',
    instead: 'make a new claim',
    example: 'checkout',
  }),
};
export type IdentitySettings = SettingsOf<typeof fields>;

export const status = z.object({
  role: z.string().optional().describe('Name of the IAM role of the service account, where the backend has one (podidentity).'),
});
