import type { Cards } from '../../../functions/core/card.ts';
import { at, groupKind, type KubernetesObject, stringAt } from '../../../functions/core/kubernetes.ts';
import { shown } from '../../../functions/core/problem.ts';
import type { Check } from './check.ts';
import { claimsOf } from './claims.ts';
import { type Diagnosis, whyNot } from './finding.ts';

/** A claim that composed something which rests on an API that is added to a cluster. */
interface Resting {
  readonly claim: KubernetesObject;
  readonly environment: string;
  readonly on: NonNullable<ReturnType<typeof restsOn>>;
}

const restsOn = (cards: Cards, reference: unknown) =>
  cards.get(groupKind({ apiVersion: stringAt(reference, 'apiVersion') ?? '', kind: stringAt(reference, 'kind') ?? '' }))?.restsOn;

/** Which claims have something that rests on which API. */
export function restingOf(claims: readonly KubernetesObject[], cards: Cards): readonly Resting[] {
  return claims.flatMap((claim) => {
    const references = at(claim, 'spec', 'crossplane', 'resourceRefs');
    const environment = stringAt(claim, 'status', 'environment') ?? '';
    return (Array.isArray(references) ? references : []).flatMap((reference: unknown) => {
      const on = restsOn(cards, reference);
      return on === undefined ? [] : [{ claim, environment, on }];
    });
  });
}

/** Judges whether the cluster serves what claims of its environments rest on; `services` are the APIServices that there are, by name. */
export function judgeAddedApis(resting: readonly Resting[], services: Readonly<Record<string, KubernetesObject>>): readonly Diagnosis[] {
  const groups = Map.groupBy(resting, ({ environment, on }) => JSON.stringify([environment, on.apiService]));
  return [...groups.values()].flatMap((some): readonly Diagnosis[] => {
    const [{ environment, on }] = some as [Resting];
    const service = services[on.apiService];
    const why = service === undefined ? `${on.broughtBy} is not installed` : whyNot(service, 'Available');
    if (why === undefined) return [];
    const names = some.map(({ claim: { kind, metadata } }) => `${kind} ${metadata?.namespace}/${metadata?.name}`).sort();
    const which = names.length === 1 ? names[0] : `${names[0]} and ${names.length - 1} more`;
    return [
      {
        severity: 'warning',
        object: `EnvironmentConfig ${environment}`,
        problem: `environment ${shown(environment)}: ${which} ${names.length === 1 ? 'is' : 'are'} ${on.without}: the cluster does not serve APIService ${on.apiService}: ${why}`,
        remedy: service === undefined ? on.install : `kubectl describe apiservice ${on.apiService}`,
      },
    ];
  });
}

export const addedApis: Check = {
  id: 'added-apis',
  title: 'What claims rest on',
  async run(cluster, { apis, cards }) {
    const resting = restingOf(await claimsOf(cluster, apis), cards);
    const resource = { apiVersion: 'apiregistration.k8s.io/v1', plural: 'apiservices' };
    const found = await Promise.all(
      [...new Set(resting.map(({ on }) => on.apiService))].map(async (name) => {
        const service = await cluster.get(resource, name);
        return service === undefined ? [] : [[name, service] as const];
      }),
    );
    return judgeAddedApis(resting, Object.fromEntries(found.flat()));
  },
};
