import type { Cards } from '../functions/core/card.ts';
import { groupKind, type KubernetesObject, stringAt } from '../functions/core/kubernetes.ts';
import { heldBy } from '../functions/expand/progress.ts';

/** Why a claim that is being deleted is still there, by what is left of what it composed, in the words of its provider. */
export function holding(claim: KubernetesObject, left: readonly KubernetesObject[], cards: Cards): string {
  const audience = { environment: stringAt(claim, 'status', 'environment'), explains: {} };
  return left.map((object) => heldBy(cards.get(groupKind(object)), object, audience)).join('; ') || 'all that it made is gone';
}
