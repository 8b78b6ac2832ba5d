import type { Card } from '../functions/core/card.ts';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import type { Audience } from '../functions/expand/failures/index.ts';
import { heldBy } from '../functions/expand/progress.ts';

/** Why something that a claim composed is not ready, without what it is called. */
export const unreadyText = (card: Card | undefined, object: KubernetesObject, audience: Audience): string =>
  heldBy(card, object, audience)
    .slice(`${object.kind} ${object.metadata?.name ?? ''}`.length)
    .replace(/^:? /, '');
