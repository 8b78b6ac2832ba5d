import { bindingHead, endpoint, endpointStatus, field, type SettingsOf, setting } from 'golden-path-platform/api';
import * as z from 'zod';

/** What names made for a claim end with. */
export const suffix = 'topic';

export const port = 4222;

const versions = ['2'] as const;
const sizes = ['small', 'medium', 'large'] as const;
export type Size = (typeof sizes)[number];

export const fields = {
  backend: setting(z.enum(['container']), { text: 'What the topic is realised with.', default: { dev: 'container' } }),
  version: field(z.enum(versions), { text: 'Major version of NATS.', default: { dev: '2' }, change: 'grows' }),
  size: field(z.enum(sizes), {
    text: 'Compute and memory. Changing it restarts the server, and clients connect again.',
    default: { dev: 'small', prod: 'medium' },
    example: 'large',
  }),
  image: setting(z.string().min(1).max(256), {
    text: 'Repository of the NATS image, without a tag.',
    default: { dev: 'docker.io/library/nats' },
  }),
};
export type TopicSettings = SettingsOf<typeof fields>;

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
