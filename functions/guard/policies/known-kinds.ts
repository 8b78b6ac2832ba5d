import { undecidedOf } from '../../core/card.ts';
import { groupKind, kindName } from '../../core/kubernetes.ts';
import type { Policy } from '../../core/pipeline.ts';
import { shown } from '../../core/problem.ts';
import { named } from '../named.ts';

export const knownKinds: Policy = {
  id: 'known-kinds',
  severity: 'deny',
  fixed: true,
  text: 'Only kinds are composed of which the platform knows how to keep them safe.',
  why: 'Of a kind that nobody described, no policy knows whether it is encrypted, public, backed up or tagged, and nobody what it costs.',
  fix:
    'Write a card of the kind, in `functions/kinds`, and list it where the backend or the step says what it composes. Decide each of its facts. Until there is a card, ' +
    'an environment can accept the kind by name: of what it accepts, no other policy looks at more than the name.',
  allows: 'Kinds without a card, such as timestreamwrite.aws.m.upbound.io/Table, or Event in the core group.',
  check: (resources, { request, allowed }) =>
    Object.entries(resources).flatMap(([key, object]) => {
      const card = request.platform.cards.get(groupKind(object));
      if (card?.apiVersion === object.apiVersion) {
        return undecidedOf(card).map(
          ({ fact, what }) => `${named(key, object)}: ${fact} of the card of ${kindName(object)}: got undecided, want ${what}`,
        );
      }
      if (allowed.includes(kindName(object))) return [];
      const want = card === undefined ? 'one that has a card' : `${shown(card.apiVersion)}, which its card is of`;
      const got = card === undefined ? `kind: got ${shown(kindName(object))}` : `apiVersion: got ${shown(object.apiVersion)}`;
      return [`${named(key, object)}: ${got}, want ${want}`];
    }),
};
