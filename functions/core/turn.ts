import type { KubernetesObject } from './kubernetes.ts';

type Claimed = Pick<KubernetesObject, 'kind' | 'metadata'>;

const turnOf = ({ kind, metadata }: Claimed) =>
  [metadata?.creationTimestamp ?? '~', kind, metadata?.name ?? '', metadata?.namespace ?? ''].join(' ');

/**
 * The order in which claims get what not all can have: by their creation, then by kind, name and namespace. One that is not created yet comes
 * after all others.
 */
export function byTurn(a: Claimed, b: Claimed): number {
  const [first, second] = [turnOf(a), turnOf(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}
