import {
  type Access,
  type Accessible,
  type AccessRequired,
  access,
  accessibleOf,
  accessOf,
  areOwn,
  awsAccess,
  keyStatements,
  listed,
  partitionOf,
  serviceHost,
} from '../../../aws/access.ts';
import { isAwaited } from '../../../aws/adopted.ts';
import { account, key } from '../../../aws/facts.ts';
import { policyDocument } from '../../../aws/policy-document.ts';
import { awsIdentity, awsResources } from '../../../aws/resources.ts';
import type { Backend, Composed, Context, Expansion } from '../../../core/api.ts';
import { bind, bindingKey } from '../../../core/binding.ts';
import { type FactsOf, needsOf } from '../../../core/facts.ts';
import { at, type KubernetesObject, stringAt } from '../../../core/kubernetes.ts';
import { keep, policiesFor } from '../../../core/managed.ts';
import { controlPlane, externalName } from '../../../core/names.ts';
import { isLook } from '../../../core/readiness.ts';
import { chargedByUse } from '../../../core/stop.ts';
import { s3Bucket } from '../../../kinds/aws/s3-bucket.ts';
import { s3BucketLifecycleConfiguration } from '../../../kinds/aws/s3-bucket-lifecycle-configuration.ts';
import { s3BucketOwnershipControls } from '../../../kinds/aws/s3-bucket-ownership-controls.ts';
import { s3BucketPolicy } from '../../../kinds/aws/s3-bucket-policy.ts';
import { s3BucketPublicAccessBlock } from '../../../kinds/aws/s3-bucket-public-access-block.ts';
import { s3BucketServerSideEncryptionConfiguration } from '../../../kinds/aws/s3-bucket-server-side-encryption-configuration.ts';
import { s3BucketVersioning } from '../../../kinds/aws/s3-bucket-versioning.ts';
import { heldBack, protection, usage } from '../../../kinds/crossplane/usage.ts';
import { secret } from '../../../kinds/kubernetes/secret.ts';
import { type BucketSettings, binding, completeBinding, suffix } from '../schema.ts';

const needs = needsOf(controlPlane, account, key);
type Needs = FactsOf<typeof needs>;

const composes = {
  binding: secret,
  bucket: s3Bucket,
  'public-access': s3BucketPublicAccessBlock,
  ownership: s3BucketOwnershipControls,
  encryption: s3BucketServerSideEncryptionConfiguration,
  versioning: s3BucketVersioning,
  lifecycle: s3BucketLifecycleConfiguration,
  policy: s3BucketPolicy,
  ...accessOf('readers'),
  ...accessOf('writers'),
  protection: usage,
};

/** What S3 keeps apart from its bucket. */
type Setting = 'public-access' | 'ownership' | 'encryption' | 'versioning' | 'lifecycle' | 'policy';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const longestBucketName = 63;

/** Parts of an upload that was given up are charged for, and shown nowhere. */
const abandonedUploadDays = 7;

interface Made {
  readonly bucket: string;
  readonly arn: string;
  readonly region: string;
  readonly kmsKeyArn: string | undefined;
}

const encryptedBy = ['rule', '0', 'applyServerSideEncryptionByDefault'];

/** The key of a bucket that was there before the claim, where its readers can be given that: one of the same account. */
function keyFound(encryption: KubernetesObject, facts: Needs): string | undefined {
  const runs = at(encryption, 'status', 'atProvider', ...encryptedBy);
  if (stringAt(runs, 'sseAlgorithm') === 'AES256') return undefined;
  const found = stringAt(runs, 'kmsMasterKeyId') ?? '';
  const { region, accountId, kmsKeyArn } = facts.aws;
  const isOfAccount = found.startsWith(`arn:${partitionOf(region)}:kms:${region}:${accountId}:key/`);
  return isOfAccount ? found : kmsKeyArn;
}

/** The key that the bucket was made with, and with which its readers can read what is in it, whatever the environment says later. */
function keyOf(adopts: boolean, encryption: KubernetesObject | undefined, facts: Needs): string | undefined {
  if (adopts && encryption !== undefined && isLook(encryption)) return keyFound(encryption, facts);
  const made = at(encryption, 'spec', 'forProvider', ...encryptedBy);
  return stringAt(made, 'sseAlgorithm') === undefined ? facts.aws.kmsKeyArn : stringAt(made, 'kmsMasterKeyId');
}

/** What a claim makes, or has made. */
function madeBy({ said, composed, ...whose }: Accessible): Made {
  const identity = awsIdentity(whose, composed['bucket']);
  const [, region] = identity.place;
  const adopted = stringAt(said, 'adopt', 'bucket');
  const bucket = adopted ?? externalName(identity, longestBucketName);
  const kmsKeyArn = keyOf(adopted !== undefined, composed['encryption'], whose.facts);
  return { bucket, arn: `arn:${partitionOf(region)}:s3:::${bucket}`, region, kmsKeyArn };
}

/** What the readers and the writers of a bucket may do, with nothing but the bucket and, through S3, its key. */
function accessTo(accessible: Accessible): Access {
  const { bucket, arn, region, kmsKeyArn } = madeBy(accessible);
  const allow = (Resource: string, ...Action: readonly string[]) => ({ Effect: 'Allow' as const, Action, Resource });
  const useKey = (...actions: readonly string[]) => keyStatements('s3', region, kmsKeyArn === undefined ? [] : [kmsKeyArn], ...actions);
  const list = ['s3:GetBucketLocation', 's3:ListBucket'];
  return {
    isOwn: areOwn([accessible.composed['bucket'], (name) => name === bucket]),
    grants: [
      {
        name: 'readers',
        serviceAccounts: listed(accessible.said, 'readers'),
        within: 'writers',
        statements: [
          allow(arn, ...list, 's3:ListBucketVersions'),
          allow(`${arn}/*`, 's3:GetObject', 's3:GetObjectVersion'),
          ...useKey('kms:Decrypt'),
        ],
      },
      {
        name: 'writers',
        serviceAccounts: listed(accessible.said, 'writers'),
        statements: [
          allow(arn, ...list, 's3:ListBucketMultipartUploads', 's3:ListBucketVersions'),
          allow(
            `${arn}/*`,
            's3:AbortMultipartUpload',
            's3:DeleteObject',
            's3:GetObject',
            's3:GetObjectVersion',
            's3:ListMultipartUploadParts',
            's3:PutObject',
          ),
          ...useKey('kms:Decrypt', 'kms:GenerateDataKey'),
        ],
      },
    ],
  };
}

/** What is shown of a bucket says that it is the claim's, and which key its readers need. */
export const bucketAccess = awsAccess.offer(
  { backend: 's3', to: accessTo },
  { bucket: s3Bucket, encryption: s3BucketServerSideEncryptionConfiguration },
);

/**
 * The provider empties a bucket only if it was told before the deletion, since a managed resource that is being deleted is not
 * updated any more; a claim deleted before that would hang.
 */
function guardRail({ claim, settings, observed }: Context<BucketSettings, Needs>, name: string): Readonly<Record<string, Composed>> {
  // A claim that has nothing yet may go, and be made again.
  if (isAwaited(settings.adopt, observed['bucket']) && observed['protection'] === undefined) return {};
  const told = at(observed['bucket']?.object, 'status', 'atProvider', 'forceDestroy');
  return settings.deletion === 'Delete' && told === false
    ? heldBack(claim, name, 'the bucket is still being prepared to go with what is in it: try again in a few minutes')
    : protection(claim, name, settings.deletion);
}

function expand(context: Context<BucketSettings, Needs, AccessRequired>): Expansion {
  const { claim, settings, sources, observed } = context;
  // A bucket's settings are kept with it, so that it never stays behind without them.
  const resources = awsResources(context, suffix, 'bucket', keep);
  const { nameOf, region, tags, resource } = resources;
  const { adopt } = settings;
  const { bucket, arn, kmsKeyArn } = madeBy(accessibleOf(context));
  // What S3 keeps apart from a bucket that was there before is looked at with it.
  const apart = adopt === undefined ? {} : { externalName: bucket, adopts: adopt.bucket };
  const keepsVersions = settings.versioning || adopt !== undefined;
  const isForgetting = adopt === undefined || sources.retentionDays === 'claim';
  const bucketRef = { name: nameOf('bucket') };
  const setting = (part: Setting, forProvider: object) => resource(part, composes[part], { bucketRef, ...forProvider }, apart);
  const rule = (id: string, actions: object) => ({ id, status: 'Enabled', filter: [{ prefix: '' }], ...actions });
  const endpoint = `https://${serviceHost('s3', region)}`;
  const fresh = completeBinding({ provider: 's3', bucket, region, endpoint });
  const waits = isAwaited(adopt, observed['bucket']);
  const bound = bind(claim, nameOf(), binding, waits ? undefined : fresh, observed[bindingKey], 'the bucket that it adopts');
  const granted = access(context, resources, accessTo);
  const rail = guardRail(context, nameOf());
  return {
    resources: {
      bucket: resource(
        'bucket',
        composes.bucket,
        { forceDestroy: settings.deletion === 'Delete', tags },
        { externalName: bucket, adopts: adopt?.bucket, managementPolicies: policiesFor(settings.deletion, ['Delete']) },
      ),
      'public-access': setting('public-access', {
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      }),
      ownership: setting('ownership', { rule: { objectOwnership: 'BucketOwnerEnforced' } }),
      encryption: setting('encryption', {
        rule: [
          kmsKeyArn === undefined
            ? { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }
            : { applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: kmsKeyArn }, bucketKeyEnabled: true },
        ],
      }),
      // A bucket that never had versions cannot be told to stop keeping them without changing what a deletion does.
      ...((keepsVersions || observed['versioning'] !== undefined) && {
        versioning: setting('versioning', { versioningConfiguration: { status: keepsVersions ? 'Enabled' : 'Suspended' } }),
      }),
      lifecycle: setting('lifecycle', {
        rule: [
          rule('abandoned-uploads', { abortIncompleteMultipartUpload: [{ daysAfterInitiation: abandonedUploadDays }] }),
          // Those that are there already are nobody's to delete by a default.
          ...(isForgetting
            ? [
                rule('old-versions', {
                  noncurrentVersionExpiration: [{ noncurrentDays: settings.retentionDays }],
                  expiration: [{ expiredObjectDeleteMarker: true }],
                }),
              ]
            : []),
          ...(settings.expireAfterDays === undefined ? [] : [rule('objects', { expiration: [{ days: settings.expireAfterDays }] })]),
        ],
      }),
      policy: setting('policy', {
        policy: policyDocument([
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 's3:*',
            Resource: [arn, `${arn}/*`],
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ]),
      }),
      ...granted.resources,
      ...bound.resources,
      ...rail,
    },
    pending: { ...bound.pending, ...granted.pending },
    status: { bucket, endpoint },
    ...(adopt !== undefined && { inForce: { versioning: true, ...(!isForgetting && { retentionDays: undefined }) } }),
    remarks: granted.remarks,
    awaiting: granted.awaiting || (settings.deletion !== 'Protect' && rail['protection'] !== undefined),
  };
}

/** A bucket of S3, which pods reach by the identity of their service account. */
export const s3: Backend<BucketSettings, Needs, AccessRequired, keyof typeof composes> = {
  needs,
  composes,
  anchor: 'bucket',
  stops: chargedByUse,
  expand,
};
