import * as z from 'zod';
import { applyChangesField } from '../../aws/windows.ts';
import { bindingHead } from '../../core/binding.ts';
import { endpoint, endpointStatus } from '../../core/endpoint.ts';
import { backendField, growsOnly, immutable, neverRemoved } from '../../core/fields.ts';
import { deletionField } from '../../core/protection.ts';

/** What names made for a claim end with. */
export const suffix = 'cache';

export const port = 6379;

/** What a full cache gives up, the same on every backend: the keys that were used least recently, with or without a time to live. */
export const evictionPolicy = 'allkeys-lru';

/**
 * The majors that the official image has as tags and ElastiCache as parameter group families.
 * https://github.com/valkey-io/valkey-container and
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateCacheParameterGroup.html
 */
export const versions = ['7', '8'] as const;
export const sizes = ['small', 'medium', 'large', 'xlarge'] as const;
const backendNames = ['container', 'elasticache'] as const;

export type Size = (typeof sizes)[number];

const fields = {
  version: z
    .enum(versions)
    .meta(growsOnly('version', 'int(self)', 'int(oldSelf)'))
    .describe('Major version of the engine. Default by tier; only grows.'),
  size: z
    .enum(sizes)
    .describe(
      'Compute and memory; a full cache gives up the keys that were used least recently. Default by tier; changing it restarts a container, whose volume keeps its first size and bounds its data.',
    ),
  highAvailability: z
    .boolean()
    .describe(
      'A replica in another availability zone that takes over on failure, where the backend has one (elasticache). Default by tier.',
    ),
  persistence: z
    .enum(['None', 'Snapshots'])
    .describe(
      'Whether anything outlives the loss of the cache: None starts empty after it. With Snapshots, elasticache keeps daily snapshots, which the platform team restores; a container writes to a volume and reads it when it starts, and cannot be changed to or from that. Default by tier.',
    ),
  deletion: deletionField('keeps the data (a final snapshot on elasticache, the volume of a container that has one)'),
};

export const spec = z.object({
  engine: z.enum(['valkey']).default('valkey').meta(immutable('engine')).describe('Cache engine, which speaks the Redis protocol.'),
  version: fields.version.optional(),
  size: fields.size.optional(),
  highAvailability: fields.highAvailability.optional(),
  persistence: fields.persistence.optional(),
  deletion: fields.deletion.optional(),
});

export const specRules = [neverRemoved('version')];

export const profile = z.strictObject({
  ...fields,
  backend: backendField(backendNames, 'cache'),
  snapshotRetentionDays: z.int().min(1).max(35).describe('Days for which elasticache keeps each daily snapshot, where there are any.'),
  applyChanges: applyChangesField('elasticache', 'nodes'),
});

export type Profile = z.output<typeof profile>;
export type CacheSettings = Readonly<Profile & { engine: 'valkey' }>;

export const status = endpointStatus('cache');

export const binding = z.strictObject({
  ...bindingHead('redis', backendNames),
  ...endpoint,
  password: z.string().min(1).describe('Password of the default user.'),
  tls: z.enum(['true', 'false']).describe('Whether to connect with TLS.'),
  uri: z
    .string()
    .regex(/^rediss?:\/\//)
    .describe('All of it as one URI.'),
});
export type Binding = z.output<typeof binding>;

/** Completes a binding with its type and its URI. */
export function completeBinding(values: Omit<Binding, 'type' | 'uri'>): Binding {
  const scheme = values.tls === 'true' ? 'rediss' : 'redis';
  return { type: 'redis', ...values, uri: `${scheme}://:${encodeURIComponent(values.password)}@${values.host}:${values.port}` };
}
