import type { Policy } from '../../core/pipeline.ts';
import { asking } from '../inspect.ts';

export const finalSnapshot: Policy = {
  id: 'final-snapshot',
  severity: 'deny',
  tiers: ['prod'],
  text: 'Deleting a database or a cache takes a final snapshot under a name of its own, unless the claim says spec.deletion: Delete.',
  why: 'After a deletion that nobody meant, the final snapshot is the last copy; without a name, AWS refuses the deletion and it hangs.',
  fix: 'Say `spec.deletion: Delete` in the claim if nothing is to be kept. In a template: set what the table below asks of the kind, with a name that no other claim has.',
  ...asking(({ finalSnapshot }) => finalSnapshot),
};
