import type { Cards } from '../functions/core/card.ts';
import { at, groupKind, type KubernetesObject, numberAt, stringAt } from '../functions/core/kubernetes.ts';
import { mayDelete } from '../functions/core/managed.ts';
import { shown } from '../functions/core/problem.ts';
import type { ObservedResource } from '../functions/core/step.ts';
import { isOnOwnServer } from '../functions/kinds/fields.ts';
import { type Delta, type Extent, objectsOf, resourceDeltas, settingDeltas, settingsOf, specWith } from './compare.ts';
import { type Cost, costOf, usd } from './cost.ts';
import { type Provisioned, successor } from './provisioned.ts';
import { type Plan, planClaim, type World } from './run.ts';

/** A plan, and what it changes where it is compared with something. */
export interface Entry {
  readonly plan: Plan;
  readonly delta?: Delta;
}

interface Before {
  /** As it is, with its status. */
  readonly claim: KubernetesObject;
  readonly observed: Readonly<Record<string, ObservedResource>>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly cost: Cost | null;
  readonly extent: Extent;
  readonly notes: readonly string[];
}

const simulatedTokens =
  'what the refusal has to be acknowledged with is of a simulated claim: goldenpath plan --live says what the cluster takes';

/** What stays as it runs although its default is another. */
const stayingOf = ({ settings }: Plan): readonly string[] =>
  settings.flatMap(({ name, value, available }) =>
    available === undefined ? [] : [`${name} stays ${shown(value)}, with which it runs: the default is ${shown(available)}`],
  );

/** What a plan changes of what there was in a world, which may have been another than the plan's. */
export function deltaOf(plan: Plan, before: Before | undefined, world: World): Delta {
  const { cards } = world.platform;
  if (before === undefined) {
    return { claim: 'new', settings: [], resources: resourceDeltas({}, plan.resources, cards, 'whole'), costBefore: null, notes: [] };
  }
  const was = objectsOf(before.observed);
  // A claim that comes to nothing is refused, and nothing of what there is goes.
  const isEmpty = plan.refused !== null && Object.keys(plan.resources).length === 0;
  const resources = isEmpty ? [] : resourceDeltas(was, plan.resources, cards, before.extent);
  const planned = settingsOf(plan);
  const alone = (name: string) => {
    const variant = successor(before.claim, { ...before.claim, spec: specWith(before.claim['spec'], name, planned) }, false);
    const single = planClaim(variant, plan.environment, world, { observed: before.observed });
    return Object.keys(single.resources).length === 0 ? undefined : resourceDeltas(was, single.resources, cards, before.extent);
  };
  // The claim's status in a cluster tells only some of the settings.
  const recorded = Object.keys(before.settings);
  const comparable = before.extent === 'set' ? Object.fromEntries(recorded.map((name) => [name, planned[name]])) : planned;
  const settings = isEmpty ? [] : settingDeltas(before.settings, comparable, alone);
  const same = resources.length === 0 && settings.length === 0 && plan.refused === null;
  const tokens = before.extent === 'whole' && plan.losses.some(({ acknowledged }) => !acknowledged) ? [simulatedTokens] : [];
  const notes = [...before.notes, ...stayingOf(plan), ...tokens];
  return { claim: same ? 'unchanged' : 'changed', settings, resources, costBefore: before.cost, notes };
}

/** What there was, where it is simulated. */
export function simulated({ claim, observed, plan }: Provisioned): Before {
  const refused = plan.refused === null ? [] : [`the old claim is refused too: ${plan.refused.message}`];
  return { claim, observed, settings: settingsOf(plan), cost: costOf(plan.cost), extent: 'whole', notes: refused };
}

/** What there is in the cluster. */
export function running(claim: KubernetesObject, observed: Readonly<Record<string, ObservedResource>>): Before {
  const backend = stringAt(claim, 'status', 'backend');
  const settings = { ...(backend !== undefined && { backend }), ...(at(claim, 'status', 'settings') as object | undefined) };
  const monthlyUSD = numberAt(claim, 'status', 'monthlyCostUSD');
  const cost = monthlyUSD === undefined ? null : { monthlyUSD, summary: stringAt(claim, 'status', 'cost', 'summary') ?? usd(monthlyUSD) };
  return { claim, observed, settings, cost, extent: 'set', notes: [] };
}

/** A claim that is going composes nothing any more, whatever is applied to it. */
export function whileGoing(plan: Plan, before: KubernetesObject | undefined): Plan {
  const since = before?.metadata?.deletionTimestamp;
  if (since === undefined) return plan;
  const { kind, name } = plan.claim;
  return {
    ...plan,
    refused: {
      reason: 'BeingDeleted',
      message: `cannot change ${kind} ${name}: it has been going since ${since}, want to apply it once it is gone`,
    },
  };
}

/** What becomes of the data of a claim that goes, and whether the same claim applied again has it. */
function dataLeft(observed: Readonly<Record<string, ObservedResource>>, cards: Cards): readonly string[] {
  return Object.values(observed).flatMap(({ object }) => {
    const card = cards.get(groupKind(object));
    if (card === undefined || !card.managed || 'none' in card.data || isOnOwnServer(object)) return [];
    const name = `${object.kind} ${object.metadata?.name}`;
    return mayDelete(at(object, 'spec', 'managementPolicies'))
      ? [`of ${name} is left: ${card.data.survives}; the claim applied again begins empty`]
      : [`what ${name} stands for stays outside of the cluster, where the claim applied again looks for it`];
  });
}

/** A claim that goes, with what it had. Crossplane's Usage of it, where it has one, refuses that. */
export function deletion(before: Plan, observed: Readonly<Record<string, ObservedResource>>, cards: Cards): Entry {
  const { kind, name } = before.claim;
  const usage = Object.values(observed).find(({ object }) => object.kind === 'Usage' && at(object, 'spec', 'of', 'kind') === kind);
  const why = stringAt(usage?.object, 'spec', 'reason');
  return {
    plan: {
      ...before,
      resources: {},
      pending: {},
      cost: { monthlyUSD: 0, drivers: [], byUse: [], unpriced: [] },
      policies: [],
      losses: [],
      warnings: [],
      remarks: [],
      conditions: [],
      refused: why === undefined ? null : { reason: 'Protected', message: `cannot delete ${kind} ${name}: ${why}` },
    },
    delta: {
      claim: 'deleted',
      settings: [],
      resources: resourceDeltas(objectsOf(observed), {}, new Map(), 'whole'),
      costBefore: costOf(before.cost),
      notes: dataLeft(observed, cards),
    },
  };
}
