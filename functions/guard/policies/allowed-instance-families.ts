import { groupKind } from '../../core/kubernetes.ts';
import type { Policy } from '../../core/pipeline.ts';
import { shown } from '../../core/problem.ts';
import { each, kinds, writtenAt } from '../inspect.ts';

const databases = ['db.t4g', 'db.m7g', 'db.r7g', 'db.m8g', 'db.r8g'];
const caches = ['cache.t4g', 'cache.m7g', 'cache.r7g'];

/** Where each kind says on what it runs. */
const classes: Readonly<Record<string, { readonly field: string; readonly families: readonly string[] }>> = {
  [kinds.instance]: { field: 'instanceClass', families: databases },
  [kinds.clusterInstance]: { field: 'instanceClass', families: databases },
  [kinds.cluster]: { field: 'dbClusterInstanceClass', families: databases },
  [kinds.replicationGroup]: { field: 'nodeType', families: caches },
};

/** `db.m7g` of `db.m7g.large`. */
const familyOf = (value: unknown) => (typeof value === 'string' ? value.split('.').slice(0, 2).join('.') : undefined);

export const allowedInstanceFamilies: Policy = {
  id: 'allowed-instance-families',
  severity: 'deny',
  text: 'Databases and caches run on the current families of instances, or on ones that the environment allows.',
  why: 'Older families cost more for less, and large special ones can cost more in a day than the app does in a year.',
  fix: 'Choose a size of the claim, and leave the instance to the platform. In a template: choose a class of an allowed family.',
  allows: 'Families of instances, such as db.m6g or cache.r6g.',
  check: each((object, _, { allowed }) => {
    const known = classes[groupKind(object)];
    if (known === undefined) return [];
    const wanted = [...new Set([...known.families, ...allowed])];
    return writtenAt(object, `spec.forProvider.${known.field}`)
      .filter(({ value }) => !wanted.some((family) => family === familyOf(value)))
      .map(({ path, value }) => `${path}: got ${shown(value)}, want a class of one of ${wanted.join(', ')}`);
  }),
};
