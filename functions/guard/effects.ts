import { type Card, type Cards, type Effect, type Effects, type FieldChange, holdsData } from '../core/card.ts';
import { groupKind } from '../core/kubernetes.ts';
import { mayDelete } from '../core/managed.ts';
import { inPlace, replace, unnoticed } from '../kinds/card.ts';

const unknown: Effect = { impact: 'in place', known: false, what: "no entry: see the provider's documentation" };

/** What holds of every kind. */
const everywhere = (card: Card | undefined): Effects => ({
  ...unnoticed('metadata.labels', 'metadata.annotations', 'spec.writeConnectionSecretToRef', 'spec.forProvider.tags'),
  'metadata.name': replace('another name is another object'),
  'spec.managementPolicies': ({ before, after }) =>
    inPlace(
      'no downtime',
      (card === undefined || holdsData(card)) && !mayDelete(before) && mayDelete(after)
        ? 'what is outside the cluster goes when the object does'
        : undefined,
    ),
  'spec.providerConfigRef': inPlace('another login to the cloud, from the next reconcile on'),
});

/** What a changed field of a resource that exists does to it. */
export function effectOf(change: FieldChange, cards: Cards): Effect {
  const { path, was } = change;
  const card = cards.get(groupKind(was));
  const data = card !== undefined && 'fixed' in card.data ? card.data : undefined;
  if (data?.fixed.some((field) => field.length === path.length && field.every((part, index) => part === path[index]))) {
    return {
      ...replace('it cannot change without losing the data: the guard refuses it'),
      data: `is lost; what is left: ${data.survives}`,
    };
  }
  const effects = { ...everywhere(card), ...card?.effects };
  for (let length = path.length; length > 0; length -= 1) {
    const rule = effects[path.slice(0, length).join('.')];
    if (rule !== undefined) return typeof rule === 'function' ? rule(change) : rule;
  }
  return unknown;
}
