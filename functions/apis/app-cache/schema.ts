import * as z from 'zod';
import { applyChangesField } from '../../aws/windows.ts';
import { adoptField, adoptRules } from '../../core/adopt.ts';
import { bindingHead } from '../../core/binding.ts';
import { endpoint, endpointStatus } from '../../core/endpoint.ts';
import { field, type SettingsOf, setting } from '../../core/field.ts';
import { deletionField } from '../../core/protection.ts';
import { runningField } from '../../core/stop.ts';
import { ttlField, ttlRules } from '../../core/ttl.ts';

/** What names made for a claim end with. */
export const suffix = 'cache';

export const port = 6379;

/** https://valkey.io/topics/lru-cache/; all of them can be set on ElastiCache without a restart. */
const evictionPolicies = ['allkeys-lru', 'allkeys-lfu', 'volatile-lru', 'volatile-lfu', 'volatile-ttl', 'noeviction'] as const;

/**
 * The majors that the official image has as tags and ElastiCache as engine versions, each with a family of parameter groups.
 * https://github.com/valkey-io/valkey-container and
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html
 */
export const versions = ['7', '8', '9'] as const;
const sizes = ['small', 'medium', 'large', 'xlarge'] as const;
const backendNames = ['container', 'elasticache'] as const;

export type Size = (typeof sizes)[number];

export const fields = {
  backend: setting(z.enum(backendNames), { text: 'What the cache is realised with.', default: { dev: 'container', prod: 'elasticache' } }),
  engine: field(z.enum(['valkey']).default('valkey'), { text: 'Cache engine, which speaks the Redis protocol.', change: 'never' }),
  version: field(z.enum(versions), {
    text: 'Major version of the engine.',
    default: { dev: '8' },
    change: 'grows',
    example: '7',
  }),
  size: field(z.enum(sizes), {
    text: 'Compute and memory. Changing it restarts a container, whose volume keeps its first size and bounds its data.',
    default: { dev: 'small', prod: 'medium' },
    example: 'large',
    lessDeletes: { elasticache: 'evicts the keys that have no room any more' },
  }),
  evictionPolicy: field(z.enum(evictionPolicies), {
    text: 'What a full cache gives up: the keys that were used least recently (lru), least often (lfu) or that end soonest (ttl), among all keys or only those with a time to live (volatile). With noeviction it refuses writes instead, as queues such as BullMQ want. Changing it restarts a container.',
    default: { dev: 'allkeys-lru' },
    example: 'noeviction',
  }),
  highAvailability: field(z.boolean(), {
    text: 'A replica in another availability zone that takes over on failure, where the backend has one (elasticache).',
    default: { dev: false, prod: true },
    moves: 'freely',
    example: true,
  }),
  persistence: field(z.enum(['None', 'Snapshots']), {
    text: 'Whether anything outlives the loss of the cache: None starts empty after it. With Snapshots, elasticache keeps daily snapshots, which the platform team restores; a container writes to a volume and reads it when it starts, and cannot be changed to or from that.',
    default: { dev: 'None', staging: 'Snapshots' },
    example: 'Snapshots',
  }),
  deletion: deletionField('keeps the data (a final snapshot on elasticache, the volume of a container that has one)', {
    container: 'deletes the volume',
    elasticache: 'deletes the cache without a final snapshot',
  }),
  adopt: adoptField(
    z.strictObject({
      replicationGroup: z
        .string()
        .max(40)
        .regex(/^[a-z](-?[a-z0-9])*$/)
        .describe('Id of a replication group of ElastiCache, in the account and region of the environment.'),
    }),
    {
      what: 'cache',
      more: 'It keeps its token, which AWS tells nobody: somebody puts it into the Secret named <claim>-cache-token beforehand.',
      refusedOn: { container: 'leave it out' },
      example: { replicationGroup: 'legacy-sessions' },
    },
  ),
  running: runningField,
  ttlHours: ttlField,
  snapshotRetentionDays: setting(z.int().min(1).max(35), {
    text: 'Days for which elasticache keeps each daily snapshot, where there are any.',
    unit: 'days',
    default: { dev: 7 },
  }),
  applyChanges: applyChangesField('elasticache', 'nodes'),
};
export type CacheSettings = SettingsOf<typeof fields>;

export const rules = [...ttlRules, ...adoptRules];

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
