import { at, groupKind, type KubernetesObject } from '../../core/kubernetes.ts';
import type { Policy } from '../../core/pipeline.ts';
import { shown } from '../../core/problem.ts';
import {
  companions,
  conditionOf,
  each,
  externalNameOf,
  fields,
  hasEffect,
  isForEverybody,
  isText,
  isTrue,
  kinds,
  ofBucket,
  ofQueue,
  refersTo,
  type Statement,
  setting,
  statementsOf,
  stringsOf,
} from '../inspect.ts';

/** TLS is forced by a parameter group, which the database must name and which must be composed beside it. */
const parameterGroups: Readonly<Record<string, { readonly kind: string; readonly field: string }>> = {
  [kinds.instance]: { kind: 'rds.aws.m.upbound.io ParameterGroup', field: 'parameterGroupName' },
  [kinds.cluster]: { kind: 'rds.aws.m.upbound.io ClusterParameterGroup', field: 'dbClusterParameterGroupName' },
};

function forcesTls(group: KubernetesObject): boolean {
  const parameters = setting(group, 'parameter');
  return (
    Array.isArray(parameters) && parameters.some((parameter) => at(parameter, 'name') === 'rds.force_ssl' && at(parameter, 'value') === '1')
  );
}

/** As IAM takes it: a text or a boolean, alone or in a list. */
const isFalseText = (value: unknown) => {
  const values = [value].flat();
  return values.length > 0 && values.every((item) => item === 'false' || item === false);
};

/** Whether a statement refuses whoever comes without TLS, to do anything; more conditions would let some of them in. */
function refusesPlain(statement: Statement, service: string, resources: readonly string[]): boolean {
  const { bool, boolifexists, ...others } = conditionOf(statement);
  const condition = bool ?? boolifexists;
  const secure = typeof condition === 'object' && condition !== null ? Object.entries(condition) : [];
  const actions = stringsOf(statement.element('action'));
  const covered = stringsOf(statement.element('resource'));
  return (
    hasEffect(statement, 'deny') &&
    isForEverybody(statement) &&
    statement.element('notprincipal') === undefined &&
    Object.keys(others).length === 0 &&
    (bool === undefined || boolifexists === undefined) &&
    secure.length === 1 &&
    secure.every(([key, value]) => key.toLowerCase() === 'aws:securetransport' && isFalseText(value)) &&
    actions.some((action) => action === '*' || action.toLowerCase() === `${service}:*`) &&
    (covered.includes('*') || resources.every((ending) => covered.some((arn) => arn.startsWith('arn:') && arn.endsWith(ending))))
  );
}

const refusing = (service: string, resourcesOf: (object: KubernetesObject) => readonly string[]) => ({
  want: 'one that denies everybody everything where aws:SecureTransport is false',
  holds: (policy: KubernetesObject, object: KubernetesObject) =>
    statementsOf(setting(policy, 'policy'))?.some((statement) => refusesPlain(statement, service, resourcesOf(object))) === true,
});

export const encryptedInTransit: Policy = {
  id: 'encrypted-in-transit',
  severity: 'deny',
  text: 'Databases, caches, buckets and queues refuse connections without TLS.',
  why: 'Without TLS, passwords and data cross the network where others can read them, and one client with a wrong setting is enough.',
  fix:
    'Compose a ParameterGroup with `rds.force_ssl` = 1 and name it in the database; set `transitEncryptionEnabled: true` on a cache, ' +
    'with no `transitEncryptionMode` or `required`; compose a BucketPolicy or a QueuePolicy, dead-letter queues included, with a statement ' +
    'that denies every action to everybody where `aws:SecureTransport` is false, for a bucket on the bucket and its objects.',
  check: each(
    (object, resources) => {
      const group = parameterGroups[groupKind(object)];
      if (group === undefined) return [];
      const named = Object.values(resources).filter((other) => groupKind(other) === group.kind && refersTo(object, group.field, other));
      if (named.length > 0 && named.every(forcesTls)) return [];
      const kind = group.kind.split(' ')[1];
      const got = shown(setting(object, group.field) ?? setting(object, `${group.field}Ref`, 'name'));
      return [`spec.forProvider.${group.field}: got ${got}, want a composed ${kind} with rds.force_ssl = 1`];
    },
    fields([
      { kinds: [kinds.replicationGroup], path: 'spec.forProvider.transitEncryptionEnabled', want: 'true', holds: isTrue },
      {
        kinds: [kinds.replicationGroup],
        path: 'spec.forProvider.transitEncryptionMode',
        want: 'required',
        holds: (value) => value === 'required',
        optional: true,
      },
    ]),
    companions([
      {
        of: kinds.bucket,
        kind: kinds.bucketPolicy,
        belongs: ofBucket,
        ...refusing('s3', (bucket) => [`:::${externalNameOf(bucket)}`, `:::${externalNameOf(bucket)}/*`]),
      },
      {
        of: kinds.queue,
        kind: kinds.queuePolicy,
        belongs: ofQueue,
        ...refusing('sqs', (queue) => (isText(setting(queue, 'name')) ? [`:${setting(queue, 'name')}`] : [':*'])),
      },
    ]),
  ),
};
