import * as z from 'zod';
import { type Facts, facts, section } from '../core/facts.ts';
import type { controlPlane } from '../core/names.ts';

const text = z.string().min(1).max(256);
/** It becomes part of addresses. */
const region = z.string().regex(/^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$/, 'want a region of AWS such as eu-west-1');
const cidr = z.union([z.cidrv4(), z.cidrv6()], 'want a CIDR such as 10.0.0.0/16');

/** What an environment says of its AWS account. */
export const aws = section(
  'aws',
  'Facts of the AWS account.',
  {
    region: region.describe('AWS region that everything is made in.'),
    providerConfig: text.describe('Name of the ClusterProviderConfig of provider-aws.'),
  },
  {
    region: { is: 'region' },
    providerConfig: {
      is: 'name',
      of: {
        apiVersion: 'aws.m.upbound.io/v1beta1',
        kind: 'ClusterProviderConfig',
        plural: 'clusterproviderconfigs',
        package: 'provider-family-aws',
      },
    },
  },
);

const accountId = z.string().regex(/^[0-9]{12}$/, 'want 12 digits in quotes');

/** Where anything at all can be made. */
export const account = facts(aws, { accountId: accountId.describe('AWS account, 12 digits in quotes.') });

/** An account and a region of it. */
export const awsPlace = z.tuple([accountId, region]);

/** The key that data is encrypted with. An alias would do for that, but a statement of IAM is only ever about the key itself. */
export const key = facts(aws, {
  kmsKeyArn: z
    .string()
    .max(256)
    .regex(
      /^arn:aws(-cn|-us-gov)?:kms:[a-z0-9-]+:[0-9]{12}:key\/[A-Za-z0-9-]+$/,
      'want the ARN of a key, not of an alias, such as arn:aws:kms:eu-west-1:111122223333:key/…',
    )
    .optional()
    .describe('ARN of the KMS key for encryption at rest; the AWS managed key where there is none.'),
});

/** Where servers are, and who may connect to them. */
export const network = facts(
  aws,
  {
    vpcId: text.describe('VPC of databases and caches.'),
    subnetIds: z.array(text).min(2).max(20).describe('Private subnets, in at least two availability zones.'),
    clientSecurityGroupIds: z.array(text).max(50).describe('Security groups that may connect, such as that of the nodes.').default([]),
    clientCidrs: z.array(cidr).max(50).describe('Address ranges that may connect. Never 0.0.0.0/0.').default([]),
  },
  {
    check: {
      field: 'clientCidrs',
      want: 'want at least one of clientSecurityGroupIds or clientCidrs, or nothing could connect',
      holds: ({ clientSecurityGroupIds, clientCidrs }) => clientSecurityGroupIds.length + clientCidrs.length > 0,
    },
  },
);

/** Where the pods are that get a role. */
export const cluster = facts(aws, { clusterName: text.describe('EKS cluster that Pod Identity belongs to. Identities need it.') });

/** What no role can go beyond. */
export const boundary = facts(aws, {
  permissionsBoundaryArn: text.optional().describe('IAM policy that bounds what any role made here may do.'),
});

type Told<F> = F extends Facts<infer T> ? T : never;
export type AccountFacts = Told<typeof account> & Told<typeof controlPlane>;
export type NetworkFacts = Told<typeof network>;
