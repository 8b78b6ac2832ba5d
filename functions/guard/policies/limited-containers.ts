import type { Policy } from '../../core/pipeline.ts';
import { each, podFields } from '../inspect.ts';

const quantities = ['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];

/** Kubernetes takes a limit of 0 for none. */
function isQuantity(value: unknown): boolean {
  return (typeof value === 'string' || typeof value === 'number') && Number.parseFloat(String(value)) > 0;
}

export const limitedContainers: Policy = {
  id: 'limited-containers',
  severity: 'deny',
  text: 'Containers say how much CPU and memory they need, and how much they may use at most.',
  why: 'A container without limits can starve every other on its node, and without requests it is put on a node that is full.',
  fix: 'Set `resources` of each container: `requests` and `limits`, both with `cpu` and `memory`.',
  check: each(
    podFields(
      // Containers for debugging cannot have resources.
      ['containers', 'initContainers'].flatMap((list) =>
        quantities.map((quantity) => ({ path: `${list}.*.resources.${quantity}`, want: 'a quantity', holds: isQuantity })),
      ),
    ),
  ),
};
