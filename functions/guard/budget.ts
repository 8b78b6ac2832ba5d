import { isDeepStrictEqual } from 'node:util';
import type { Environment } from '../core/environment.ts';
import { at, type KubernetesObject, numberAt } from '../core/kubernetes.ts';
import type { StepRequest } from '../core/pipeline.ts';
import { conditionOf, isGoing } from '../core/readiness.ts';
import { type Running, rememberedOf } from '../core/record.ts';
import { answersTo, apiOf, claimsOf, requirementsOf } from '../core/required.ts';
import type { Requirement } from '../core/requirement.ts';
import { settle } from '../core/settle.ts';
import { byTurn } from '../core/turn.ts';
import { type Estimate, estimate, type Remark } from '../cost/estimate.ts';
import { readClaim } from '../expand/claim.ts';
import { expandClaim } from '../expand/expand-claim.ts';
import { runningOf } from './running.ts';
import type { Tenant } from './tenant.ts';

const usd = (amount: number) => amount.toFixed(2);
const toCents = (amount: number) => Math.round(amount * 100) / 100;

/** What a claim was last allowed to cost, which only Crossplane writes. */
const recordedOf = (claim: KubernetesObject) => numberAt(claim, 'status', 'monthlyCostUSD') ?? 0;

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
function plannedCost(request: StepRequest, environment: Environment, remembered?: Running): Estimate | undefined {
  const expanded = expandClaim({ ...request, issueSecret: () => 'not-applied' }, remembered);
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
    const question = JSON.stringify(requirementsOf(request.platform, other, {}));
    const answer = answers.get(question) ?? answersTo(request.platform, other, known);
    answers.set(question, answer);
    return { ...request, claim: { ...other, status: {} }, observed: {}, required: answer };
  };
}

/** For which reason a claim as it is now was refused when it was last looked at. */
function refusedFor(claim: KubernetesObject): string | undefined {
  const allowed = conditionOf(claim, 'Allowed');
  // Crossplane writes no generation into the conditions of steps, but into its own, at the same time.
  const isCurrent = conditionOf(claim, 'Synced')?.observedGeneration === claim.metadata?.generation;
  return allowed?.status === 'False' && isCurrent ? String(allowed.reason) : undefined;
}

/** Whether a claim as it is now may be getting what it asks for at this moment. */
const isUndecided = (claim: KubernetesObject) => [undefined, 'BudgetAwaited'].includes(refusedFor(claim));

/** Whether a claim asks for something else than it was last allowed; one that cannot be read asks for nothing. */
function asksAnew({ platform }: StepRequest, environment: Environment, claim: KubernetesObject): boolean {
  const api = apiOf(platform, claim);
  const read = api && readClaim(platform.name, api, claim);
  if (!read || 'refusal' in read) return false;
  const remembered = rememberedOf(api, claim);
  if (remembered === undefined || remembered.environment !== environment.name) return true;
  const settled = settle(api, environment, { spec: read.spec, said: read.said, labels: claim.metadata?.labels ?? {} }, remembered);
  if ('refusal' in settled) return false;
  const names = [...Object.keys(remembered.settings), ...Object.keys(read.said)];
  return names.some((name) => !isDeepStrictEqual(settled.settings[name], remembered.settings[name]));
}

/** What claims cost, by their names as one of another namespace is told them, the dearest first. */
function dearest({ metadata }: KubernetesObject, costs: Iterable<readonly [KubernetesObject, number]>): Costs {
  const where = (namespace: string | undefined) => (namespace === metadata?.namespace ? '' : `${namespace}/`);
  return [...costs]
    .filter(([, cost]) => cost > 0)
    .map(([other, cost]) => [`${other.kind} ${where(other.metadata?.namespace)}${other.metadata?.name}`, cost] as const)
    .sort(([a, costA], [b, costB]) => costB - costA || (a < b ? -1 : 1));
}

/** An estimate takes about half a millisecond, and other claims wait for it. */
const mostEstimates = 200;

type Costs = readonly (readonly [name: string, monthlyUSD: number])[];

const sumOf = (costs: Costs) => toCents(costs.reduce((sum, [, cost]) => sum + cost, 0));

interface Others {
  /** What each gets of the budget. */
  readonly costs: Costs;
  /** What those ask for beyond that who may be getting it at this moment. */
  readonly contending: Costs;
}

/**
 * What others get of a budget that they share with a claim that asks for more: what they were last allowed and, of those whose turn is
 * before its own, what they ask for now, where that fits when it is their turn. The rest may have been looked at before somebody else
 * asked, and contend for what is left until they are seen to have been refused. Undefined where too many would have to be estimated.
 */
function others(request: StepRequest, environment: Environment, besides: readonly KubernetesObject[], budget: number): Others | undefined {
  const { claim, platform } = request;
  const asking = besides.filter((other) => !isGoing(other) && asksAnew(request, environment, other)).sort(byTurn);
  const older = asking.filter((other) => byTurn(other, claim) < 0 && (isUndecided(other) || refusedFor(other) === 'OverBudget'));
  const younger = asking.filter((other) => byTurn(other, claim) > 0 && isUndecided(other));
  if (older.length > mostEstimates) return undefined;

  const requestFor = requestsFor(request);
  const wishOf = (other: KubernetesObject) => {
    const api = apiOf(platform, other);
    const planned = plannedCost(requestFor(other), environment, api && rememberedOf(api, other));
    return Math.max(0, (planned?.monthlyUSD ?? 0) - recordedOf(other));
  };
  const recorded = besides.reduce((sum, other) => sum + recordedOf(other), recordedOf(claim));
  const costs = new Map(besides.map((other) => [other, recordedOf(other)]));
  const contending = new Map<KubernetesObject, number>();
  let sum = recorded;
  for (const other of older) {
    const wish = wishOf(other);
    if (toCents(sum + wish) <= budget) {
      costs.set(other, recordedOf(other) + wish);
      sum += wish;
    } else if (isUndecided(other)) {
      contending.set(other, wish);
    }
  }
  const left = mostEstimates - older.length;
  // One too many to be estimated may be getting all that there is.
  for (const [index, other] of younger.entries()) contending.set(other, index < left ? wishOf(other) : budget - recorded);
  return {
    costs: dearest(claim, costs),
    contending: dearest(
      claim,
      [...contending].filter(([, wish]) => toCents(recorded + wish) <= budget),
    ),
  };
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

function listed(costs: Costs): string {
  const named = costs.slice(0, longestList).map(([name, cost]) => `${name} ${usd(cost)}`);
  const rest = costs.slice(longestList);
  return [...named, ...(rest.length === 0 ? [] : [`${rest.length} more ${usd(sumOf(rest))}`])].join(', ');
}

export interface BudgetFindings {
  readonly overruns: readonly string[];
  /** Why it cannot be told yet whether a budget has room. */
  readonly awaited: readonly string[];
  /** False where there is no growth to refuse: overruns are for telling only. */
  readonly refuses: boolean;
  /** What the sum cannot be known without. */
  readonly requires: Readonly<Record<string, Requirement>>;
}

/** What holds of a claim that lives in no environment. */
export const withoutBudget: BudgetFindings = { overruns: [], awaited: [], refuses: false, requires: {} };

/**
 * What of the cost of a claim's resources is no growth: what runs, and what is not there any more although the claim was once allowed it
 * and asks for the same.
 */
function hadAlready(
  request: StepRequest,
  environment: Environment,
  resources: Readonly<Record<string, KubernetesObject>>,
  cost: Estimate,
): Pick<Estimate, 'monthlyUSD' | 'unpriced'> {
  const running = runningOf(request, resources);
  const wasAllowed = (list: 'drivers' | 'unpriced', { resource, what }: Remark) => {
    const recorded = at(request.claim, 'status', 'cost', list);
    return Array.isArray(recorded) && recorded.some((each) => at(each, 'resource') === resource && at(each, 'what') === what);
  };
  const gone = <R extends Remark>(list: 'drivers' | 'unpriced', remarks: readonly R[]) =>
    remarks.filter((remark) => running[remark.resource] === undefined && wasAllowed(list, remark));
  const there = costOf(request, environment, running);
  return {
    monthlyUSD: toCents(there.monthlyUSD + gone('drivers', cost.drivers).reduce((sum, { monthlyUSD }) => sum + monthlyUSD, 0)),
    unpriced: [...there.unpriced, ...gone('unpriced', cost.unpriced)],
  };
}

/** What a claim asks of its budgets. */
interface Asked {
  readonly monthlyUSD: number;
  /** Whether that is more than it has. */
  readonly grows: boolean;
  readonly suggest: (room: number) => string;
}

/** What there is against what a claim asks of a budget that it shares; nothing while nobody has looked for those that it shares it with. */
function sharedOverrun(
  request: StepRequest,
  environment: Environment,
  { namespaces, monthlyUSD: budget, whose, of }: Shared,
  { monthlyUSD, grows, suggest }: Asked,
): { readonly overrun?: string; readonly awaited?: string } {
  const { claim, required } = request;
  const asked = Object.keys(claimsOfAll(request, namespaces));
  if (monthlyUSD === 0 || asked.some((name) => required[name] === undefined)) return {};
  const isSame = ({ kind, metadata }: KubernetesObject) =>
    kind === claim.kind && metadata?.name === claim.metadata?.name && metadata?.namespace === claim.metadata?.namespace;
  const besides = asked
    .filter((name) => !name.startsWith('claims-namespace/'))
    .flatMap((name) => required[name] ?? [])
    .filter((other) => !isSame(other));
  const found = grows
    ? others(request, environment, besides, budget)
    : { costs: dearest(claim, new Map(besides.map((other) => [other, recordedOf(other)]))), contending: [] };
  if (found === undefined) {
    return {
      overrun:
        `${whose} has more than ${mostEstimates} older claims that ask for something else than they have, ` +
        `want fewer, for the budget of ${of}: it is looked at again by itself`,
    };
  }
  const before = sumOf(found.costs);
  const sum = toCents(before + monthlyUSD);
  if (sum > budget) {
    const rest = found.costs.length === 0 ? '' : ` besides ${listed(found.costs)}`;
    return {
      overrun:
        `${whose} would cost ${usd(sum)} USD a month, of which ${usd(monthlyUSD)} for this claim${rest}, ` +
        `want at most ${usd(budget)}, the budget of ${of}; ${suggest(budget - before)}`,
    };
  }
  const isContended = toCents(sum + sumOf(found.contending)) > budget;
  if (!grows || (!isContended && isUndecided(claim))) return {};
  const unless = isContended ? `, unless that goes to ${listed(found.contending)}` : '';
  return { awaited: `${whose} has room for it${unless}: it is looked at again by itself, within minutes` };
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
  if (claimMonthlyUSD === undefined && shared.length === 0) return { ...withoutBudget, requires };
  const { monthlyUSD } = cost;
  const had = hadAlready(request, environment, resources, cost);
  const suggest = (room: number) => {
    const sizes = fitting(request, environment, room, monthlyUSD);
    return sizes.length === 0 ? 'no smaller size fits' : `what fits: ${sizes.join(', ')}`;
  };
  const grows = monthlyUSD > had.monthlyUSD;
  const found = shared.map((each) => sharedOverrun(request, environment, each, { monthlyUSD, grows, suggest }));
  const own =
    claimMonthlyUSD !== undefined && monthlyUSD > claimMonthlyUSD
      ? [
          `it would cost ${usd(monthlyUSD)} USD a month, want at most ${usd(claimMonthlyUSD)}, the budget of a claim; ${suggest(claimMonthlyUSD)}`,
        ]
      : [];
  const unknown = cost.unpriced
    .filter((remark) => !had.unpriced.some((known) => isDeepStrictEqual(known, remark)))
    .map(({ resource, what }) => `it cannot be told what it would cost: ${resource}: ${what}`);
  return {
    overruns: [...own, ...found.flatMap(({ overrun }) => overrun ?? []), ...unknown],
    awaited: found.flatMap(({ awaited }) => awaited ?? []),
    refuses: grows || unknown.length > 0,
    requires,
  };
}
