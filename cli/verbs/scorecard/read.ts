import type { Api } from '../../../functions/core/api.ts';
import { apiVersion } from '../../../functions/core/group.ts';
import { type KubernetesObject, stringAt } from '../../../functions/core/kubernetes.ts';
import type { Platform } from '../../../functions/core/pipeline.ts';
import { saidOwnerOf } from '../../../functions/core/place.ts';
import { shown } from '../../../functions/core/problem.ts';
import { isGoing } from '../../../functions/core/readiness.ts';
import { mapBounded } from '../../bounded.ts';
import { attempting, type Cluster, Forbidden } from '../../cluster.ts';
import { composedOf } from '../../composed.ts';
import { InputError } from '../../input.ts';
import { placedOf } from '../../placed.ts';
import type { Score, Scorecard, Scored } from './report.ts';
import { isScored, judged, levelOf, lookAgain, type Rule, rules, type Seen, type Verdict } from './rules.ts';

/** Of claims; what each composed is read several at a time too. */
const parallelClaims = 4;

const scoreOf = ({ id, level }: Rule, verdict: Verdict): Score => ({
  rule: id,
  level,
  state: verdict.state,
  value: ('value' in verdict && verdict.value) || null,
  why: 'why' in verdict ? verdict.why : null,
  fix: 'fix' in verdict ? verdict.fix : null,
});

/** What Crossplane has not looked at yet has nothing. */
const notYet: Verdict = { state: 'missing', why: 'Crossplane has not looked at it yet', fix: lookAgain };

async function ownerOf(cluster: Cluster, platform: Platform, claim: KubernetesObject): Promise<Seen['owner']> {
  const { notRead, attempt } = attempting();
  const placed = await placedOf(cluster, platform, claim, attempt);
  if (notRead.size > 0) return { notRead: [...notRead].join(' and ') };
  return { name: placed && saidOwnerOf({ claim, required: { namespace: [placed.room] } }, placed.environment) };
}

async function scored(cluster: Cluster, platform: Platform, api: Api, claim: KubernetesObject, now: Date): Promise<Scored> {
  const text = (field: string) => stringAt(claim, 'status', field) ?? null;
  const backend = api.backends[text('backend') ?? ''];
  const [composed, owner] = await Promise.all([composedOf(cluster, platform, api, claim), ownerOf(cluster, platform, claim)]);
  const scores = rules.map((rule) =>
    scoreOf(rule, backend === undefined ? notYet : judged(rule, { platform, api, claim, backend, owner, now, ...composed })),
  );
  const { kind, metadata: { namespace = '', name = '' } = {} } = claim;
  return {
    claim: { kind, namespace, name },
    environment: text('environment'),
    tier: text('tier'),
    backend: text('backend'),
    level: levelOf(scores),
    scores,
  };
}

/** Each claim of the APIs that are scored, but for those that are being deleted. */
async function claimsIn(cluster: Cluster, apis: readonly Api[], namespace: string | undefined) {
  const answers = await mapBounded(apis, parallelClaims, async (api) => {
    try {
      const claims = await cluster.listIfServed({ apiVersion, plural: api.plural }, namespace === undefined ? {} : { namespace });
      return { api, claims };
    } catch (error) {
      if (!(error instanceof Forbidden)) throw error;
      return { api, error };
    }
  });
  const errors = answers.flatMap(({ error }) => error ?? []);
  const [first] = errors;
  if (first !== undefined && errors.length === apis.length)
    throw namespace === undefined ? new InputError(`${first.message}, want --namespace of one whose claims it may list`) : first;
  if (answers.every(({ error, claims }) => error === undefined && claims === undefined))
    throw new InputError(
      `cannot show a scorecard: the cluster of context ${shown(cluster.context)} serves no claims of ${apiVersion}, want the platform installed there`,
    );
  return {
    claims: answers.flatMap(({ api, claims = [] }) => claims.filter((claim) => !isGoing(claim)).map((claim) => ({ api, claim }))),
    notRead: answers.flatMap(({ api, error }) => (error === undefined ? [] : [`${api.kind}s`])),
  };
}

const orderOf = ({ claim: { namespace, kind, name } }: Scored) => [namespace, name, kind].join(' ');

/** Reads all that is shown; it changes nothing. */
export async function readScores(cluster: Cluster, platform: Platform, namespace: string | undefined, now: Date): Promise<Scorecard> {
  const apis = platform.apis.filter((api) => isScored(api, platform));
  const { claims, notRead } = await claimsIn(cluster, apis, namespace);
  const all = await mapBounded(claims, parallelClaims, ({ api, claim }) => scored(cluster, platform, api, claim, now));
  return {
    cluster: { context: cluster.context, server: cluster.server, notRead },
    claims: [...all].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)),
  };
}
