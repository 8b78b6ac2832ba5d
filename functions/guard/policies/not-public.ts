import { groupKind } from '../../core/kubernetes.ts';
import type { Policy } from '../../core/pipeline.ts';
import { shown } from '../../core/problem.ts';
import {
  companions,
  conditionOf,
  each,
  fields,
  hasEffect,
  isFalse,
  isForEverybody,
  isTrue,
  kinds,
  ofBucket,
  setting,
  statementsOf,
  writtenAt,
} from '../inspect.ts';

const publicAcls: readonly unknown[] = ['public-read', 'public-read-write', 'authenticated-read'];
const publicGroups = 'http://acs.amazonaws.com/groups/global/';
const published: readonly unknown[] = ['NodePort', 'LoadBalancer'];
const blocks = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'];

/** Kinds with a policy that says who may use them. A document that cannot be read allows nobody, and AWS refuses it. */
const resourcePolicies: readonly string[] = [kinds.bucketPolicy, kinds.queuePolicy, kinds.queue, kinds.topic, kinds.key];

export const notPublic: Policy = {
  id: 'not-public',
  severity: 'deny',
  text: 'Nothing that is composed can be reached from the internet or used by everybody.',
  why: 'What everybody can reach is found and attacked within hours, and a bucket that everybody can read is a leak.',
  fix:
    'Set `publiclyAccessible: false`; compose a BucketPublicAccessBlock with all four settings true; name principals in policies, or add ' +
    'a Condition; make a Service of type ClusterIP, and let the platform publish it by its own gateway.',
  check: each(
    fields([
      { kinds: [kinds.instance, kinds.clusterInstance], path: 'spec.forProvider.publiclyAccessible', want: 'false', holds: isFalse },
      {
        kinds: ['s3.aws.m.upbound.io BucketACL'],
        path: 'spec.forProvider.acl',
        want: 'private',
        holds: (value) => !publicAcls.includes(value),
        optional: true,
      },
      {
        kinds: ['s3.aws.m.upbound.io BucketACL'],
        path: 'spec.forProvider.accessControlPolicy',
        want: 'no grant to everybody',
        holds: (value) => !JSON.stringify(value).includes(publicGroups),
        optional: true,
      },
      { kinds: [' Service'], path: 'spec.type', want: 'ClusterIP', holds: (value) => !published.includes(value) },
      { kinds: [' Service'], path: 'spec.externalIPs.*', want: 'no address outside the cluster', holds: () => false },
    ]),
    companions([
      {
        of: kinds.bucket,
        kind: 's3.aws.m.upbound.io BucketPublicAccessBlock',
        belongs: ofBucket,
        want: `one with ${blocks.join(', ')} true`,
        holds: (block) => blocks.every((field) => isTrue(setting(block, field))),
      },
    ]),
    (object) => {
      if (!resourcePolicies.includes(groupKind(object))) return [];
      return writtenAt(object, 'spec.forProvider.policy').flatMap(({ path, value }) =>
        (statementsOf(value) ?? [])
          .filter(
            (statement) => hasEffect(statement, 'allow') && isForEverybody(statement) && Object.keys(conditionOf(statement)).length === 0,
          )
          .map(({ path: statement, element }) => {
            const got = shown(element('principal') ?? { NotPrincipal: element('notprincipal') });
            return `${path}.${statement}.Principal: got ${got}, want named principals, or a Condition`;
          }),
      );
    },
  ),
};
