import * as z from 'zod';
import { applyChangesField } from '../../aws/windows.ts';
import { bindingHead } from '../../core/binding.ts';
import { endpoint, endpointStatus } from '../../core/endpoint.ts';
import { field, type SettingsOf, setting } from '../../core/field.ts';
import { deletionField } from '../../core/protection.ts';

/** What names made for a claim end with. */
export const suffix = 'database';

/** How a server of a claim's own is reached. */
export const port = 5432;
export const username = 'app';

export const versions = ['16', '17'] as const;
const sizes = ['small', 'medium', 'large', 'xlarge'] as const;
const backendNames = ['container', 'shared', 'rds'] as const;

export type Size = (typeof sizes)[number];

const extension = z
  .string()
  .max(63)
  .regex(/^[a-z][a-z0-9_-]*$/);

export const fields = {
  backend: setting(z.enum(backendNames), {
    text: 'What the database is realised with.',
    default: { dev: 'container', staging: 'shared', prod: 'rds' },
  }),
  engine: field(z.enum(['postgres']).default('postgres'), { text: 'Database engine.', change: 'never' }),
  version: field(z.enum(versions), {
    text: 'Major version of the engine.',
    default: { dev: '17' },
    change: 'grows',
    example: '16',
  }),
  size: field(z.enum(sizes), {
    text: 'Compute and memory. Changing it restarts the database.',
    default: { dev: 'small', prod: 'medium' },
    example: 'large',
  }),
  storageGiB: field(z.int().min(20).max(16384), {
    text: "Storage in GiB. A container's volume keeps its first size; a shared server has no limit of its own.",
    unit: 'GiB',
    default: { dev: 20, prod: 100 },
    change: 'grows',
    example: 250,
  }),
  highAvailability: field(z.boolean(), {
    text: 'A standby in another availability zone that takes over on failure, where the backend has one (rds).',
    default: { dev: false, prod: true },
    moves: 'freely',
    example: true,
  }),
  backupRetentionDays: field(z.int().min(0).max(35), {
    text: 'Days for which any point in time can be restored, where the backend makes backups (rds).',
    unit: 'days',
    default: { dev: 0, prod: 14 },
    example: 30,
  }),
  extensions: field(z.array(extension).max(20).meta({ 'x-kubernetes-list-type': 'set' }), {
    text: 'Extensions to create in the database, such as pgcrypto. One that is taken off the list stays installed.',
    default: { dev: [] },
    example: ['uuid-ossp', 'pg_trgm'],
  }),
  databaseName: field(
    z
      .string()
      .min(1)
      .max(40)
      .regex(/^[a-z][a-z0-9_]*$/),
    {
      text: 'Name of the database on its server. On a shared server the name also carries environment and namespace: read it from the binding.',
      default: { dev: 'app' },
      change: 'never',
      example: 'ledger',
    },
  ),
  deletion: deletionField('keeps the data (a final snapshot on rds, the database on a shared server, the volume of a container)'),
  persistence: setting(z.enum(['Ephemeral', 'Persistent']), {
    text: 'Whether a container keeps its data on a volume when its pod is replaced.',
    default: { dev: 'Ephemeral', staging: 'Persistent' },
  }),
  applyChanges: applyChangesField('rds', 'the database'),
};
export type DatabaseSettings = SettingsOf<typeof fields>;

export const status = endpointStatus('database');

export const binding = z.strictObject({
  ...bindingHead('postgresql', backendNames),
  ...endpoint,
  username: z.string().min(1).describe('User to log in as.'),
  password: z.string().min(1).describe('Password of the user.'),
  database: z.string().min(1).describe('Name of the database.'),
  sslmode: z.enum(['disable', 'require', 'verify-full']).describe('The sslmode to connect with.'),
  uri: z.string().startsWith('postgresql://').describe('All of it as one URI.'),
});
export type Binding = z.output<typeof binding>;

/** Completes a binding with its type and its URI. */
export function completeBinding(values: Omit<Binding, 'type' | 'uri'>): Binding {
  const { host, port, username, password, database, sslmode } = values;
  const login = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
  return {
    type: 'postgresql',
    ...values,
    uri: `postgresql://${login}@${host}:${port}/${encodeURIComponent(database)}?sslmode=${sslmode}`,
  };
}
