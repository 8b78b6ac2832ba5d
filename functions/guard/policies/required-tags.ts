import type { Policy } from '../../core/pipeline.ts';
import { each, fields, isText } from '../inspect.ts';

const required = ['owner', 'environment', 'claim', 'namespace'];

/** Of each service, the kinds that have `tags`; the others have nowhere to put them. */
const tagged: Readonly<Record<string, readonly string[]>> = {
  backup: ['Plan', 'Vault'],
  budgets: ['Budget'],
  cloudwatch: ['MetricAlarm'],
  ec2: ['SecurityGroup', 'SecurityGroupEgressRule', 'SecurityGroupIngressRule'],
  eks: ['PodIdentityAssociation'],
  elasticache: ['ParameterGroup', 'ReplicationGroup', 'ServerlessCache', 'SubnetGroup', 'User', 'UserGroup'],
  iam: ['Policy', 'Role'],
  kms: ['Key'],
  rds: ['Cluster', 'ClusterInstance', 'ClusterParameterGroup', 'Instance', 'ParameterGroup', 'Snapshot', 'SubnetGroup'],
  s3: ['Bucket'],
  secretsmanager: ['Secret'],
  sns: ['Topic'],
  sqs: ['Queue'],
};

const taggedKinds = Object.entries(tagged).flatMap(([service, names]) => names.map((name) => `${service}.aws.m.upbound.io ${name}`));

export const requiredTags: Policy = {
  id: 'required-tags',
  severity: 'deny',
  text: `AWS resources carry the tags ${required.slice(0, -1).join(', ')} and ${required.at(-1)}.`,
  why: 'In AWS, tags are the only way from a resource or a line of the bill back to the claim that made it, and to whom to ask.',
  fix: 'The platform tags what it makes itself. In a template, copy the tags of another resource of the same claim.',
  check: each(
    fields(required.map((tag) => ({ kinds: taggedKinds, path: `spec.forProvider.tags.${tag}`, want: 'a value', holds: isText }))),
  ),
};
