import { at } from '../../core/kubernetes.ts';
import { shown } from '../../core/problem.ts';
import { named, type Policy } from '../policy.ts';

interface Limit {
  readonly path: readonly string[];
  readonly most: number;
  readonly pattern?: RegExp;
}

const objectName: Limit = { path: ['metadata', 'name'], most: 253, pattern: /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/ };
const externalNamePath = ['metadata', 'annotations', 'crossplane.io/external-name'];

/** Kinds with limits of their own, by `<group> <kind>`. */
const limits: Readonly<Record<string, readonly Limit[]>> = {
  ' Service': [{ path: ['metadata', 'name'], most: 63, pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/ }],
  // Its pods carry the name and an 11-character hash in a label.
  'apps StatefulSet': [{ path: ['metadata', 'name'], most: 52 }],
  'rds.aws.m.upbound.io Instance': [
    { path: ['spec', 'forProvider', 'identifier'], most: 63, pattern: /^[a-z](-?[a-z0-9])*$/ },
    { path: ['spec', 'forProvider', 'finalSnapshotIdentifier'], most: 255, pattern: /^[a-zA-Z](-?[a-zA-Z0-9])*$/ },
  ],
  'rds.aws.m.upbound.io ParameterGroup': [{ path: externalNamePath, most: 255, pattern: /^[a-z](-?[a-z0-9])*$/ }],
  'rds.aws.m.upbound.io SubnetGroup': [{ path: externalNamePath, most: 255 }],
  'ec2.aws.m.upbound.io SecurityGroup': [{ path: ['spec', 'forProvider', 'name'], most: 255 }],
  'postgresql.sql.m.crossplane.io Database': [{ path: externalNamePath, most: 63 }],
  'postgresql.sql.m.crossplane.io Role': [{ path: externalNamePath, most: 63 }],
};

export const namesWithinLimits: Policy = {
  id: 'names-within-limits',
  text: 'Names keep to the limits of what they name, in the cluster and outside.',
  check(resources) {
    return Object.entries(resources).flatMap(([key, object]) => {
      const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
      return [objectName, ...(limits[`${group} ${object.kind}`] ?? [])].flatMap(({ path, most, pattern }) => {
        const value = at(object, ...path);
        if (typeof value !== 'string') return [];
        const where = `${named(key, object)}: ${path.join('.')}: got ${shown(value)}`;
        if (value.length > most) return [`${where}, want at most ${most} characters`];
        return pattern === undefined || pattern.test(value) ? [] : [`${where}, want a match of ${pattern.source}`];
      });
    });
  },
};
