import { backendField, bindingHead, endpoint, endpointStatus, growsOnly, neverRemoved } from 'golden-path-platform/api';
import * as z from 'zod';

/** What names made for a claim end with. */
export const suffix = 'topic';

export const port = 4222;

const versions = ['2'] as const;
export const sizes = ['small', 'medium', 'large'] as const;
export type Size = (typeof sizes)[number];

const fields = {
  version: z
    .enum(versions)
    .meta(growsOnly('version', 'int(self)', 'int(oldSelf)'))
    .describe('Major version of NATS. Default by tier; only grows.'),
  size: z.enum(sizes).describe('Compute and memory. Default by tier; changing it restarts the server, and clients connect again.'),
};

export const spec = z.object({
  version: fields.version.optional(),
  size: fields.size.optional(),
});

export const specRules = [neverRemoved('version')];

export const profile = z.strictObject({
  ...fields,
  backend: backendField(['container'], 'topic'),
  image: z.string().min(1).max(256).describe('Repository of the NATS image, without a tag.'),
});

export type Profile = z.output<typeof profile>;

export const status = endpointStatus('topic');

export const binding = z.strictObject({
  ...bindingHead('nats', ['container']),
  ...endpoint,
  username: z.string().min(1).describe('User to log in as.'),
  password: z.string().min(1).describe('Password of the user.'),
  uri: z
    .string()
    .regex(/^nats:\/\//)
    .describe('All of it as one URI.'),
});
export type Binding = z.output<typeof binding>;

/** Completes a binding with its type and its URI. */
export function completeBinding(values: Omit<Binding, 'type' | 'uri'>): Binding {
  const login = `${values.username}:${encodeURIComponent(values.password)}`;
  return { type: 'nats', ...values, uri: `nats://${login}@${values.host}:${values.port}` };
}
