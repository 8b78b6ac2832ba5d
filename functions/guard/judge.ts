import type { Environment } from '../core/environment.ts';
import type { KubernetesObject } from '../core/kubernetes.ts';
import type { StepRequest } from '../core/pipeline.ts';
import { placeOf } from '../core/place.ts';
import type { Requirement } from '../core/requirement.ts';
import type { Refusal } from '../core/step.ts';
import { expiryOf } from '../core/ttl.ts';
import type { Estimate } from '../cost/estimate.ts';
import { costOf, overBudget, withoutBudget } from './budget.ts';
import { type Change, changesOf, refusalOf } from './changes.ts';
import { nobody, tenantOf } from './tenant.ts';
import { unheededWaivers, type Verdict, verdicts } from './verdicts.ts';

/** All that the guard has to say of a request. */
export interface Judgement {
  /** Undefined for a claim that lives in none. */
  readonly environment: Environment | undefined;
  readonly verdicts: readonly Verdict[];
  /** What loses data, acknowledged or not. */
  readonly changes: readonly Change[];
  readonly cost: Estimate;
  /** What the developer should know although it refuses nothing, one sentence each. */
  readonly warnings: readonly string[];
  /** What has to be seen for it besides what the claim's API requires. */
  readonly requires: Readonly<Record<string, Requirement>>;
  readonly refusal?: Refusal;
}

const sentences = (given: readonly Verdict[], outcome: Verdict['outcome']) =>
  given
    .filter((verdict) => verdict.outcome === outcome)
    .flatMap(({ policy, problems }) => problems.map((problem) => `${problem} [${policy}]`));

function lost(claim: KubernetesObject, changes: readonly Change[]): readonly Refusal[] {
  const open = changes.filter(({ acknowledged }) => !acknowledged);
  const [first] = open;
  return first === undefined ? [] : [{ reason: first.reason, message: refusalOf(claim, open) }];
}

function broken(
  environment: Environment | undefined,
  { reason, problems }: { readonly reason: string; readonly problems: readonly string[] },
): readonly Refusal[] {
  const where = environment === undefined ? '' : ` in environment ${environment.name}`;
  return problems.length === 0 ? [] : [{ reason, message: `cannot apply${where}: ${problems.join('; ')}` }];
}

/** Undefined while Crossplane has not looked up what the guard needs. */
export function judge(request: StepRequest): Judgement | { readonly refusal: Refusal } | undefined {
  const place = placeOf(request);
  if (place === undefined || 'refusal' in place) return place;
  const { api, environment } = place;
  const resources: Readonly<Record<string, KubernetesObject>> = Object.fromEntries(
    Object.entries(request.desired)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { object }]) => [key, object]),
  );

  const expiry = expiryOf(api, environment, request);
  const changes = changesOf(request, expiry !== undefined && 'isOver' in expiry && expiry.isOver);
  const given = verdicts(request, environment, resources);
  const denied = sentences(given, 'denied');
  const unheeded = unheededWaivers(request, environment);
  const cost = costOf(request, environment, resources);
  const { tenant, ...whose } = environment === undefined ? nobody : tenantOf(request, environment.name);
  const budget = environment === undefined ? withoutBudget : overBudget(request, environment, tenant, resources, cost);
  const found: readonly Refusal[] = [
    ...lost(request.claim, changes),
    ...broken(environment, { reason: 'PolicyViolated', problems: denied.length === 0 ? [] : [...denied, ...unheeded] }),
    ...broken(environment, { reason: 'NamespaceDisputed', problems: whose.problems }),
    ...broken(environment, { reason: 'OverBudget', problems: budget.refuses ? budget.overruns : [] }),
  ];
  const refusals = found.length > 0 ? found : broken(environment, { reason: 'BudgetAwaited', problems: budget.awaited });
  const [first] = refusals;
  return {
    environment,
    verdicts: given,
    changes,
    cost,
    warnings: [
      ...sentences(given, 'warned'),
      ...unheeded,
      ...(budget.refuses ? [] : budget.overruns),
      ...cost.unpriced.map(({ resource, what }) => `its cost is not known: ${resource}: ${what}`),
    ],
    requires: { ...whose.requires, ...budget.requires },
    ...(first !== undefined && { refusal: { reason: first.reason, message: refusals.map(({ message }) => message).join('; ') } }),
  };
}
