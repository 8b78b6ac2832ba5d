import type { Card } from '../core/card.ts';
import { backupPlan } from './aws/backup-plan.ts';
import { backupSelection } from './aws/backup-selection.ts';
import { backupVault } from './aws/backup-vault.ts';
import { budget } from './aws/budget.ts';
import { cloudwatchMetricAlarm } from './aws/cloudwatch-metric-alarm.ts';
import { elasticacheParameterGroup } from './aws/elasticache-parameter-group.ts';
import { elasticacheSubnetGroup } from './aws/elasticache-subnet-group.ts';
import { elasticacheUser } from './aws/elasticache-user.ts';
import { elasticacheUserGroup } from './aws/elasticache-user-group.ts';
import { iamPolicy } from './aws/iam-policy.ts';
import { iamRole } from './aws/iam-role.ts';
import { iamRolePolicy } from './aws/iam-role-policy.ts';
import { iamRolePolicyAttachment } from './aws/iam-role-policy-attachment.ts';
import { kmsAlias } from './aws/kms-alias.ts';
import { kmsKey } from './aws/kms-key.ts';
import { podIdentityAssociation } from './aws/pod-identity-association.ts';
import { rdsCluster } from './aws/rds-cluster.ts';
import { rdsClusterInstance } from './aws/rds-cluster-instance.ts';
import { rdsClusterParameterGroup } from './aws/rds-cluster-parameter-group.ts';
import { rdsInstance } from './aws/rds-instance.ts';
import { rdsParameterGroup } from './aws/rds-parameter-group.ts';
import { rdsSnapshot } from './aws/rds-snapshot.ts';
import { rdsSubnetGroup } from './aws/rds-subnet-group.ts';
import { replicationGroup } from './aws/replication-group.ts';
import { s3Bucket } from './aws/s3-bucket.ts';
import { s3BucketAcl } from './aws/s3-bucket-acl.ts';
import { s3BucketLifecycleConfiguration } from './aws/s3-bucket-lifecycle-configuration.ts';
import { s3BucketOwnershipControls } from './aws/s3-bucket-ownership-controls.ts';
import { s3BucketPolicy } from './aws/s3-bucket-policy.ts';
import { s3BucketPublicAccessBlock } from './aws/s3-bucket-public-access-block.ts';
import { s3BucketServerSideEncryptionConfiguration } from './aws/s3-bucket-server-side-encryption-configuration.ts';
import { s3BucketVersioning } from './aws/s3-bucket-versioning.ts';
import { secretsmanagerSecret } from './aws/secretsmanager-secret.ts';
import { secretsmanagerSecretVersion } from './aws/secretsmanager-secret-version.ts';
import { securityGroup } from './aws/security-group.ts';
import { securityGroupEgressRule } from './aws/security-group-egress-rule.ts';
import { securityGroupIngressRule } from './aws/security-group-ingress-rule.ts';
import { securityGroupRule } from './aws/security-group-rule.ts';
import { serverlessCache } from './aws/serverless-cache.ts';
import { snsTopic } from './aws/sns-topic.ts';
import { sqsQueue } from './aws/sqs-queue.ts';
import { sqsQueuePolicy } from './aws/sqs-queue-policy.ts';
import { sqsQueueRedriveAllowPolicy } from './aws/sqs-queue-redrive-allow-policy.ts';
import { sqsQueueRedrivePolicy } from './aws/sqs-queue-redrive-policy.ts';
import { usage } from './crossplane/usage.ts';
import { clusterRole } from './kubernetes/cluster-role.ts';
import { clusterRoleBinding } from './kubernetes/cluster-role-binding.ts';
import { configMap } from './kubernetes/config-map.ts';
import { cronJob } from './kubernetes/cron-job.ts';
import { daemonSet } from './kubernetes/daemon-set.ts';
import { deployment } from './kubernetes/deployment.ts';
import { horizontalPodAutoscaler } from './kubernetes/horizontal-pod-autoscaler.ts';
import { httpRoute } from './kubernetes/http-route.ts';
import { ingress } from './kubernetes/ingress.ts';
import { job } from './kubernetes/job.ts';
import { limitRange } from './kubernetes/limit-range.ts';
import { namespace } from './kubernetes/namespace.ts';
import { networkPolicy } from './kubernetes/network-policy.ts';
import { persistentVolumeClaim } from './kubernetes/persistent-volume-claim.ts';
import { pod } from './kubernetes/pod.ts';
import { podDisruptionBudget } from './kubernetes/pod-disruption-budget.ts';
import { podMonitor } from './kubernetes/pod-monitor.ts';
import { prometheusRule } from './kubernetes/prometheus-rule.ts';
import { replicaSet } from './kubernetes/replica-set.ts';
import { replicationController } from './kubernetes/replication-controller.ts';
import { resourceQuota } from './kubernetes/resource-quota.ts';
import { role } from './kubernetes/role.ts';
import { roleBinding } from './kubernetes/role-binding.ts';
import { secret } from './kubernetes/secret.ts';
import { service } from './kubernetes/service.ts';
import { serviceAccount } from './kubernetes/service-account.ts';
import { serviceMonitor } from './kubernetes/service-monitor.ts';
import { statefulSet } from './kubernetes/stateful-set.ts';
import { sqlDatabase } from './sql/database.ts';
import { sqlDefaultPrivileges } from './sql/default-privileges.ts';
import { sqlExtension } from './sql/extension.ts';
import { sqlGrant } from './sql/grant.ts';
import { sqlProviderConfig } from './sql/provider-config.ts';
import { sqlRole } from './sql/role.ts';
import { sqlSchema } from './sql/schema.ts';

/** Every kind that is known here, one line each. */
export const kinds: readonly Card[] = [
  backupPlan,
  backupSelection,
  backupVault,
  budget,
  cloudwatchMetricAlarm,
  clusterRole,
  clusterRoleBinding,
  configMap,
  cronJob,
  daemonSet,
  deployment,
  elasticacheParameterGroup,
  elasticacheSubnetGroup,
  elasticacheUser,
  elasticacheUserGroup,
  horizontalPodAutoscaler,
  httpRoute,
  iamPolicy,
  iamRole,
  iamRolePolicy,
  iamRolePolicyAttachment,
  ingress,
  job,
  kmsAlias,
  kmsKey,
  limitRange,
  namespace,
  networkPolicy,
  persistentVolumeClaim,
  pod,
  podDisruptionBudget,
  podIdentityAssociation,
  podMonitor,
  prometheusRule,
  rdsCluster,
  rdsClusterInstance,
  rdsClusterParameterGroup,
  rdsInstance,
  rdsParameterGroup,
  rdsSnapshot,
  rdsSubnetGroup,
  replicaSet,
  replicationController,
  replicationGroup,
  resourceQuota,
  role,
  roleBinding,
  s3Bucket,
  s3BucketAcl,
  s3BucketLifecycleConfiguration,
  s3BucketOwnershipControls,
  s3BucketPolicy,
  s3BucketPublicAccessBlock,
  s3BucketServerSideEncryptionConfiguration,
  s3BucketVersioning,
  secret,
  secretsmanagerSecret,
  secretsmanagerSecretVersion,
  securityGroup,
  securityGroupEgressRule,
  securityGroupIngressRule,
  securityGroupRule,
  serverlessCache,
  service,
  serviceAccount,
  serviceMonitor,
  snsTopic,
  sqlDatabase,
  sqlDefaultPrivileges,
  sqlExtension,
  sqlGrant,
  sqlProviderConfig,
  sqlRole,
  sqlSchema,
  sqsQueue,
  sqsQueuePolicy,
  sqsQueueRedriveAllowPolicy,
  sqsQueueRedrivePolicy,
  statefulSet,
  usage,
];
