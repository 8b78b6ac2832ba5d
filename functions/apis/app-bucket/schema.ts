import * as z from 'zod';
import { sharedConfig } from '../../aws/shared-config.ts';
import { adoptField, adoptRules } from '../../core/adopt.ts';
import { bindingHead } from '../../core/binding.ts';
import { field, type SettingsOf, setting } from '../../core/field.ts';
import { deletionField } from '../../core/protection.ts';
import { serviceAccountName } from '../../core/service-account.ts';
import { runningField } from '../../core/stop.ts';
import { ttlField, ttlRules } from '../../core/ttl.ts';

/** What names made for a claim end with. */
export const suffix = 'bucket';

const backendNames = ['container', 's3'] as const;

const neverPublic = 'want false: a bucket is never public; hand out presigned URLs, or put a CDN in front of your app';

const accounts = z.array(serviceAccountName).max(50).default([]).meta({ 'x-kubernetes-list-type': 'set' });

export const fields = {
  backend: setting(z.enum(backendNames), { text: 'What the bucket is realised with.', default: { dev: 'container', prod: 's3' } }),
  versioning: field(z.boolean(), {
    text: 'Whether what is overwritten or deleted is kept as an old version; once on, turning it off keeps the versions that there are. To restore one, a writer lists the versions and copies one over its object (CopyObject with versionId).',
    default: { dev: false, prod: true },
    example: true,
  }),
  retentionDays: field(z.int().min(1).max(3650), {
    text: 'Days for which an old version is kept. It needs versioning. A container keeps old versions for ever.',
    unit: 'days',
    default: { dev: 30, prod: 90 },
    example: 7,
    lessDeletes: { s3: 'deletes old versions that are older than it says now' },
  }),
  expireAfterDays: field(z.int().min(1).max(3650), {
    text: 'Days after which an object is deleted, and its bytes are gone; with versioning it becomes an old version then, whose bytes are gone retentionDays later. Objects stay for ever where it is left out, and in a container.',
    unit: 'days',
    example: 365,
    lessDeletes: { s3: 'deletes objects that are older than it says now' },
  }),
  public: field(z.literal(false, neverPublic).meta({ 'x-kubernetes-validations': [{ rule: '!self', message: neverPublic }] }), {
    text: 'Whether everybody may read the objects. Never.',
    example: false,
  }),
  readers: field(accounts, {
    text: 'ServiceAccounts of the namespace whose pods may read, old versions too. Each needs an AppIdentity on s3; on a container the list restricts nothing: whoever has the binding may do everything.',
    example: ['reports', 'checkout'],
  }),
  writers: field(accounts, {
    text: 'ServiceAccounts of the namespace whose pods may read, write and delete; a reader that is one too needs to be in this list only. Each needs an AppIdentity on s3; on a container the list restricts nothing: whoever has the binding may do everything.',
    example: ['orders'],
  }),
  deletion: deletionField('keeps the bucket and what is in it (the volume of a container)', {
    container: 'deletes the volume',
    s3: 'deletes the bucket with what is in it, and all versions of that',
  }),
  adopt: adoptField(
    z.strictObject({
      bucket: z
        .string()
        .max(63)
        .regex(/^[a-z0-9][a-z0-9.-]+[a-z0-9]$/)
        .describe('Name of a bucket of S3, in the account and region of the environment.'),
    }),
    {
      what: 'bucket',
      more: 'It keeps old versions from then on, and for ever unless the claim says retentionDays.',
      refusedOn: { container: 'leave it out' },
      example: { bucket: 'legacy-files' },
    },
  ),
  running: runningField,
  ttlHours: ttlField,
  persistence: setting(z.enum(['Ephemeral', 'Persistent']), {
    text: 'Whether a container keeps its objects on a volume when its pod is replaced.',
    default: { dev: 'Ephemeral', staging: 'Persistent' },
  }),
  storageGiB: setting(z.int().min(1).max(16384), {
    text: 'Storage of a container in GiB. A volume keeps its first size.',
    unit: 'GiB',
    default: { dev: 10 },
  }),
};
export type BucketSettings = SettingsOf<typeof fields>;

export const rules = [
  ...ttlRules,
  ...adoptRules,
  {
    rule: '!has(self.adopt) || !has(self.versioning) || self.versioning',
    message: 'a bucket that is adopted keeps old versions: leave out versioning: false',
  },
  {
    rule: '!has(self.retentionDays) || !has(self.versioning) || self.versioning',
    message: 'retentionDays is for old versions, which there are with versioning only: leave out retentionDays, or versioning: false',
  },
];

export const status = z.object({
  bucket: z.string().optional().describe('Name of the bucket.'),
  endpoint: z.string().optional().describe('URL that answers for it.'),
});

export const binding = z.strictObject({
  ...bindingHead('s3', backendNames),
  bucket: z.string().min(1).describe('Name of the bucket.'),
  region: z.string().min(1).describe('Region of the bucket.'),
  endpoint: z.url().describe('URL that answers for the bucket.'),
  uri: z.string().startsWith('s3://').describe('The bucket as a URI.'),
  config: z
    .string()
    .startsWith('[default]\n')
    .describe(
      'Settings of AWS SDKs and of the aws command as one file: name its path in AWS_CONFIG_FILE. On s3 it has no keys, since the credentials come from the identity of the pod.',
    ),
});
type Binding = z.output<typeof binding>;

/** Completes a binding; `server` is what the settings have where the bucket is not in AWS. */
export function completeBinding(
  values: Pick<Binding, 'provider' | 'bucket' | 'region' | 'endpoint'>,
  server: Omit<Parameters<typeof sharedConfig>[0], 'region'> = {},
): Binding {
  return { type: 's3', ...values, uri: `s3://${values.bucket}`, config: sharedConfig({ region: values.region, ...server }) };
}
