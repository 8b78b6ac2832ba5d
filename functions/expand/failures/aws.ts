import { shown } from '../../core/problem.ts';
import { providerConfig, type Row, region, wanted } from './row.ts';

const of = 'aws.m.upbound.io';
const rdsInstance = 'Instance.rds.aws.m.upbound.io';
const replicationGroup = 'ReplicationGroup.elasticache.aws.m.upbound.io';

/**
 * What provider-aws says: upjet's words around those of terraform-provider-aws and of AWS. Codes as in
 * https://github.com/aws/aws-sdk-go-v2/blob/main/service/rds/types/errors.go; the examples are messages that were seen, in upjet's wrapping.
 */
export const awsRows: readonly Row[] = [
  {
    of,
    pattern: /\b(?:Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException|SlowDown)\b|Rate exceeded/,
    waitsFor: 'AWS to take more requests',
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    example:
      'observe failed: failed to observe the resource: [{0 reading EC2 Security Group (sg-1): operation error EC2: DescribeSecurityGroups, exceeded maximum number of attempts, 25, https response error StatusCode: 503, RequestID: 6f1b1c92-4a0e-4e0f-8f43-6d0c2f1f2a11, api error RequestLimitExceeded: Request limit exceeded.  []}]',
  },
  {
    of: rdsInstance,
    pattern: /\b(?:InvalidDBInstanceState|DBInstanceNotReady)\b/,
    waitsFor: 'AWS to finish what it does to the instance',
    // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html#API_ModifyDBInstance_Errors
    example:
      'async update failed: failed to update the resource: [{0 updating RDS DB Instance (orders): operation error RDS: ModifyDBInstance, https response error StatusCode: 400, RequestID: 0b6f7c11-2f2c-4d0c-90a5-95cf2c3ad0b5, InvalidDBInstanceState: Database instance is not in available state.  []}]',
  },
  {
    of: rdsInstance,
    pattern: /\bDB(Parameter|Subnet)GroupNotFound/,
    waitsFor: ({ captured }) => `its ${captured(1) === 'Parameter' ? 'parameter' : 'subnet'} group`,
    // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html#API_CreateDBInstance_Errors
    example:
      'async create failed: failed to create the resource: [{0 creating RDS DB Instance (orders): operation error RDS: CreateDBInstance, https response error StatusCode: 404, RequestID: 3d5a1f2e-97b1-4d4b-8f0c-51a7d2a6a0a1, DBParameterGroupNotFound: DBParameterGroup not found: orders-17  []}]',
  },
  {
    of: 'RolePolicyAttachment.iam.aws.m.upbound.io',
    pattern: /NoSuchEntity: The role with name (\S+) cannot be found/,
    waitsFor: ({ captured }) =>
      `role ${captured(1)}, which the AppIdentity of its service account makes on backend podidentity: apply that if it is not there`,
    // https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/iam/role_policy_attachment.go
    example:
      'async create failed: failed to create the resource: [{0 attaching IAM Policy (arn:aws:iam::111122223333:policy/orders) to IAM Role (orders): operation error IAM: AttachRolePolicy, https response error StatusCode: 404, RequestID: 5b1d8a0c-4d1e-4d0b-9f0c-3f1a2b6c7d8e, NoSuchEntity: The role with name orders cannot be found.  []}]',
  },
  {
    of: 'Queue.sqs.aws.m.upbound.io',
    pattern: /QueueDeletedRecently|wait 60 seconds after deleting a queue/,
    waitsFor: 'AWS to free the name of a queue that was deleted less than a minute ago',
    // https://github.com/hashicorp/terraform-provider-aws/pull/3113
    example:
      'Error creating SQS queue: AWS.SimpleQueueService.QueueDeletedRecently: You must wait 60 seconds after deleting a queue before you can create another with the same name.\n\tstatus code: 400, request id: 8f81b2fe-c49a-5819-abb2-e01f98ce0b03',
  },
  {
    of: 'Queue.sqs.aws.m.upbound.io',
    pattern: /Dead letter target does not exist/,
    waitsFor: 'its dead-letter queue',
    // https://github.com/serverless/serverless/issues/5215
    example:
      'async create failed: failed to create the resource: [{0 creating SQS Queue (orders): operation error SQS: CreateQueue, https response error StatusCode: 400, RequestID: 8f81b2fe-c49a-5819-abb2-e01f98ce0b03, InvalidParameterValue: Value {"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:orders-dead-letters","maxReceiveCount":5} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.  []}]',
  },
  {
    of: rdsInstance,
    pattern: /Cannot find version (\S+) for ([\w-]+)/,
    field: 'spec.version',
    says: (failure) =>
      `RDS does not offer ${failure.captured(2)} ${shown(failure.captured(1))} in ${region(failure)}, choose another version`,
    // https://github.com/tryretool/terraform-retool-modules/issues/70
    example:
      'async create failed: failed to create the resource: [{0 creating RDS DB Instance (retool-rds-instance): operation error RDS: CreateDBInstance, https response error StatusCode: 400, RequestID: 39f2b367-24ae-43fd-95ab-bafce917195c, api error InvalidParameterCombination: Cannot find version 13.7 for postgres  []}]',
  },
  {
    of: rdsInstance,
    pattern: /Cannot upgrade ([\w-]+) from (\S+) to (\S+)/,
    field: 'spec.version',
    says: ({ captured }) =>
      `RDS cannot take ${captured(1)} from ${shown(captured(2))} to ${shown(captured(3))}, choose a version in between`,
    // https://github.com/ministryofjustice/cloud-platform-environments/pull/8659
    example: 'Error modifying DB Instance cloud-platform-xxxxx: InvalidParameterCombination: Cannot upgrade postgres from 14.3 to 14.2',
  },
  {
    of: rdsInstance,
    pattern:
      /RDS does not support creating a DB instance with the following combination: DBInstanceClass=([\w.-]+), Engine=([\w-]+), EngineVersion=([\w.-]+)/,
    field: 'spec.size',
    says: (failure) =>
      `RDS does not offer ${failure.captured(1)} for ${failure.captured(2)} ${failure.captured(3)} in ${region(failure)}, choose another size or version`,
    // https://github.com/aws-quickstart/quickstart-awx/issues/47
    example:
      'RDS does not support creating a DB instance with the following combination: DBInstanceClass=db.m4.large, Engine=postgres, EngineVersion=13.6, LicenseModel=postgresql-license. For supported combinations of instance class and database engine version, see the documentation. (Service: AmazonRDS; Status Code: 400; Error Code: InvalidParameterCombination; Request ID: 83144dce-7506-4a3a-b7c8-1b279bbb04ba; Proxy: null)',
  },
  {
    of: rdsInstance,
    pattern: /InsufficientDBInstanceCapacity/,
    field: 'spec.size',
    says: (failure) =>
      `AWS has no ${wanted(failure, 'instanceClass')} free in ${region(failure)} now, wait for the next attempts or choose another size`,
    // https://github.com/hashicorp/terraform-provider-aws/issues/15182
    example:
      'Error creating DB Instance: InsufficientDBInstanceCapacity: Cannot create a db.m5.large database instance because there are no availability zones with sufficient capacity for non-VPC and storage type : gp2 for db.m5.large. Please try the request again at a later time.\n  status code: 400, request id: 5bc39058-0571-4f63-bb80-c25533285646',
  },
  {
    of: rdsInstance,
    pattern: /modify the storage.*?(?:being optimized| yet\.)|storage-optimization/,
    field: 'spec.storageGiB',
    says: 'AWS takes no change of storage until six hours after the last one and until that is optimized, wait for the next attempts',
    // https://github.com/hashicorp/terraform-provider-aws/issues/12493
    example:
      "error modifying DB Instance (tf-acc-test-5531041571957603201): InvalidParameterCombination: You can't currently modify the storage of this DB instance because the previous storage change is being optimized.",
  },
  {
    of: rdsInstance,
    pattern: /Invalid storage size for engine name ([\w-]+) and storage type (\w+): (\d+)/,
    field: 'spec.storageGiB',
    says: ({ captured }) => `got ${captured(3)}, which RDS does not offer for ${captured(1)} on ${captured(2)}, choose another size`,
    // https://github.com/convox/rack/issues/2846
    example:
      'Invalid storage size for engine name postgres and storage type gp2: 10 (Service: AmazonRDS; Status Code: 400; Error Code: InvalidParameterCombination; Request ID: xxxf)',
  },
  {
    of: rdsInstance,
    pattern: /allocated storage must be increased by at least 10 percent/i,
    field: 'spec.storageGiB',
    says: 'want at least 10 percent more than is in use, choose more',
    // https://github.com/ministryofjustice/cloud-platform-environments/pull/24422
    example:
      'creating RDS DB Instance (cloud-platform-8dd69b293e33c4be): InvalidParameterCombination: The maximum allocated storage must be increased by at least 10 percent.\n\tstatus code: 400, request id: 0981f485-c3d1-4f1c-809f-791b89edb893',
  },
  {
    of: replicationGroup,
    pattern: /\b(?:InvalidReplicationGroupState|InvalidCacheClusterState)\b|unexpected state '(?:modifying|snapshotting)'/,
    waitsFor: 'AWS to finish what it does to the cache',
    // https://github.com/umotif-public/terraform-aws-elasticache-redis/issues/54
    example:
      'modifying ElastiCache Replication Group (orders) shard configuration: error modifying ElastiCache Replication Group shard configuration: InvalidReplicationGroupState: Replication group must be in available state to modify.',
  },
  {
    of: replicationGroup,
    pattern: /\bCache(Parameter|Subnet)GroupNotFound/,
    waitsFor: ({ captured }) => `its ${captured(1) === 'Parameter' ? 'parameter' : 'subnet'} group`,
    // https://github.com/azavea/terraform-aws-redis-elasticache/issues/12
    example:
      'Error creating Elasticache Replication Group: CacheParameterGroupNotFound: CacheParameterGroup not found: redis3.2\n\tstatus code: 404, request id: ba8f1fc5-d9d6-11e7-a7f4-316f2d54c477',
  },
  {
    of: replicationGroup,
    pattern: /Cannot find version (\S+) for ([\w-]+)/,
    field: 'spec.version',
    says: (failure) =>
      `ElastiCache does not offer ${failure.captured(2)} ${shown(failure.captured(1))} in ${region(failure)}, choose another version`,
    // https://github.com/ministryofjustice/cloud-platform-environments/pull/5753
    example:
      'Error creating ElastiCache Replication Group (cp-66508e899082f511): InvalidParameterCombination: Cannot find version 4.0.13 for redis',
  },
  {
    of: replicationGroup,
    pattern: /InsufficientCacheClusterCapacity/,
    field: 'spec.size',
    says: (failure) =>
      `AWS has no ${wanted(failure, 'nodeType')} free in ${region(failure)} now, wait for the next attempts or choose another size`,
    // https://github.com/winglang/wing/issues/4126
    example:
      'creating ElastiCache Cache Cluster: InsufficientCacheClusterCapacity: cache.t4g.small (VPC) is not currently supported in the availability zone us-east-1e.  Retry the launch with no availability zone or target: us-east-1a, us-east-1f, us-east-1b, us-east-1c, us-east-1d.\n\tstatus code: 400, request id: e31f9630-7993-4bcb-9225-9415cd1c1ddd',
  },
  {
    of: replicationGroup,
    pattern: /unexpected state 'create-failed'/,
    says: (failure) =>
      `AWS gave up making it, mostly for want of ${wanted(failure, 'nodeType')} in ${region(failure)}: have the platform team read its events in ElastiCache and delete it there, it is then made again`,
    // https://github.com/ministryofjustice/cloud-platform/pull/8304, in the words of https://github.com/hashicorp/terraform-provider-aws/issues/35896
    example:
      "waiting for ElastiCache Replication Group (orders) create: unexpected state 'create-failed', wanted target 'available'. last error: %!s(<nil>)",
  },
  {
    of,
    pattern: /\b([A-Za-z.]*(?:Quota(?:For[A-Za-z]+)?Exceeded|LimitExceeded|LimitReached|TooManyBuckets)[A-Za-z]*)/,
    field: 'data.aws.providerConfig',
    says: (failure) =>
      `the AWS account of ${providerConfig(failure)} is at a quota in ${region(failure)} (${failure.captured(1)}), raise it in Service Quotas`,
    // https://github.com/ministryofjustice/cloud-platform/issues/6424
    example:
      'updating RDS DB Instance (cloud-platform-e0d96f6c5a52a573): operation error RDS: ModifyDBInstance, https response error StatusCode: 400, RequestID: 314d5e61-e5a0-4866-8179-78d04ccb49e2, StorageQuotaExceeded: The operation cannot be completed. The storage quota for this account has been exceeded by 7068; requested iops: 16000; computed size: 500. You can use the Service Quotas console to request an increase in total storage for this account',
  },
  {
    of,
    pattern: /DBSubnetGroupDoesNotCoverEnoughAZs(?:.*Current AZ coverage: ([\w-]+))?/,
    field: 'data.aws.subnetIds',
    says: ({ captured }) => `all in one availability zone${captured(1) && ` (${captured(1)})`}, want two`,
    // https://github.com/ExtensionEngine/infra-code-blocks/issues/28
    example:
      "creating RDS DB Subnet Group (dev-db-subnet-group-895c44c): DBSubnetGroupDoesNotCoverEnoughAZs: The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: us-east-1a. Add subnets to cover at least 2 AZs.\n      status code: 400, request id: c031163e-a04f-41f4-a96a-063050ef4a61",
  },
  {
    of,
    pattern: /not in the same vpc|in different VPCs|belongs to a different VPC|belong to different networks/i,
    field: 'data.aws.subnetIds',
    says: 'not all are in the VPC that data.aws.vpcId names, want those of one VPC',
    // https://github.com/aws-samples/aws-apprunner-terraform/issues/9
    example:
      'InvalidParameterValue: The new Subnets are not in the same Vpc as the existing subnet group\n       status code: 400, request id: eda77880-591b-476b-b555-15c740d91702',
  },
  {
    of,
    pattern: /\bInvalidSubnet(?:ID\.NotFound)?\b|Some input subnets in :?\s?\[([^\]]*)\] are invalid/,
    field: 'data.aws.subnetIds',
    says: (failure) => `${failure.captured(1) ? `got ${shown(failure.captured(1))}, ` : ''}want subnets that exist in ${region(failure)}`,
    // https://github.com/brianz/serverless-design-patterns/issues/16
    example:
      'RDSSubnetGroup - Some input subnets in :[subnet-04cb33f4001924f59, subnet-084fb5fd9987a0cf7] are invalid. (Service: AmazonRDS; Status Code: 400; Error Code: InvalidParameterValue; Request ID: 60ac3262-5b4c-43b8-b924-7043d6299e62)',
  },
  {
    of,
    pattern: /InvalidVpcID\.NotFound(?:: The vpc ID '([^']*)')?/,
    field: 'data.aws.vpcId',
    says: (failure) =>
      `got ${failure.captured(1) ? shown(failure.captured(1)) : wanted(failure, 'vpcId')}, want a VPC that exists in ${region(failure)}`,
    // https://github.com/hashicorp/terraform-provider-aws/issues/43616
    example:
      "creating Security Group (my-sg): operation error EC2: CreateSecurityGroup, https response error StatusCode: 400, RequestID: a2c31163-a04f-41f4-a96a-063050ef4a61, api error InvalidVpcID.NotFound: The vpc ID 'vpc-12345678901234567' does not exist",
  },
  {
    of: 'SecurityGroupRule.ec2.aws.m.upbound.io',
    pattern: /InvalidGroup(?:Id)?\.(?:NotFound|Malformed)|security group '[^']*' does not exist/,
    field: 'data.aws.clientSecurityGroupIds',
    says: (failure) => `got ${wanted(failure, 'sourceSecurityGroupId')}, want security groups that exist in ${region(failure)}`,
    // https://github.com/motdotla/node-lambda/issues/162
    example: "InvalidGroup.NotFound: The security group 'sg-123abc' does not exist",
  },
  {
    of,
    pattern:
      /KMSKeyNotAccessible|KMS\.\w*(?:Disabled|NotFound|InvalidState|NotAccessible)\w*|KMS key .*(?:does not exist|not enabled|is disabled)/,
    field: 'data.aws.kmsKeyArn',
    says: (failure) =>
      `got ${wanted(failure, 'kmsKeyId')}, want a key that exists, is enabled, and may be used with ${providerConfig(failure)}`,
    // https://github.com/hashicorp/terraform-provider-aws/issues/16362
    example:
      'creating RDS DB Instance (orders): KMSKeyNotAccessibleFault: The specified KMS key [arn:aws:kms:us-east-1:111122223333:key/0851aeeb-2800-4dfb-a67f-a0709ae8f410] does not exist, is not enabled or you do not have permissions to access it.',
  },
  {
    of: 'Bucket.s3.aws.m.upbound.io',
    pattern: /\bBucketAlreadyExists\b/,
    field: 'metadata.name',
    says: 'some AWS account has a bucket of the name already, choose another name',
    // https://github.com/aws/aws-sdk-go-v2/issues/1740
    example:
      'operation error S3: CreateBucket, https response error StatusCode: 409, RequestID: REDACTED, HostID: REDACTED, BucketAlreadyExists:',
  },
  {
    of,
    pattern: /\b(\w+Already(?:Exists|OwnedByYou)\w*|InvalidGroup\.Duplicate)\b/,
    field: 'metadata.name',
    says: (failure) =>
      `the AWS account has one of the name that this claim did not make (${failure.captured(1)}), choose another name or have it removed`,
    // https://github.com/port-labs/ocean/pull/854
    example:
      'creating IAM Role (port-ocean-launchdarkly-ld_ocean): operation error IAM: CreateRole, https response error StatusCode: 409, RequestID: 277306c3-5a41-457c-bb14-6b6165485cdb, EntityAlreadyExists: Role with name port-ocean-launchdarkly-ld_ocean already exists.',
  },
  {
    of,
    pattern: /not authorized to perform:? ([a-z0-9-]+:\w+)/,
    field: 'data.aws.providerConfig',
    says: (failure) => `${providerConfig(failure)} may not do ${failure.captured(1)}, allow it in IAM`,
    // https://github.com/kubernetes-sigs/karpenter/issues/2813
    example:
      'creating Security Group (orders): operation error EC2: CreateSecurityGroup, https response error StatusCode: 403, RequestID: 82bf4040-841b-4cc2-bf73-3c50429ddce5, api error UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:sts::111122223333:assumed-role/provider-aws/1768825272022703283 is not authorized to perform: ec2:CreateSecurityGroup on resource: arn:aws:ec2:us-west-2:111122223333:security-group/* because no identity-based policy allows the ec2:CreateSecurityGroup action. Encoded authorization failure message: 0l-KPWQJ8q5z3YatP3Ybgb5lf0dibDhN6KaE3jQ5Bu4h',
  },
  {
    of,
    pattern: /operation error (\w[\w ]*: \w+)[^;]*?\b(?:UnauthorizedOperation|AccessDenied)|\b(?:UnauthorizedOperation|AccessDenied)/,
    field: 'data.aws.providerConfig',
    says: (failure) =>
      `${providerConfig(failure)} may not do ${failure.captured(1).replace(': ', ' ') || 'what this resource needs'}, allow it in IAM`,
    // https://github.com/rancher-archives/quickstart/issues/23
    example:
      'Error revoking default egress rule for Security Group (sg-06351aed6c6e2d460): UnauthorizedOperation: You are not authorized to perform this operation.',
  },
  {
    of,
    pattern: /\b(?:ExpiredToken|RequestExpired)/,
    field: 'data.aws.providerConfig',
    says: (failure) => `the credentials of ${providerConfig(failure)} have expired, renew them`,
    // https://github.com/crossplane-contrib/provider-aws/issues/281
    example:
      'cannot describe RDS instance: ExpiredToken: The security token included in the request is expired\n           status code: 403, request id: 9d127ad0-d550-4376-981c-59d20db485cc',
  },
  {
    of,
    pattern: /\b(?:InvalidClientTokenId|UnrecognizedClient|InvalidAccessKeyId|SignatureDoesNotMatch|AuthFailure)/,
    field: 'data.aws.providerConfig',
    says: (failure) => `AWS refuses the credentials of ${providerConfig(failure)}, correct them`,
    // https://github.com/tsuru/tsuru/issues/364
    example:
      'connect failed: cannot initialize the Terraform plugin SDK async external client: cannot get terraform setup: cannot get account id: cannot get the caller identity: GetCallerIdentity query failed: operation error STS: GetCallerIdentity, https response error StatusCode: 403, RequestID: 6d1b2715-c592-449e-8c50-f6f8a7e27ca7, api error InvalidClientTokenId: The security token included in the request is invalid',
  },
  {
    of,
    pattern: /cannot get referenced ProviderConfig: .*"([^"]*)" not found/,
    field: 'data.aws.providerConfig',
    says: ({ captured }) => `got ${shown(captured(1))}, want a ClusterProviderConfig of provider-aws that exists`,
    // provider-aws v2.5.0, internal/clients/pc_resolver.go
    example:
      'connect failed: cannot initialize the Terraform plugin SDK async external client: cannot get terraform setup: cannot get referenced ProviderConfig: ClusterProviderConfig.aws.m.upbound.io "aws" not found',
  },
  {
    of,
    pattern:
      /cannot get credentials secret|cannot extract from|failed to (?:refresh cached|retrieve(?: aws)?) credentials|failed to get AWS config|no EC2 IMDS role found/,
    field: 'data.aws.providerConfig',
    says: (failure) => `provider-aws finds no credentials with ${providerConfig(failure)}, correct its spec.credentials`,
    // https://github.com/rancher/tf-rancher-up/issues/7
    example:
      'connect failed: cannot initialize the Terraform plugin SDK async external client: cannot get terraform setup: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, request canceled, context deadline exceeded',
  },
  {
    of,
    pattern:
      /managed resource region "?[\w-]*"? does not belong to a known partition|lookup [\w.-]+\.amazonaws\.com\S*(?: on \S+)?: no such host/,
    field: 'data.aws.region',
    says: (failure) => `got ${wanted(failure, 'region')}, want a region of AWS`,
    // provider-aws v2.5.0, internal/clients/aws.go
    example:
      'connect failed: cannot initialize the Terraform plugin SDK async external client: cannot get terraform setup: cannot configure AWS partition: managed resource region "eu-wst-1" does not belong to a known partition',
  },
  {
    of,
    pattern: /cannot change the value of the argument "([^"]*)"/,
    says: ({ captured }) => `AWS cannot change ${captured(1)} of what exists, set back what changed it or make a new claim`,
    // upjet v2, pkg/controller/external_tfpluginsdk.go
    example:
      'update failed: refuse to update the external resource because the following update requires replacing it: cannot change the value of the argument "db_name" from "app" to "ledger"',
  },
];
