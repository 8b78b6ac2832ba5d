import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import { deletion, deltaOf, type Entry, simulated } from './change.ts';
import { identityOf, nameOf } from './identity.ts';
import { provision, successor } from './provisioned.ts';
import { planClaim, type World } from './run.ts';
import { planTogether } from './together.ts';

/** An environment that claims are planned in, and what it was in when the claims were what they were. */
export interface Place {
  readonly name: string;
  readonly world: World;
  readonly worldBefore: World;
}

interface Claims {
  readonly claims: readonly KubernetesObject[];
  /** The claims as they were, where the plan is to show what changes. */
  readonly old?: readonly KubernetesObject[] | undefined;
}

function planIn({ name, world, worldBefore }: Place, { claims, old }: Claims, onPlanned: () => void): readonly Entry[] {
  if (old === undefined) {
    const subjects = claims.map((claim) => ({ claim, observed: {}, before: undefined }));
    return planTogether(subjects, name, world, [], onPlanned).map((plan) => ({ plan }));
  }
  const namespaces = Map.groupBy(old, (claim) => nameOf(claim).namespace);
  const before = new Map(
    old.map((claim) => {
      const beside = (namespaces.get(nameOf(claim).namespace) ?? []).filter((other) => other !== claim);
      return [identityOf(claim), { claim, provisioned: provision(claim, name, worldBefore, beside) }];
    }),
  );
  const subjects = claims.map((claim) => {
    const was = before.get(identityOf(claim));
    if (was?.provisioned === undefined) return { claim, observed: {}, before: was?.claim };
    const same = isDeepStrictEqual(was.claim['spec'], claim['spec']);
    return { claim: successor(was.provisioned.claim, claim, same), observed: was.provisioned.observed, before: was.claim };
  });
  const plans = planTogether(subjects, name, world, [], onPlanned);
  const kept = plans.map((plan, index): Entry => {
    const claim = claims[index] as KubernetesObject;
    const was = before.get(identityOf(claim));
    const delta = deltaOf(plan, was?.provisioned && simulated(was.provisioned), worldBefore);
    if (was === undefined || was.provisioned !== undefined) return { plan, delta };
    return { plan, delta: { ...delta, claim: 'changed', notes: ['the old claim comes to no resources: it is refused'] } };
  });
  const left = new Set(claims.map(identityOf));
  const gone = [...before].flatMap(([identity, { claim, provisioned }]) =>
    left.has(identity)
      ? []
      : [deletion(provisioned?.plan ?? planClaim(claim, name, worldBefore), provisioned?.observed ?? {}, worldBefore.platform.cards)],
  );
  return [...kept, ...gone];
}

/** Plans every claim in every place: claim by claim, each in every place. */
export function planMatrix(places: readonly Place[], claims: Claims, onPlanned: () => void): readonly Entry[] {
  const columns = places.map((place) => planIn(place, claims, onPlanned));
  return (columns[0] ?? []).flatMap((_, index) => columns.flatMap((column) => column[index] ?? []));
}
