import { at, groupKind, type KubernetesObject } from '../../core/kubernetes.ts';
import type { Policy } from '../../core/pipeline.ts';
import { shown } from '../../core/problem.ts';
import { kinds, setting } from '../inspect.ts';
import { named } from '../named.ts';

interface Limit {
  readonly path: readonly string[];
  readonly most: number;
  readonly pattern?: RegExp;
  readonly when?: (object: KubernetesObject) => boolean;
}

const namePath = ['metadata', 'name'];
const externalNamePath = ['metadata', 'annotations', 'crossplane.io/external-name'];
const settingPath = (field: string) => ['spec', 'forProvider', field];

const objectName: Limit = { path: namePath, most: 253, pattern: /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/ };

/** A limit of the name outside the cluster, which is the object's own where no annotation says otherwise. */
function external(most: number, pattern?: RegExp): readonly Limit[] {
  const limit = { most, ...(pattern !== undefined && { pattern }) };
  return [
    { ...limit, path: externalNamePath },
    { ...limit, path: namePath, when: (object) => at(object, ...externalNamePath) === undefined },
  ];
}

const words = /^[a-z](-?[a-z0-9])*$/;
const iamName = /^[\w+=,.@-]+$/;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const bucketName =
  /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!\d+(\.\d+){3}$)[a-z0-9][a-z0-9.-]+[a-z0-9](?<!-s3alias|--ol-s3|--x-s3|--table-s3|\.mrap)$/;
const isFifo = (object: KubernetesObject) => setting(object, 'fifoQueue') === true;

/** Kinds with limits of their own. */
const limits: Readonly<Record<string, readonly Limit[]>> = {
  ' Service': [{ path: namePath, most: 63, pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/ }],
  // Its pods carry the name and an 11-character hash in a label.
  'apps StatefulSet': [{ path: namePath, most: 52 }],
  // Its jobs carry the name and an 11-character time.
  'batch CronJob': [{ path: namePath, most: 52 }],
  [kinds.instance]: [
    { path: settingPath('identifier'), most: 63, pattern: words },
    { path: settingPath('finalSnapshotIdentifier'), most: 255, pattern: /^[a-zA-Z](-?[a-zA-Z0-9])*$/ },
  ],
  [kinds.cluster]: external(63, words),
  'rds.aws.m.upbound.io ParameterGroup': external(255, words),
  'rds.aws.m.upbound.io SubnetGroup': external(255),
  'ec2.aws.m.upbound.io SecurityGroup': [{ path: settingPath('name'), most: 255 }],
  [kinds.replicationGroup]: external(40, words),
  'elasticache.aws.m.upbound.io ParameterGroup': [{ path: settingPath('name'), most: 255, pattern: words }],
  'elasticache.aws.m.upbound.io SubnetGroup': external(255, /^[a-z0-9-]+$/),
  [kinds.bucket]: external(63, bucketName),
  [kinds.queue]: [
    { path: settingPath('name'), most: 80, pattern: /^[\w-]+\.fifo$/, when: isFifo },
    { path: settingPath('name'), most: 80, pattern: /^[\w-]+$/, when: (object) => !isFifo(object) },
  ],
  [kinds.role]: external(64, iamName),
  [kinds.policy]: external(128, iamName),
  [kinds.rolePolicy]: external(128, iamName),
  'postgresql.sql.m.crossplane.io Database': external(63),
  'postgresql.sql.m.crossplane.io Role': external(63),
};

export const namesWithinLimits: Policy = {
  id: 'names-within-limits',
  severity: 'deny',
  fixed: true,
  text: 'Names keep to the limits of what they name, in the cluster and outside.',
  why: 'Kubernetes, AWS or Postgres would refuse the name, or cut it so that two databases could end up with the same one.',
  fix: 'Choose a shorter or plainer name: lower-case letters, digits and single hyphens, beginning with a letter, suit everything.',
  check(resources) {
    return Object.entries(resources).flatMap(([key, object]) =>
      [objectName, ...(limits[groupKind(object)] ?? [])].flatMap(({ path, most, pattern, when }) => {
        const value = at(object, ...path);
        if (typeof value !== 'string' || when?.(object) === false) return [];
        const where = `${named(key, object)}: ${path.join('.')}: got ${shown(value)}`;
        if (value.length > most) return [`${where}, want at most ${most} characters`];
        return pattern === undefined || pattern.test(value) ? [] : [`${where}, want a match of ${pattern.source}`];
      }),
    );
  },
};
