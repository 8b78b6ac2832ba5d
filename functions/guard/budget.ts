import { isDeepStrictEqual } from 'node:util';
import type { Environment } from '../core/environment.ts';
import { at, type KubernetesObject, numberAt } from '../core/kubernetes.ts';
import type { StepRequest } from '../core/pipeline.ts';
import { conditionOf } from '../core/readiness.ts';
import { answered, claimsOf, requirementsOf, saidBy } from '../core/required.ts';
import type { Requirement } from '../core/requirement.ts';
import { byTurn } from '../core/turn.ts';
import { type Estimate, estimate } from '../cost/estimate.ts';
import { expandClaim } from '../expand/expand-claim.ts';
import { runningOf } from './running.ts';
import type { Tenant } from './tenant.ts';

const usd = (amount: number) => amount.toFixed(2);
const toCents = (amount: number) => Math.round(amount * 100) / 100;

/** What resources cost in an environment, where those of a request run. */
export function costOf(
  request: StepRequest,
  environment: Environment | undefined,
  resources: Readonly<Record<string, KubernetesObject>>,
): Estimate {
  const { platform, observed } = request;
  return estimate(resources, { cards: platform.cards, observed, region: environment?.region, prices: environment?.prices });
}

/** What a claim would cost, given what is there of it; undefined where it would be refused. The password is never applied. */
function plannedCost(request: StepRequest, environment: Environment): Estimate | undefined {
  const expanded = expandClaim({ ...request, issueSecret: () => 'not-applied' });
  if (expanded === undefined || 'refusal' in expanded) return undefined;
  return costOf(
    request,
    environment,
    Object.fromEntries(Object.entries(expanded.expansion.resources).map(([key, { object }]) => [key, object])),
  );
}

/** The claims of some namespaces; those of other namespaces with what says where these are. */
function claimsOfAll({ platform, claim }: StepRequest, namespaces: readonly string[]): Readonly<Record<string, Requirement>> {
  const placed = platform.apis.filter(({ place }) => place === 'environment');
  const own = claim.metadata?.namespace;
  return Object.fromEntries(
    namespaces.flatMap((namespace) => [
      ...placed.map((api) => [`claims-${api.plural}${namespace === own ? '' : `/${namespace}`}`, claimsOf(api, namespace)] as const),
      ...(namespace === own ? [] : [[`claims-namespace/${namespace}`, { apiVersion: 'v1', kind: 'Namespace', name: namespace }] as const]),
    ]),
  );
}

/** Namespaces whose claims may cost only so much together. */
interface Shared {
  readonly namespaces: readonly string[];
  readonly monthlyUSD: number;
  /** Whose budget it is: `its namespace`, and what the budget is called after. */
  readonly whose: string;
  readonly of: string;
}

function sharedBy(
  { claim }: StepRequest,
  { name, budget: { namespaceMonthlyUSD } }: Environment,
  tenant: Tenant | undefined,
): readonly Shared[] {
  const own = claim.metadata?.namespace ?? '';
  const monthlyUSD = tenant?.monthlyUSD;
  return [
    ...(namespaceMonthlyUSD === undefined
      ? []
      : [{ namespaces: [own], monthlyUSD: namespaceMonthlyUSD, whose: 'its namespace', of: 'a namespace' }]),
    ...(tenant === undefined || monthlyUSD === undefined
      ? []
      : [
          {
            namespaces: tenant.namespaces,
            monthlyUSD,
            whose: `${tenant.kind} ${tenant.name} in environment ${name}`,
            of: `${tenant.kind} ${tenant.name} there`,
          },
        ]),
  ];
}

/** Makes the requests for other claims of the namespace, of which nothing is there, with what is known of what their APIs require. */
function requestsFor({ required, ...request }: StepRequest): (other: KubernetesObject) => StepRequest {
  const known = Object.values(required).flatMap((objects) => objects ?? []);
  const answers = new Map<string, StepRequest['required']>();
  return (other) => {
    const asked = requirementsOf(request.platform, other);
    const question = JSON.stringify(asked);
    const answer = answers.get(question) ?? answered(asked, known);
    answers.set(question, answer);
    return { ...request, claim: { ...other, status: {} }, observed: {}, required: answer };
  };
}

function isRefused(claim: KubernetesObject): boolean {
  return ['Resolved', 'Allowed'].some((type) => conditionOf(claim, type)?.status === 'False');
}

/** Whether what was recorded of a claim is the cost of another spec than it has now, or of none. */
function isOutdated(claim: KubernetesObject): boolean {
  if (numberAt(claim, 'status', 'monthlyCostUSD') === undefined) return true;
  return Object.entries(saidBy(claim)).some(([name, value]) => !isDeepStrictEqual(at(claim, 'status', 'settings', name), value));
}

/** An estimate takes about half a millisecond, and other claims wait for it. */
const mostEstimates = 200;

/**
 * What the other claims cost: what was recorded of them, or the estimate for those that came before this one
 * where that is more, so that of two claims that are made or enlarged at the same time the first takes the budget. Undefined where
 * too many would have to be estimated.
 */
function others(
  request: StepRequest,
  environment: Environment,
  claims: readonly KubernetesObject[],
): readonly (readonly [string, number])[] | undefined {
  const { claim } = request;
  const isSame = ({ kind, metadata }: KubernetesObject) =>
    kind === claim.kind && metadata?.name === claim.metadata?.name && metadata?.namespace === claim.metadata?.namespace;
  const besides = claims.filter((other) => !isSame(other));
  const where = ({ metadata }: KubernetesObject) => (metadata?.namespace === claim.metadata?.namespace ? '' : `${metadata?.namespace}/`);
  const estimated = new Set(besides.filter((other) => isOutdated(other) && !isRefused(other) && byTurn(other, claim) < 0));
  if (estimated.size > mostEstimates) return undefined;
  const requestFor = requestsFor(request);
  return besides
    .flatMap((other): readonly (readonly [string, number])[] => {
      const recorded = numberAt(other, 'status', 'monthlyCostUSD') ?? 0;
      const planned = estimated.has(other) ? plannedCost(requestFor(other), environment)?.monthlyUSD : undefined;
      const cost = Math.max(recorded, planned ?? 0);
      return cost === 0 ? [] : [[`${other.kind} ${where(other)}${other.metadata?.name}`, cost]];
    })
    .sort(([a, costA], [b, costB]) => costB - costA || (a < b ? -1 : 1));
}

/** The sizes of the API that are known to cost at most `room`, with their cost, the dearest first. */
function fitting(request: StepRequest, environment: Environment, room: number, below: number): readonly string[] {
  const api = request.platform.apis.find(({ kind }) => kind === request.claim.kind);
  return (api?.sizes ?? [])
    .map((size): readonly [string, number | undefined] => {
      const spec = { ...(request.claim['spec'] as object | undefined), size };
      const planned = plannedCost({ ...request, claim: { ...request.claim, spec } }, environment);
      return [size, planned?.unpriced.length === 0 ? planned.monthlyUSD : undefined];
    })
    .filter((option): option is readonly [string, number] => option[1] !== undefined && option[1] <= room && option[1] < below)
    .sort(([, a], [, b]) => b - a)
    .map(([size, cost]) => `spec.size: ${size} (${usd(cost)})`);
}

const longestList = 4;

function spent(costs: readonly (readonly [string, number])[]): string {
  const named = costs.slice(0, longestList).map(([name, cost]) => `${name} ${usd(cost)}`);
  const rest = costs.slice(longestList);
  return [...named, ...(rest.length === 0 ? [] : [`${rest.length} more ${usd(rest.reduce((sum, [, cost]) => sum + cost, 0))}`])].join(', ');
}

export interface BudgetFindings {
  readonly overruns: readonly string[];
  /** What runs already costs as much, so that refusing would save nothing: overruns are for telling only. */
  readonly refuses: boolean;
  /** What the sum cannot be known without. */
  readonly requires: Readonly<Record<string, Requirement>>;
}

/** What holds of a claim that lives in no environment. */
export const withoutBudget: BudgetFindings = { overruns: [], refuses: false, requires: {} };

/** Why a claim and those that it shares a budget with would cost too much; undefined while nobody has looked for them. */
function sharedOverrun(
  request: StepRequest,
  environment: Environment,
  { namespaces, monthlyUSD, whose, of }: Shared,
  cost: Estimate,
  suggest: (room: number) => string,
): string | undefined {
  const asked = Object.keys(claimsOfAll(request, namespaces));
  if (asked.some((name) => request.required[name] === undefined)) return undefined;
  const claims = asked.filter((name) => !name.startsWith('claims-namespace/')).flatMap((name) => request.required[name] ?? []);
  const costs = others(request, environment, claims);
  if (costs === undefined) {
    return (
      `${whose} has more than ${mostEstimates} older claims of which it is not known what they cost as they are now, ` +
      `want fewer, for the budget of ${of}: wait until they have status.monthlyCostUSD, or delete those that are not needed`
    );
  }
  const before = toCents(costs.reduce((sum, [, each]) => sum + each, 0));
  const sum = toCents(before + cost.monthlyUSD);
  if (sum <= monthlyUSD || cost.monthlyUSD === 0) return undefined;
  const rest = costs.length === 0 ? '' : ` besides ${spent(costs)}`;
  return (
    `${whose} would cost ${usd(sum)} USD a month, of which ${usd(cost.monthlyUSD)} for this claim${rest}, ` +
    `want at most ${usd(monthlyUSD)}, the budget of ${of}; ${suggest(monthlyUSD - before)}`
  );
}

/** Holds the cost of a claim's resources, and of all that shares a budget with it, against the budgets of the environment and the tenant. */
export function overBudget(
  request: StepRequest,
  environment: Environment,
  tenant: Tenant | undefined,
  resources: Readonly<Record<string, KubernetesObject>>,
  cost: Estimate,
): BudgetFindings {
  const { claimMonthlyUSD } = environment.budget;
  const shared = sharedBy(request, environment, tenant);
  const requires = claimsOfAll(request, [...new Set(shared.flatMap(({ namespaces }) => namespaces))]);
  const refuses = cost.monthlyUSD > costOf(request, environment, runningOf(request, resources)).monthlyUSD;
  const suggest = (room: number) => {
    const sizes = fitting(request, environment, room, cost.monthlyUSD);
    return sizes.length === 0 ? 'no smaller size fits' : `what fits: ${sizes.join(', ')}`;
  };
  const own =
    claimMonthlyUSD !== undefined && cost.monthlyUSD > claimMonthlyUSD
      ? [
          `it would cost ${usd(cost.monthlyUSD)} USD a month, want at most ${usd(claimMonthlyUSD)}, the budget of a claim; ${suggest(claimMonthlyUSD)}`,
        ]
      : [];
  return {
    overruns: [...own, ...shared.flatMap((each) => sharedOverrun(request, environment, each, cost, suggest) ?? [])],
    refuses,
    requires,
  };
}
