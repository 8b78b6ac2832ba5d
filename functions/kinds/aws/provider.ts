import type { Failure, Provider } from '../../core/card.ts';
import { shown } from '../../core/problem.ts';
import { none } from '../card.ts';
import { providerConfigOf, regionOf, wanted } from '../failures.ts';
import { byConditions } from '../ready.ts';

/**
 * What provider-aws says of any kind: upjet's words around those of terraform-provider-aws and of AWS. Codes as in
 * https://github.com/aws/aws-sdk-go-v2/blob/main/service/rds/types/errors.go; the examples are messages that were seen, in upjet's wrapping.
 */
const failures: readonly Failure[] = [
  {
    pattern: /\b(?:Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException|SlowDown)\b|Rate exceeded/,
    waitsFor: 'AWS to take more requests',
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    example:
      'observe failed: failed to observe the resource: [{0 reading EC2 Security Group (sg-1): operation error EC2: DescribeSecurityGroups, exceeded maximum number of attempts, 25, https response error StatusCode: 503, RequestID: 6f1b1c92-4a0e-4e0f-8f43-6d0c2f1f2a11, api error RequestLimitExceeded: Request limit exceeded.  []}]',
  },
  {
    pattern: /timeout while waiting for (?:state to become|resource to be gone).*?\(last state: '([\w-]+)'/,
    waitsFor: ({ captured }) => `AWS, which has it in state ${shown(captured(1))} longer than its provider waited at once`,
    // https://github.com/hashicorp/terraform-provider-aws/pull/33011
    example:
      "async create failed: failed to create the resource: [{0 waiting for ElastiCache Replication Group (tf-acc-test-3180457521407877241) create: timeout while waiting for state to become 'available' (last state: 'creating', timeout: 1h0m0s)  []}]",
  },
  {
    pattern: /No modifications were requested/,
    waitsFor: 'the next attempt',
    // https://github.com/crossplane-contrib/provider-aws/issues/1795
    example: 'cannot modify RDS instance: api error InvalidParameterCombination: No modifications were requested',
  },
  {
    pattern: /Cannot exceed quota for (?:Policy|ACL)Size\w*: (\d+)/,
    says: ({ captured }) =>
      `its policy is longer than the ${captured(1)} characters that IAM takes, which nobody can raise: name fewer service accounts, buckets or queues in one claim`,
    // https://github.com/ministryofjustice/analytical-platform/issues/6873
    example:
      'updating IAM Policy (arn:aws:iam::111122223333:policy/airflow-development-analytical-platform-example): operation error IAM: CreatePolicyVersion, https response error StatusCode: 409, RequestID: b7b8270e-7563-41eb-9106-750e75ec0b74, LimitExceeded: Cannot exceed quota for PolicySize: 6144',
  },
  {
    pattern: /\b([A-Za-z.]*(?:Quota(?:For[A-Za-z]+)?Exceeded|LimitExceeded|LimitReached|TooManyBuckets)[A-Za-z]*)/,
    about: 'data.aws.providerConfig',
    says: (failure) =>
      `the AWS account of ${providerConfigOf(failure)} is at a quota in ${regionOf(failure)} (${failure.captured(1)}), raise it in Service Quotas`,
    // https://github.com/ministryofjustice/cloud-platform/issues/6424
    example:
      'updating RDS DB Instance (cloud-platform-e0d96f6c5a52a573): operation error RDS: ModifyDBInstance, https response error StatusCode: 400, RequestID: 314d5e61-e5a0-4866-8179-78d04ccb49e2, StorageQuotaExceeded: The operation cannot be completed. The storage quota for this account has been exceeded by 7068; requested iops: 16000; computed size: 500. You can use the Service Quotas console to request an increase in total storage for this account',
  },
  {
    pattern: /DBSubnetGroupDoesNotCoverEnoughAZs(?:.*Current AZ coverage: ([\w-]+))?/,
    about: 'data.aws.subnetIds',
    says: ({ captured }) => `all in one availability zone${captured(1) && ` (${captured(1)})`}, want two`,
    // https://github.com/ExtensionEngine/infra-code-blocks/issues/28
    example:
      "creating RDS DB Subnet Group (dev-db-subnet-group-895c44c): DBSubnetGroupDoesNotCoverEnoughAZs: The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: us-east-1a. Add subnets to cover at least 2 AZs.\n      status code: 400, request id: c031163e-a04f-41f4-a96a-063050ef4a61",
  },
  {
    pattern: /not in the same vpc|in different VPCs|belongs to a different VPC|belong to different networks/i,
    about: 'data.aws.subnetIds',
    says: 'not all are in the VPC that data.aws.vpcId names, want those of one VPC',
    // https://github.com/aws-samples/aws-apprunner-terraform/issues/9
    example:
      'InvalidParameterValue: The new Subnets are not in the same Vpc as the existing subnet group\n       status code: 400, request id: eda77880-591b-476b-b555-15c740d91702',
  },
  {
    pattern: /\bInvalidSubnet(?:ID\.NotFound)?\b|Some input subnets in :?\s?\[([^\]]*)\] are invalid/,
    about: 'data.aws.subnetIds',
    says: (failure) => `${failure.captured(1) ? `got ${shown(failure.captured(1))}, ` : ''}want subnets that exist in ${regionOf(failure)}`,
    // https://github.com/brianz/serverless-design-patterns/issues/16
    example:
      'RDSSubnetGroup - Some input subnets in :[subnet-04cb33f4001924f59, subnet-084fb5fd9987a0cf7] are invalid. (Service: AmazonRDS; Status Code: 400; Error Code: InvalidParameterValue; Request ID: 60ac3262-5b4c-43b8-b924-7043d6299e62)',
  },
  {
    pattern: /InvalidVpcID\.NotFound(?:: The vpc ID '([^']*)')?/,
    about: 'data.aws.vpcId',
    says: (failure) =>
      `got ${failure.captured(1) ? shown(failure.captured(1)) : wanted(failure, 'vpcId')}, want a VPC that exists in ${regionOf(failure)}`,
    // https://github.com/hashicorp/terraform-provider-aws/issues/43616
    example:
      "creating Security Group (my-sg): operation error EC2: CreateSecurityGroup, https response error StatusCode: 400, RequestID: a2c31163-a04f-41f4-a96a-063050ef4a61, api error InvalidVpcID.NotFound: The vpc ID 'vpc-12345678901234567' does not exist",
  },
  {
    pattern:
      /KMSKeyNotAccessible|KMS\.\w*(?:Disabled|NotFound|InvalidState|NotAccessible)\w*|KMS key .*(?:does not exist|not enabled|is disabled)/,
    about: 'data.aws.kmsKeyArn',
    says: (failure) =>
      `got ${wanted(failure, 'kmsKeyId')}, want a key that exists, is enabled, and may be used with ${providerConfigOf(failure)}`,
    // https://github.com/hashicorp/terraform-provider-aws/issues/16362
    example:
      'creating RDS DB Instance (orders): KMSKeyNotAccessibleFault: The specified KMS key [arn:aws:kms:us-east-1:111122223333:key/0851aeeb-2800-4dfb-a67f-a0709ae8f410] does not exist, is not enabled or you do not have permissions to access it.',
  },
  {
    pattern: /\b(\w+Already(?:Exists|OwnedByYou)\w*|InvalidGroup\.Duplicate)\b/,
    about: 'metadata.name',
    says: (failure) =>
      `the AWS account has one of the name that this claim does not know (${failure.captured(1)}): choose another name, or have the platform team see whose it is`,
    // https://github.com/port-labs/ocean/pull/854
    example:
      'creating IAM Role (port-ocean-launchdarkly-ld_ocean): operation error IAM: CreateRole, https response error StatusCode: 409, RequestID: 277306c3-5a41-457c-bb14-6b6165485cdb, EntityAlreadyExists: Role with name port-ocean-launchdarkly-ld_ocean already exists.',
  },
  {
    pattern: /not authorized to perform:? ([a-z0-9-]+:\w+)/,
    about: 'data.aws.providerConfig',
    says: (failure) => `${providerConfigOf(failure)} may not do ${failure.captured(1)}, allow it in IAM`,
    // https://github.com/kubernetes-sigs/karpenter/issues/2813
    example:
      'creating Security Group (orders): operation error EC2: CreateSecurityGroup, https response error StatusCode: 403, RequestID: 82bf4040-841b-4cc2-bf73-3c50429ddce5, api error UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:sts::111122223333:assumed-role/provider-aws/1768825272022703283 is not authorized to perform: ec2:CreateSecurityGroup on resource: arn:aws:ec2:us-west-2:111122223333:security-group/* because no identity-based policy allows the ec2:CreateSecurityGroup action. Encoded authorization failure message: 0l-KPWQJ8q5z3YatP3Ybgb5lf0dibDhN6KaE3jQ5Bu4h',
  },
  {
    pattern: /operation error (\w[\w ]*: \w+)[^;]*?\b(?:UnauthorizedOperation|AccessDenied)|\b(?:UnauthorizedOperation|AccessDenied)/,
    about: 'data.aws.providerConfig',
    says: (failure) =>
      `${providerConfigOf(failure)} may not do ${failure.captured(1).replace(': ', ' ') || 'what this resource needs'}, allow it in IAM`,
    // https://github.com/rancher-archives/quickstart/issues/23
    example:
      'Error revoking default egress rule for Security Group (sg-06351aed6c6e2d460): UnauthorizedOperation: You are not authorized to perform this operation.',
  },
  {
    pattern: /\b(?:ExpiredToken|RequestExpired)/,
    about: 'data.aws.providerConfig',
    says: (failure) => `the credentials of ${providerConfigOf(failure)} have expired, renew them`,
    // https://github.com/crossplane-contrib/provider-aws/issues/281
    example:
      'cannot describe RDS instance: ExpiredToken: The security token included in the request is expired\n           status code: 403, request id: 9d127ad0-d550-4376-981c-59d20db485cc',
  },
  {
    pattern: /\b(?:InvalidClientTokenId|UnrecognizedClient|InvalidAccessKeyId|SignatureDoesNotMatch|AuthFailure)/,
    about: 'data.aws.providerConfig',
    says: (failure) => `AWS refuses the credentials of ${providerConfigOf(failure)}, correct them`,
    // https://github.com/tsuru/tsuru/issues/364
    example:
      'connect failed: cannot initialize the Terraform plugin SDK async external client: cannot get terraform setup: cannot get account id: cannot get the caller identity: GetCallerIdentity query failed: operation error STS: GetCallerIdentity, https response error StatusCode: 403, RequestID: 6d1b2715-c592-449e-8c50-f6f8a7e27ca7, api error InvalidClientTokenId: The security token included in the request is invalid',
  },
  {
    pattern: /cannot get referenced ProviderConfig: .*"([^"]*)" not found/,
    about: 'data.aws.providerConfig',
    says: ({ captured }) => `got ${shown(captured(1))}, want a ClusterProviderConfig of provider-aws that exists`,
    // provider-aws v2.5.0, internal/clients/pc_resolver.go
    example:
      'connect failed: cannot initialize the Terraform plugin SDK async external client: cannot get terraform setup: cannot get referenced ProviderConfig: ClusterProviderConfig.aws.m.upbound.io "aws" not found',
  },
  {
    pattern:
      /cannot get credentials secret|cannot extract from|failed to (?:refresh cached|retrieve(?: aws)?) credentials|failed to get AWS config|no EC2 IMDS role found/,
    about: 'data.aws.providerConfig',
    says: (failure) => `provider-aws finds no credentials with ${providerConfigOf(failure)}, correct its spec.credentials`,
    // https://github.com/rancher/tf-rancher-up/issues/7
    example:
      'connect failed: cannot initialize the Terraform plugin SDK async external client: cannot get terraform setup: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, request canceled, context deadline exceeded',
  },
  {
    pattern:
      /managed resource region "?[\w-]*"? does not belong to a known partition|lookup [\w.-]+\.amazonaws\.com\S*(?: on \S+)?: no such host/,
    about: 'data.aws.region',
    says: (failure) => `got ${wanted(failure, 'region')}, want a region of AWS`,
    // provider-aws v2.5.0, internal/clients/aws.go
    example:
      'connect failed: cannot initialize the Terraform plugin SDK async external client: cannot get terraform setup: cannot configure AWS partition: managed resource region "eu-wst-1" does not belong to a known partition',
  },
  {
    pattern: /cannot change the value of the argument "([^"]*)"/,
    says: ({ captured }) => `AWS cannot change ${captured(1)} of what exists, set back what changed it or make a new claim`,
    // upjet v2, pkg/controller/external_tfpluginsdk.go
    example:
      'update failed: refuse to update the external resource because the following update requires replacing it: cannot change the value of the argument "db_name" from "app" to "ledger"',
  },
];

/** From the oldest version that creates everything that we compose, to the next whose kinds could be others. */
const provider = (service: string): Provider => ({
  package: `xpkg.crossplane.io/crossplane-contrib/provider-aws-${service}`,
  version: '>=v2.6.0 <v3.0.0',
  failures,
});

/** What all kinds of a service of AWS have in common. */
export const awsKind = (service: string, kind: string, plural: string) => ({
  apiVersion: `${service}.aws.m.upbound.io/v1beta1`,
  kind,
  plural,
  scope: 'Namespaced' as const,
  broughtBy: provider(service),
  managed: true,
  pods: none('it runs in AWS'),
  region: { path: 'spec.forProvider.region' },
  hosts: none('AWS gives it a name of its own'),
  ready: byConditions,
});

export const tags = { path: 'spec.forProvider.tags' };

/** Of a kind whose CRD has no field for them. */
export const untagged = none('provider-aws has no field for them');

/** Of a kind of IAM. */
export const global = none('IAM belongs to no region');
