import * as z from 'zod';
import { applyChangesField } from '../../aws/windows.ts';
import { bindingHead } from '../../core/binding.ts';
import { endpoint, endpointStatus } from '../../core/endpoint.ts';
import { backendField, growsOnly, immutable, neverRemoved } from '../../core/fields.ts';
import { deletionField } from '../../core/protection.ts';

/** What names made for a claim end with. */
export const suffix = 'database';

/** How a server of a claim's own is reached. */
export const port = 5432;
export const username = 'app';

export const versions = ['16', '17'] as const;
export const sizes = ['small', 'medium', 'large', 'xlarge'] as const;
const backendNames = ['container', 'shared', 'rds'] as const;

export type Size = (typeof sizes)[number];

const databaseName = z
  .string()
  .min(1)
  .max(40)
  .regex(/^[a-z][a-z0-9_]*$/)
  .meta(immutable('databaseName'))
  .describe(
    'Name of the database on its server. On a shared server the name also carries environment and namespace: read it from the binding. Default by tier; never changes.',
  );

const fields = {
  version: z
    .enum(versions)
    .meta(growsOnly('version', 'int(self)', 'int(oldSelf)'))
    .describe('Major version of the engine. Default by tier; only grows.'),
  size: z.enum(sizes).describe('Compute and memory. Default by tier; changing it restarts the database.'),
  storageGiB: z
    .int()
    .min(20)
    .max(16384)
    .meta(growsOnly('storageGiB'))
    .describe(
      "Storage in GiB. Default by tier; only grows. A container's volume keeps its first size; a shared server has no limit of its own.",
    ),
  highAvailability: z
    .boolean()
    .describe('A standby in another availability zone that takes over on failure, where the backend has one (rds). Default by tier.'),
  backupRetentionDays: z
    .int()
    .min(0)
    .max(35)
    .describe('Days for which any point in time can be restored, where the backend makes backups (rds). Default by tier.'),
  extensions: z
    .array(
      z
        .string()
        .max(63)
        .regex(/^[a-z][a-z0-9_-]*$/),
    )
    .max(20)
    .meta({ 'x-kubernetes-list-type': 'set' })
    .describe('Extensions to create in the database, such as pgcrypto. One that is taken off the list stays installed. Default by tier.'),
  deletion: deletionField('keeps the data (a final snapshot on rds, the database on a shared server, the volume of a container)'),
};

export const spec = z.object({
  engine: z.enum(['postgres']).default('postgres').meta(immutable('engine')).describe('Database engine.'),
  version: fields.version.optional(),
  size: fields.size.optional(),
  storageGiB: fields.storageGiB.optional(),
  highAvailability: fields.highAvailability.optional(),
  backupRetentionDays: fields.backupRetentionDays.optional(),
  extensions: fields.extensions.optional(),
  databaseName: databaseName.optional(),
  deletion: fields.deletion.optional(),
});

/** What a rule on one field cannot see: that the field was taken away, or added where its default has been in force. */
export const specRules = [
  {
    rule: 'has(self.databaseName) == has(oldSelf.databaseName)',
    message: 'databaseName cannot be added or removed later: make a new claim and move the data',
  },
  neverRemoved('storageGiB'),
  neverRemoved('version'),
];

export const profile = z.strictObject({
  ...fields,
  databaseName,
  backend: backendField(backendNames, 'database'),
  persistence: z.enum(['Ephemeral', 'Persistent']).describe('Whether a container keeps its data on a volume when its pod is replaced.'),
  applyChanges: applyChangesField('rds', 'the database'),
});

export type Profile = z.output<typeof profile>;
export type DatabaseSettings = Readonly<Profile & { engine: 'postgres' }>;

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
