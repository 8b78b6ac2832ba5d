import { at, type KubernetesObject } from '../../core/kubernetes.ts';
import { shown } from '../../core/problem.ts';
import type { Deletion } from '../../core/protection.ts';
import { named, type Policy, type PolicyContext } from '../policy.ts';

const databaseKinds = new Set(['rds.aws.m.upbound.io Instance', 'rds.aws.m.upbound.io Cluster']);

const groupKind = (object: KubernetesObject) => `${object.apiVersion.split('/')[0]} ${object.kind}`;
const setting = (object: KubernetesObject, field: string) => at(object, 'spec', 'forProvider', field);

interface Requirement {
  readonly field: string;
  readonly want: string;
  readonly holds: (value: unknown) => boolean;
  /** Values of the claim's own `spec.deletion` with which its author gave the protection up. */
  readonly waivedBy?: readonly Deletion[];
}

const isTrue = (value: unknown) => value === true;
const isFalse = (value: unknown) => value === false;
const isText = (value: unknown) => typeof value === 'string' && value !== '';

/** A rule that one field of every RDS database must keep to. */
function fieldPolicy(id: string, text: string, requirements: readonly Requirement[]): Policy {
  return {
    id,
    text,
    tiers: ['prod'],
    check: (resources, { request }) =>
      Object.entries(resources).flatMap(([key, object]) => {
        if (!databaseKinds.has(groupKind(object))) return [];
        const deletion = at(request.claim, 'spec', 'deletion');
        return requirements
          .filter(({ field, holds, waivedBy }) => !holds(setting(object, field)) && !waivedBy?.some((waiver) => waiver === deletion))
          .map(({ field, want }) => `${named(key, object)}: spec.forProvider.${field}: got ${shown(setting(object, field))}, want ${want}`);
      }),
  };
}

const gaveUpProtection: readonly Deletion[] = ['Snapshot', 'Delete'];

/** TLS is forced by a parameter group, which the instance must name and which must be composed beside it. */
const tlsEnforced: Policy = {
  id: 'rds-tls-enforced',
  text: 'Databases refuse connections without TLS.',
  tiers: ['prod'],
  check(resources) {
    const forcing = Object.values(resources).filter((object) => {
      const parameters = setting(object, 'parameter');
      return (
        groupKind(object) === 'rds.aws.m.upbound.io ParameterGroup' &&
        Array.isArray(parameters) &&
        parameters.some((parameter) => at(parameter, 'name') === 'rds.force_ssl' && at(parameter, 'value') === '1')
      );
    });
    const names = new Set(forcing.map((object) => at(object, 'metadata', 'annotations', 'crossplane.io/external-name')));
    const objects = new Set(forcing.map((object) => object.metadata?.name));
    return Object.entries(resources).flatMap(([key, object]) => {
      if (groupKind(object) !== 'rds.aws.m.upbound.io Instance') return [];
      const name = setting(object, 'parameterGroupName');
      const reference = at(object, 'spec', 'forProvider', 'parameterGroupNameRef', 'name');
      if (names.has(name) || (typeof reference === 'string' && objects.has(reference))) return [];
      return [
        `${named(key, object)}: spec.forProvider.parameterGroupName: got ${shown(name)}, want a composed ParameterGroup with rds.force_ssl = 1`,
      ];
    });
  },
};

const anywhere = new Set(['0.0.0.0/0', '::/0']);
const openFields = ['cidrBlocks', 'ipv6CidrBlocks', 'cidrIpv4', 'cidrIpv6'];

/** Holds in every tier: a database that the internet can reach is nobody's wish. */
const noOpenIngress: Policy = {
  id: 'no-open-ingress',
  text: 'No security group lets in every address.',
  check: (resources) =>
    Object.entries(resources).flatMap(([key, object]) => {
      const rule = groupKind(object);
      const lets =
        rule === 'ec2.aws.m.upbound.io SecurityGroupIngressRule' ||
        (rule === 'ec2.aws.m.upbound.io SecurityGroupRule' && setting(object, 'type') === 'ingress');
      if (!lets) return [];
      return openFields.flatMap((field) =>
        [setting(object, field)]
          .flat()
          .filter((cidr) => typeof cidr === 'string' && anywhere.has(cidr))
          .map((cidr) => `${named(key, object)}: spec.forProvider.${field}: got ${shown(cidr)}, want the address ranges of the clients`),
      );
    }),
};

/** Deleting the managed resource must not delete the database, unless the claim's author said so. */
const outlivesControlPlane: Policy = {
  id: 'rds-outlives-control-plane',
  text: 'A protected database stays when its managed resource is deleted.',
  tiers: ['prod'],
  check: (resources, { request }: PolicyContext) =>
    Object.entries(resources).flatMap(([key, object]) => {
      if (!databaseKinds.has(groupKind(object)) || gaveUpProtection.some((waiver) => waiver === at(request.claim, 'spec', 'deletion')))
        return [];
      const policies = at(object, 'spec', 'managementPolicies') ?? ['*'];
      const deletes = Array.isArray(policies) && policies.some((policy) => policy === '*' || policy === 'Delete');
      return deletes ? [`${named(key, object)}: spec.managementPolicies: got ${shown(policies)}, want them without Delete`] : [];
    }),
};

export const rdsPolicies: readonly Policy[] = [
  fieldPolicy('rds-encrypted', 'Databases are encrypted at rest.', [{ field: 'storageEncrypted', want: 'true', holds: isTrue }]),
  fieldPolicy('rds-private', 'Databases have no public address.', [{ field: 'publiclyAccessible', want: 'false', holds: isFalse }]),
  fieldPolicy('rds-multi-az', 'Databases have a standby in another availability zone.', [
    { field: 'multiAz', want: 'true', holds: isTrue },
  ]),
  fieldPolicy('rds-backed-up', 'Databases keep automated backups for at least 7 days, and after deletion.', [
    { field: 'backupRetentionPeriod', want: 'at least 7', holds: (value) => typeof value === 'number' && value >= 7 },
    { field: 'deleteAutomatedBackups', want: 'false', holds: isFalse, waivedBy: ['Delete'] },
  ]),
  fieldPolicy('rds-deletion-protected', 'Databases are protected against deletion, unless the claim says spec.deletion.', [
    { field: 'deletionProtection', want: 'true', holds: isTrue, waivedBy: gaveUpProtection },
  ]),
  fieldPolicy(
    'rds-final-snapshot',
    'Deleting a database takes a final snapshot under a name of its own, unless the claim says spec.deletion: Delete.',
    [
      { field: 'skipFinalSnapshot', want: 'false', holds: isFalse, waivedBy: ['Delete'] },
      { field: 'finalSnapshotIdentifier', want: 'a name', holds: isText },
    ],
  ),
  tlsEnforced,
  noOpenIngress,
  outlivesControlPlane,
];
