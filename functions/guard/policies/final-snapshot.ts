import type { Policy } from '../../core/pipeline.ts';
import { each, fields, isFalse, isText, kinds } from '../inspect.ts';

const databases = [kinds.instance, kinds.cluster];

export const finalSnapshot: Policy = {
  id: 'final-snapshot',
  severity: 'deny',
  tiers: ['prod'],
  text: 'Deleting a database or a cache takes a final snapshot under a name of its own, unless the claim says spec.deletion: Delete.',
  why: 'After a deletion that nobody meant, the final snapshot is the last copy; without a name, AWS refuses the deletion and it hangs.',
  fix:
    'Say `spec.deletion: Delete` in the claim if nothing is to be kept. In a template: `skipFinalSnapshot: false` on a database, and a ' +
    '`finalSnapshotIdentifier` that no other claim has, on a cache too.',
  check: each(
    fields([
      { kinds: databases, path: 'spec.forProvider.skipFinalSnapshot', want: 'false', holds: isFalse, waivedBy: ['Delete'] },
      { kinds: databases, path: 'spec.forProvider.finalSnapshotIdentifier', want: 'a name', holds: isText },
      // A cache takes its final snapshot because of the name alone, so there it can be given up.
      {
        kinds: [kinds.replicationGroup],
        path: 'spec.forProvider.finalSnapshotIdentifier',
        want: 'a name',
        holds: isText,
        waivedBy: ['Delete'],
      },
    ]),
  ),
};
