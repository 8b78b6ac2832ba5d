import * as z from 'zod';
import { applyChangesField } from '../../aws/windows.ts';
import { adoptField, adoptRules } from '../../core/adopt.ts';
import { bindingHead } from '../../core/binding.ts';
import { endpoint, endpointStatus } from '../../core/endpoint.ts';
import { field, type SettingsOf, setting } from '../../core/field.ts';
import { maxNameLength } from '../../core/names.ts';
import { deletionField } from '../../core/protection.ts';
import { overlapSetting, rotateField } from '../../core/rotation.ts';
import { cron, cronText } from '../../core/schedule.ts';
import { runningField } from '../../core/stop.ts';
import { ttlField, ttlRules } from '../../core/ttl.ts';
import { parameters } from './parameters.ts';

/** What names made for a claim end with. */
export const suffix = 'database';

/** How a server of a claim's own is reached. */
export const port = 5432;
export const username = 'app';

export const versions = ['16', '17', '18'] as const;
const sizes = ['small', 'medium', 'large', 'xlarge'] as const;
const backendNames = ['container', 'shared', 'rds'] as const;

export type Size = (typeof sizes)[number];

const extension = z
  .string()
  .max(63)
  .regex(/^[a-z][a-z0-9_-]*$/);

const objectName = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);

/** SQL that is in a ConfigMap. */
const sqlIn = (key: string) =>
  z.strictObject({
    configMap: objectName(63).describe('Name of the ConfigMap, of the namespace.'),
    key: z
      .string()
      .max(253)
      .regex(/^[-._a-zA-Z0-9]+$/)
      .default(key)
      .describe('The key that has the SQL.'),
  });

/** The kind of claim that dumps are kept in. */
export const bucketKind = 'AppBucket';
const bucketName = objectName(maxNameLength({ suffix: 'bucket' }));

const restoreFrom = z.strictObject({
  claim: objectName(maxNameLength({ suffix })).describe('The AppDatabase whose data it is.'),
  namespace: objectName(63)
    .optional()
    .describe(
      'The namespace that it is in, where that is another: a masked copy, which has this namespace in its copyableBy. It is copied as it is now.',
    ),
  bucket: bucketName
    .optional()
    .describe("The AppBucket of the namespace with the claim's dumps, of which the last is taken; the claim itself may be gone."),
  at: z
    .string()
    .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/)
    .optional()
    .describe(
      'The time, in UTC, of which the data is, such as 2026-11-28T07:00:00Z; left out, it is of now. With a bucket, of which the last dump is that is not after it; without one, where the backend makes backups (rds).',
    ),
  snapshot: z
    .string()
    .max(255)
    .regex(/^[a-zA-Z][-:a-zA-Z0-9]*$/)
    .optional()
    .describe("Name of a snapshot of the claim's instance, in place of a time; the claim itself may be gone (rds)."),
  mask: sqlIn('mask.sql')
    .optional()
    .describe('SQL that runs as the owner of the data, in one transaction, before anybody gets the binding. Where it fails nobody does.'),
});

const backups = z.strictObject({
  bucket: bucketName.describe(
    'The AppBucket of the namespace that dumps are put into, as <claim>/<time in UTC>.dump. They stay when the claim goes.',
  ),
  schedule: cron.optional().describe(`When a dump is made, in UTC. ${cronText} Left out, once a night, at a time that differs by claim.`),
  keep: z.int().min(1).max(1000).default(14).describe('How many dumps are kept: the oldest goes once a new one is there.'),
  drill: z
    .strictObject({
      schedule: cron.optional().describe(`When it is done, in UTC. ${cronText} Left out, once a week, at a time that differs by claim.`),
      query: sqlIn('query.sql').describe('A query that returns one row with one value, which is true where the data is as it should be.'),
    })
    .optional()
    .describe(
      'Restores the last dump into a database that is thrown away, and asks it the query: the condition RestoreProven says whether it held.',
    ),
});

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
    lessDeletes: { rds: 'deletes the automated backups that are older than it says now' },
  }),
  extensions: field(z.array(extension).max(20).meta({ 'x-kubernetes-list-type': 'set' }), {
    text: 'Extensions to create in the database, such as pgcrypto. One that is taken off the list stays installed.',
    default: { dev: [] },
    example: ['uuid-ossp', 'pg_trgm'],
  }),
  moreExtensions: setting(z.array(extension), {
    text: "Extensions that the environment's image or server has, besides those that each backend is known to have.",
    default: { dev: [] },
    moves: 'freely',
  }),
  parameters: field(parameters, {
    text: 'Parameters of PostgreSQL for the sessions of the app, which each session can set anew. Changing them restarts a container; elsewhere they are those of the next connections.',
    example: { statement_timeout: '30s', work_mem: '16MB' },
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
  deletion: deletionField('keeps the data (a final snapshot on rds, the database on a shared server, the volume of a container)', {
    container: 'deletes the volume',
    shared: 'deletes the database on the shared server',
    rds: 'deletes the instance without a final snapshot, and its automated backups',
  }),
  restoreFrom: field(restoreFrom, {
    text: 'Data to begin with. The binding is there once the database has all of it; what the data is from stays as it is. It can be left out later, and not be added.',
    example: { claim: 'ledger' },
  }),
  copyableBy: field(z.array(objectName(63)).max(20).meta({ 'x-kubernetes-list-type': 'set' }), {
    text: 'Namespaces whose AppDatabases may begin with the data of this one. Only a masked copy can say it, and no app should write to one.',
    example: ['shop-staging'],
  }),
  backups: field(backups, {
    text: "Dumps of the database in a bucket, on every backend; what rds keeps itself, backupRetentionDays says. The bucket lists the claim's ServiceAccount, which is called <claim>-database, among its writers. Names of claims with it have at most 36 characters.",
    example: { bucket: 'dumps', schedule: '30 2 * * *', keep: 7, drill: { query: { configMap: 'orders-drill' } } },
    proves: { BackedUp: 'backups', RestoreProven: 'backups.drill' },
  }),
  adopt: adoptField(
    z.strictObject({
      instance: z
        .string()
        .max(63)
        .regex(/^[a-z](-?[a-z0-9])*$/)
        .describe('Identifier of an instance of RDS, in the account and region of the environment.'),
    }),
    {
      what: 'database',
      more: 'Apps log in to it as its administrator, who gets a new password.',
      refusedOn: {
        container: 'leave it out, and begin with the data by spec.restoreFrom',
        shared: 'leave it out, and begin with the data by spec.restoreFrom',
      },
      example: { instance: 'legacy-orders' },
    },
  ),
  rotateAfterDays: rotateField,
  loginOverlapMinutes: overlapSetting,
  running: runningField,
  ttlHours: ttlField,
  persistence: setting(z.enum(['Ephemeral', 'Persistent']), {
    text: 'Whether a container keeps its data on a volume when its pod is replaced.',
    default: { dev: 'Ephemeral', staging: 'Persistent' },
  }),
  applyChanges: applyChangesField('rds', 'the database'),
};
export type DatabaseSettings = SettingsOf<typeof fields>;

/**
 * Key words that PostgreSQL reserves (https://www.postgresql.org/docs/current/sql-keywords-appendix.html), which RDS takes for no
 * database (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html), and databases that a server has.
 */
const reservedNames =
  'all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create current_catalog current_date ' +
  'current_role current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign ' +
  'from grant group having in initially intersect into lateral leading limit localtime localtimestamp not null offset on only or order ' +
  'placing primary references returning select session_user some symmetric system_user table then to trailing true union unique user ' +
  'using variadic when where window with db rdsadmin template0 template1';

export const rules = [
  ...ttlRules,
  ...adoptRules,
  {
    rule: `!has(self.databaseName) || !(self.databaseName in [${reservedNames.replaceAll(/\w+/g, "'$&'").replaceAll(' ', ', ')}])`,
    message: 'databaseName is a word that PostgreSQL or RDS reserves: choose another',
  },
  {
    rule: '!has(self.restoreFrom) || !has(self.restoreFrom.at) || !has(self.restoreFrom.snapshot)',
    message: 'restoreFrom has a time and a snapshot, which has a time of its own: leave one out',
  },
  {
    rule: '!has(self.restoreFrom) || !has(self.restoreFrom.namespace) || (!has(self.restoreFrom.at) && !has(self.restoreFrom.snapshot))',
    message: 'restoreFrom has a namespace, from which data is copied as it is now: leave time and snapshot out',
  },
  {
    rule: '!has(self.copyableBy) || (has(self.restoreFrom) && has(self.restoreFrom.mask))',
    message: 'copyableBy is for masked copies alone: it wants restoreFrom.mask beside it',
  },
  {
    rule: '!has(self.restoreFrom) || !has(self.restoreFrom.bucket) || !has(self.restoreFrom.snapshot)',
    message: 'restoreFrom has a bucket and a snapshot, which is in no bucket: leave one out',
  },
  {
    rule: '!has(self.restoreFrom) || !has(self.adopt)',
    message: 'adopt is a database with data of its own, and restoreFrom other data to begin with: leave one out',
  },
  {
    rule: '!has(self.restoreFrom) || (has(oldSelf.restoreFrom) && self.restoreFrom == oldSelf.restoreFrom)',
    message: 'restoreFrom cannot be added or changed later: make a new claim, and have apps use that',
  },
];

const moment = z.string().optional();

export const status = endpointStatus('database').extend({
  lastBackup: moment.describe('When the last dump was put into the bucket of spec.backups.'),
  drill: z
    .object({
      lastPassed: moment.describe('When the last drill ended for which the query held.'),
      lastTried: moment.describe('When the last drill began, or ended.'),
    })
    .optional()
    .describe('The drills of spec.backups.drill.'),
});

/** The binding's own file with the certificates, where a pod mounts the binding as the documentation says. */
const certificateKey = 'ca.crt';
const mounted = 'It names the file of ca.crt where that is: it wants the Secret mounted as /bindings/<name of the Secret>.';

export const binding = z.strictObject({
  ...bindingHead('postgresql', backendNames),
  ...endpoint,
  username: z.string().min(1).describe('User to log in as.'),
  password: z.string().min(1).describe('Password of the user.'),
  database: z.string().min(1).describe('Name of the database.'),
  sslmode: z.enum(['disable', 'verify-full']).describe('The sslmode to connect with.'),
  uri: z.string().startsWith('postgresql://').describe(`All of it as one URI. ${mounted}`),
  'jdbc-uri': z.string().startsWith('jdbc:postgresql://').describe(`The same for JDBC. ${mounted}`),
  [certificateKey]: z
    .string()
    .startsWith('-----BEGIN CERTIFICATE-----')
    .exactOptional()
    .describe("Certificates that the server's is checked against, in PEM. There with sslmode verify-full only."),
  sslrootcert: z
    .literal(certificateKey)
    .exactOptional()
    .describe('Which key has them, for libraries that read service bindings. There with sslmode verify-full only.'),
});
export type Binding = z.output<typeof binding>;

const { provider, host, port: portText, username: user, password, database } = binding.shape;

/** What nobody knows but who made it: the rest follows, so that a binding that was issued with fewer keys gains the others. */
export const issuedLogin = z.object({ username: user, password });
export const issuedEndpoint = z.object({ host, port: portText });
export const issuedServer = issuedLogin.extend(issuedEndpoint.shape);
export const issuedDatabase = z.object({ password, database });
export const issuedProvider = z.object({ provider });

interface Connection extends Pick<Binding, 'provider' | 'host' | 'port' | 'username' | 'password' | 'database'> {
  /** Certificates that the server's is checked against; undefined where it does without TLS. */
  readonly authorities: string | undefined;
}

/** The binding of this name that leads to a database. */
export function completeBinding(name: string, { authorities, ...values }: Connection): Binding {
  const { host, port, username, password, database } = values;
  const place = `${host}:${port}/${encodeURIComponent(database)}`;
  const [user, secret] = [username, password].map(encodeURIComponent);
  const tls =
    authorities === undefined
      ? { keys: { sslmode: 'disable' } as const, options: 'sslmode=disable' }
      : {
          keys: { sslmode: 'verify-full', sslrootcert: certificateKey, [certificateKey]: authorities } as const,
          options: `sslmode=verify-full&sslrootcert=/bindings/${name}/${certificateKey}`,
        };
  return {
    type: 'postgresql',
    ...values,
    ...tls.keys,
    uri: `postgresql://${user}:${secret}@${place}?${tls.options}`,
    'jdbc-uri': `jdbc:postgresql://${place}?user=${user}&password=${secret}&${tls.options}`,
  };
}
