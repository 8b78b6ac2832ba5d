import type { Policy } from '../../core/pipeline.ts';
import { shown } from '../../core/problem.ts';
import { writtenAt } from '../../kinds/fields.ts';
import { each, propertyOf } from '../inspect.ts';

/** `db.m7g` of `db.m7g.large`. */
const familyOf = (value: unknown) => (typeof value === 'string' ? value.split('.').slice(0, 2).join('.') : undefined);

export const allowedInstanceFamilies: Policy = {
  id: 'allowed-instance-families',
  severity: 'deny',
  text: 'Databases and caches run on the current families of instances, or on ones that the environment allows.',
  why: 'Older families cost more for less, and large special ones can cost more in a day than the app does in a year.',
  fix: 'Choose a size of the claim, and leave the instance to the platform. In a template: choose a class of an allowed family.',
  allows: 'Families of instances, such as db.m6g or cache.r6g.',
  check: each((object, _, { allowed }, card) => {
    const known = propertyOf(card, ({ classes }) => classes);
    if (known === undefined) return [];
    const wanted = [...new Set([...known.families, ...allowed])];
    return writtenAt(object, known.path)
      .filter(({ value }) => !wanted.some((family) => family === familyOf(value)))
      .map(({ path, value }) => `${path}: got ${shown(value)}, want a class of one of ${wanted.join(', ')}`);
  }),
};
