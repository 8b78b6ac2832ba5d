import * as z from 'zod';
import { immutable, serviceAccountName } from '../../core/fields.ts';

/** What names made for a claim end with. */
export const suffix = 'identity';

const backendNames = ['container', 'podidentity'] as const;

export const spec = z.object({
  serviceAccount: serviceAccountName
    .meta(immutable('serviceAccount', 'make a new claim'))
    .optional()
    .describe(
      "ServiceAccount of the claim's namespace whose pods get the identity; the app brings it. One claim for each. Default: the claim's own name; never changes.",
    ),
});

/** What a rule on one field cannot see: that the field was taken away, or added where the claim's name has been in force. */
export const specRules = [
  {
    rule: 'has(self.serviceAccount) == has(oldSelf.serviceAccount)',
    message: 'serviceAccount cannot be added or removed later: make a new claim',
  },
];

export const profile = z.strictObject({
  backend: z.enum(backendNames).describe('What the identity is realised with. A container needs none: its servers know passwords only.'),
});

export type Profile = z.output<typeof profile>;
export type IdentitySettings = Readonly<Profile & { serviceAccount?: string | undefined }>;

export const status = z.object({
  role: z.string().optional().describe('Name of the IAM role of the service account, where the backend has one (podidentity).'),
});
