import type { NameLimit } from '../../core/card.ts';
import { at } from '../../core/kubernetes.ts';
import type { Policy } from '../../core/pipeline.ts';
import { shown } from '../../core/problem.ts';
import { cardOf, propertyOf } from '../inspect.ts';
import { named } from '../named.ts';

const objectName: NameLimit = { path: ['metadata', 'name'], most: 253, pattern: /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/ };

export const namesWithinLimits: Policy = {
  id: 'names-within-limits',
  severity: 'deny',
  fixed: true,
  text: 'Names keep to the limits of what they name, in the cluster and outside.',
  why: 'Kubernetes, AWS or Postgres would refuse the name, or cut it so that two databases could end up with the same one.',
  fix: 'Choose a shorter or plainer name: lower-case letters, digits and single hyphens, beginning with a letter, suit everything.',
  check(resources, context) {
    return Object.entries(resources).flatMap(([key, object]) =>
      [objectName, ...(propertyOf<readonly NameLimit[]>(cardOf(context, object), ({ names }) => names) ?? [])].flatMap(
        ({ path, most, pattern, reserved, when }) => {
          const value = at(object, ...path);
          if (typeof value !== 'string' || when?.(object) === false) return [];
          const where = `${named(key, object)}: ${path.join('.')}: got ${shown(value)}`;
          if (value.length > most) return [`${where}, want at most ${most} characters`];
          if (pattern?.test(value) === false) return [`${where}, want a match of ${pattern.source}`];
          return reserved?.pattern.test(value) ? [`${where}, want ${reserved.want}`] : [];
        },
      ),
    );
  },
};
