import { groupKind, type KubernetesObject, stringAt } from '../core/kubernetes.ts';

/** What of a resource with data cannot be changed without losing it. */
export interface Durable {
  /** Paths whose change makes the provider, or AWS, replace what is there, or lose the way to it. */
  readonly fixed: readonly (readonly string[])[];
  /** Paths of sizes that can only grow, in GiB. */
  readonly grows: readonly (readonly string[])[];
  /** Path of the engine's version, where there is one, and to which majors each major can go in one step. */
  readonly version?: { readonly path: readonly string[]; readonly majors: Readonly<Record<string, readonly number[]>> };
  /** Paths that are true while the resource is protected against deletion. */
  readonly protection: readonly (readonly string[])[];
}

const forProvider = (...fields: readonly string[]) => fields.map((field) => ['spec', 'forProvider', field]);
const externalName = ['metadata', 'annotations', 'crossplane.io/external-name'];

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.UpgradeVersion.html */
const postgresMajors = { 13: [14, 15, 16, 17], 14: [15, 16, 17], 15: [16, 17], 16: [17, 18], 17: [18] };

const rows: Readonly<Record<string, Durable>> = {
  'rds.aws.m.upbound.io Instance': {
    fixed: forProvider('region', 'identifier', 'engine', 'dbName', 'username', 'storageEncrypted', 'kmsKeyId'),
    grows: forProvider('allocatedStorage'),
    version: { path: ['spec', 'forProvider', 'engineVersion'], majors: postgresMajors },
    protection: forProvider('deletionProtection'),
  },
  'rds.aws.m.upbound.io Cluster': {
    fixed: [externalName, ...forProvider('region', 'engine', 'databaseName', 'masterUsername', 'storageEncrypted', 'kmsKeyId')],
    grows: forProvider('allocatedStorage'),
    version: { path: ['spec', 'forProvider', 'engineVersion'], majors: postgresMajors },
    protection: forProvider('deletionProtection'),
  },
  'elasticache.aws.m.upbound.io ReplicationGroup': {
    fixed: [externalName, ...forProvider('region', 'engine', 'atRestEncryptionEnabled', 'kmsKeyId')],
    grows: [],
    version: { path: ['spec', 'forProvider', 'engineVersion'], majors: { 7: [8, 9], 8: [9] } },
    protection: [],
  },
  's3.aws.m.upbound.io Bucket': { fixed: [externalName, ...forProvider('region')], grows: [], protection: [] },
  'sqs.aws.m.upbound.io Queue': { fixed: [externalName, ...forProvider('region', 'name', 'fifoQueue')], grows: [], protection: [] },
  'kms.aws.m.upbound.io Key': { fixed: [externalName, ...forProvider('region')], grows: [], protection: [] },
  'postgresql.sql.m.crossplane.io Database': { fixed: [externalName], grows: [], protection: [] },
  'postgresql.sql.m.crossplane.io Role': { fixed: [externalName], grows: [], protection: [] },
  ' PersistentVolumeClaim': { fixed: [], grows: [['spec', 'resources', 'requests', 'storage']], protection: [] },
};

/** Undefined for what holds no data. */
export function durable(object: KubernetesObject): Durable | undefined {
  return rows[groupKind(object)];
}

/** A size in GiB: a number, or a Kubernetes quantity of whole GiB. */
export function gibibytes(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const match = typeof value === 'string' ? /^([0-9]+)(Gi|Ti)?$/.exec(value) : null;
  if (match === null) return undefined;
  return Number(match[1]) * (match[2] === 'Ti' ? 1024 : 1);
}

/** The number before the first point of a version. */
export function majorOf(object: KubernetesObject, path: readonly string[]): number | undefined {
  const major = Number.parseInt(stringAt(object, ...path) ?? '', 10);
  return Number.isNaN(major) ? undefined : major;
}
