import { isDeepStrictEqual } from 'node:util';
import { type Cost, costOf } from './cost.ts';
import type { ClaimName } from './identity.ts';
import type { Plan, PlannedStep } from './run.ts';

/** One line of a comparison; a value that an environment does not have is null. */
interface Difference {
  readonly name: string;
  readonly values: readonly unknown[];
}

/** One claim in several environments: only what differs. */
export interface Comparison {
  readonly claim: ClaimName;
  readonly environments: readonly string[];
  readonly settings: readonly Difference[];
  /** By key; the values are kinds. */
  readonly resources: readonly Difference[];
  /** The added steps that were not run, in any of them. */
  readonly notRun: readonly PlannedStep[];
  /** USD a month, where it differs. */
  readonly cost: readonly (Cost | null)[] | null;
  readonly refusals: readonly { readonly environment: string; readonly message: string }[];
}

type Columns = readonly ReadonlyMap<string, unknown>[];

function differences(columns: Columns): readonly Difference[] {
  const names = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  return names
    .map((name) => ({ name, values: columns.map((column) => column.get(name) ?? null) }))
    .filter(({ values: [first, ...rest] }) => rest.some((value) => !isDeepStrictEqual(value, first)));
}

export function compareEnvironments(plans: readonly Plan[]): Comparison | undefined {
  const [first] = plans;
  if (first === undefined) return undefined;
  const costs = plans.map(({ cost }) => costOf(cost));
  return {
    claim: first.claim,
    environments: plans.map(({ environment }) => environment),
    settings: differences(plans.map(({ settings }) => new Map(settings.map(({ name, value }) => [name, value])))),
    resources: differences(
      plans.map(({ resources, pending }) => new Map(Object.entries({ ...resources, ...pending }).map(([key, { kind }]) => [key, kind]))),
    ),
    notRun: first.steps.filter((step) => 'notRun' in step),
    cost: costs.every((cost) => isDeepStrictEqual(cost, costs[0])) ? null : costs,
    refusals: plans.flatMap(({ environment, refused }) => (refused === null ? [] : [{ environment, message: refused.message }])),
  };
}
