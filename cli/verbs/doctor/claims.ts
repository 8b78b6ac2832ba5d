import type { Api } from '../../../functions/core/api.ts';
import type { Cards } from '../../../functions/core/card.ts';
import { apiVersion } from '../../../functions/core/group.ts';
import { groupOf, type KubernetesObject } from '../../../functions/core/kubernetes.ts';
import { oneLine } from '../../../functions/core/problem.ts';
import { proofs } from '../../../functions/core/proofs.ts';
import { isGoing } from '../../../functions/core/readiness.ts';
import { holding } from '../../../plan/going.ts';
import { mapBounded } from '../../bounded.ts';
import type { Cluster } from '../../cluster.ts';
import { referencesOf } from '../../composed.ts';
import { age, type ConditionSeen, conditionsOf, systemConditions } from '../../conditions.ts';
import type { Check } from './check.ts';
import { type Diagnosis, identify } from './finding.ts';

const parallelRequests = 8;

/** Every claim of every API that is served; one that is not served has none. */
export async function claimsOf(cluster: Cluster, registry: readonly Api[]): Promise<readonly KubernetesObject[]> {
  const lists = await Promise.all(registry.map(({ plural }) => cluster.listIfServed({ apiVersion, plural })));
  return lists.flatMap((claims) => claims ?? []);
}

const isProof = ({ type }: ConditionSeen) => proofs.some((proof) => proof === type);

function why(conditions: readonly ConditionSeen[]): string {
  const failing = conditions.filter(({ status }) => status !== 'True');
  const synced = failing.find(({ type, status }) => type === 'Synced' && status === 'False');
  const own = failing.filter((condition) => !systemConditions.has(condition.type) && !isProof(condition));
  const ready = failing.find(({ type }) => type === 'Ready');
  const said = [synced, ...own, ready].map((condition) => condition?.message).find((message) => message !== undefined);
  return oneLine(said ?? ready?.reason ?? synced?.reason ?? 'Crossplane has not looked at it yet');
}

/** What a claim composed and Crossplane has not seen go. */
interface Going {
  readonly claim: KubernetesObject;
  readonly left: readonly KubernetesObject[];
}

const describing = ({ kind, apiVersion: version, metadata: { name, namespace } = {} }: KubernetesObject) => {
  const resource = [kind, groupOf({ apiVersion: version })].filter(Boolean).join('.').toLowerCase();
  return `kubectl ${namespace === undefined ? '' : `-n ${namespace} `}describe ${resource} ${name}`;
};

/** The conditions of a claim that is being deleted are of before, since Crossplane has no function look at it any more. */
export function judgeGoing(going: readonly Going[], cards: Cards, now: Date): readonly Diagnosis[] {
  return going.flatMap(({ claim, left }): readonly Diagnosis[] => {
    const since = now.getTime() - Date.parse(claim.metadata?.deletionTimestamp ?? '');
    const [first] = left;
    return [
      {
        severity: 'warning',
        object: identify(claim),
        problem: `${identify(claim)} is being deleted for ${age(since)}: ${holding(claim, left, cards)}`,
        remedy: describing(first ?? claim),
      },
    ];
  });
}

/** What is still there of what a claim that is being deleted composed. */
async function leftOf(cluster: Cluster, claim: KubernetesObject): Promise<Going> {
  const found = await mapBounded(referencesOf(claim), parallelRequests, (reference) => reference.read(cluster));
  return { claim, left: found.filter((object) => object !== undefined).filter(isGoing) };
}

export function judgeClaims(claims: readonly KubernetesObject[], now: Date): readonly Diagnosis[] {
  return claims.flatMap((claim): readonly Diagnosis[] => {
    const conditions = conditionsOf(claim);
    const stateOf = (type: string) => conditions.find((condition) => condition.type === type);
    const failed = (['Synced', 'Ready'] as const).find((type) => stateOf(type)?.status !== 'True');
    if (failed === undefined) return [];
    const { name, namespace, creationTimestamp } = claim.metadata ?? {};
    const since = stateOf(failed)?.since ?? creationTimestamp;
    const duration = since === undefined ? '' : ` for ${age(now.getTime() - Date.parse(since))}`;
    return [
      {
        severity: stateOf('Synced')?.status === 'False' ? 'error' : 'warning',
        object: identify(claim),
        problem: `${identify(claim)} is not ${failed.toLowerCase()}${duration}: ${why(conditions)}`,
        remedy: `kubectl ${namespace === undefined ? '' : `-n ${namespace} `}describe ${claim.kind.toLowerCase()} ${name}`,
      },
    ];
  });
}

/** What claims could not be brought back from, although they serve. */
export function judgeProofs(claims: readonly KubernetesObject[], now: Date): readonly Diagnosis[] {
  return claims.flatMap((claim) =>
    conditionsOf(claim)
      .filter((condition) => isProof(condition) && condition.status === 'False')
      .map(({ type, since, message }): Diagnosis => {
        const duration = since === undefined ? '' : ` for ${age(now.getTime() - Date.parse(since))}`;
        const object = identify(claim);
        return {
          severity: 'warning',
          object,
          problem: `${object} is not ${type}${duration}: ${oneLine(message ?? '')}`,
          remedy: describing(claim),
        };
      }),
  );
}

export const claims: Check = {
  id: 'claims',
  title: 'Claims',
  async run(cluster, { apis, cards }) {
    const [now, all] = [new Date(), await claimsOf(cluster, apis)];
    const staying = all.filter((claim) => !isGoing(claim));
    const going = await Promise.all(all.filter(isGoing).map((claim) => leftOf(cluster, claim)));
    return [...judgeClaims(staying, now), ...judgeProofs(staying, now), ...judgeGoing(going, cards, now)];
  },
};
