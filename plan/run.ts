import { isDeepStrictEqual } from 'node:util';
import type { Pending, Source } from '../functions/core/api.ts';
import { environmentLabel } from '../functions/core/group.ts';
import { closedAt, hoursText } from '../functions/core/hours.ts';
import { at, type Condition, groupKind, type KubernetesObject } from '../functions/core/kubernetes.ts';
import { isOnlyLookedAt } from '../functions/core/look.ts';
import { composedName } from '../functions/core/names.ts';
import type { AddedStep, Platform, Step, StepRequest } from '../functions/core/pipeline.ts';
import { matches } from '../functions/core/proof.ts';
import { answered, answersTo, apiOf } from '../functions/core/required.ts';
import type { DesiredResource, ObservedResource, Refusal, StepResponse } from '../functions/core/step.ts';
import type { Estimate } from '../functions/cost/estimate.ts';
import { expandedTo } from '../functions/expand/expand.ts';
import { type Expanded, expandClaim, settingsInForce } from '../functions/expand/expand-claim.ts';
import { type Adoption, adoptionOf } from '../functions/guard/adoption.ts';
import type { Change } from '../functions/guard/changes.ts';
import { judgedAs } from '../functions/guard/guard.ts';
import { judge } from '../functions/guard/judge.ts';
import type { Verdict } from '../functions/guard/verdicts.ts';
import { asKept } from './admission.ts';
import { type ClaimName, nameOf } from './identity.ts';

interface PlannedSetting {
  readonly name: string;
  readonly value: unknown;
  readonly from: Source;
  /** The default of today, where a live claim stays with what it runs. */
  readonly available?: unknown;
  /** Where the claim asks for it and nothing that is composed here differs without it, as for the size of a disk that there is not. */
  readonly idle?: true;
}

/** What a step that the platform adds to its pipelines did; or, where it was not run, what would show that. */
export type PlannedStep =
  | { readonly name: string; readonly added: readonly string[]; readonly changed: readonly string[]; readonly removed: readonly string[] }
  | { readonly name: string; readonly notRun: string };

/** What would become of one claim in one environment. */
export interface Plan {
  readonly claim: ClaimName;
  readonly environment: string;
  readonly settings: readonly PlannedSetting[];
  /** When all that it made is deleted; left out where it has no end. */
  readonly expires?: string;
  /** The composed objects that would be made at once, by key. */
  readonly resources: Readonly<Record<string, KubernetesObject>>;
  /** Those that would follow once what they wait for exists. */
  readonly pending: Readonly<Record<string, Pending>>;
  /** Of each step between expand and guard; none where expand refuses. */
  readonly steps: readonly PlannedStep[];
  /** What the resources cost a month; null where there are none to know it of. */
  readonly cost: Estimate | null;
  readonly policies: readonly Verdict[];
  /** What of it loses data, acknowledged or not. */
  readonly losses: readonly Change[];
  readonly warnings: readonly string[];
  /** What its author should know besides. */
  readonly remarks: readonly string[];
  readonly conditions: readonly Condition[];
  /** How far it is with what it adopts; left out where it adopts nothing, or has it. */
  readonly adoption?: Adoption;
  readonly refused: Refusal | null;
}

/** What a claim comes into. */
export interface World {
  readonly platform: Platform;
  /** The EnvironmentConfigs there are. */
  readonly environments: readonly KubernetesObject[];
  /** What the platform's added steps do, by name, where that is known here; any other is not run. */
  readonly steps?: Readonly<Record<string, Step>> | undefined;
  /** When it is, as RFC 3339, where what there is depends on it; a plan of files is the same at every hour. */
  readonly now?: string | undefined;
  /** What else there is: who has namespaces, and what is in those besides the claim's own. */
  readonly objects?: readonly KubernetesObject[];
}

/** What there is already beside the claim; by default nothing. */
export interface Situation {
  /** The claim's namespace, where it is known; its environment is given apart. */
  readonly namespace?: KubernetesObject | undefined;
  /** The claims of the namespace. */
  readonly claims?: readonly KubernetesObject[];
  /** By key, what the claim composed before. */
  readonly observed?: Readonly<Record<string, ObservedResource>>;
}

type Desired = Readonly<Record<string, DesiredResource>>;

/** A plan, with what only a simulation of the cluster needs. */
export interface Outcome {
  readonly plan: Plan;
  readonly desired: Desired;
  readonly status: Readonly<Record<string, unknown>>;
}

/** Stands where a random secret will be, so that a plan is the same every time. */
export const secretPlaceholder = 'issued-when-applied';

/** With the steps of others, Crossplane itself has to render the claim. */
export const notRun =
  "goldenpath plan runs the platform's own steps only; with all: crossplane composition render CLAIM COMPOSITION FUNCTIONS --required-resources=FOLDER";

/** The pipeline so far, and what was noted of it. */
interface Run {
  readonly request: StepRequest;
  readonly steps: readonly PlannedStep[];
  readonly conditions: readonly Condition[];
  readonly refusal?: Refusal | undefined;
}

/** A claim as the cluster has it once kubectl has applied it. */
function onceApplied(platform: Platform, given: KubernetesObject): KubernetesObject {
  const claim = asKept(platform, given);
  if (apiOf(platform, claim)?.scope === 'Cluster') {
    const { namespace: _, ...metadata } = claim.metadata ?? {};
    return { ...claim, metadata };
  }
  return { ...claim, metadata: { ...claim.metadata, namespace: nameOf(claim).namespace } };
}

/** Stands for the UID of a claim that is not created yet. */
const plannedUid = 'known-when-applied';

/**
 * A claim, and its binding as it will be once the claim is ready: nobody reads its values, so what is in it is not said. One that is
 * there says itself whether its binding is.
 */
function withBinding(platform: Platform, claim: KubernetesObject): readonly KubernetesObject[] {
  const api = apiOf(platform, claim);
  const { namespace, name } = nameOf(claim);
  const waits = claim.metadata?.uid !== undefined && at(claim, 'status', 'binding') === undefined;
  if (api?.binding === undefined || waits) return [claim];
  const uid = claim.metadata?.uid ?? plannedUid;
  const ownerReferences = [{ apiVersion: claim.apiVersion, kind: claim.kind, name, uid, controller: true }];
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: composedName({ name }, api.suffix), namespace, ownerReferences } };
  return [{ ...claim, metadata: { ...claim.metadata, uid } }, secret];
}

const foundBefore = new WeakMap<Platform, WeakMap<KubernetesObject, readonly KubernetesObject[]>>();

/** What Crossplane would find of a claim, worked out once for all that are planned beside it. */
function foundOf(platform: Platform, given: KubernetesObject): readonly KubernetesObject[] {
  const known = foundBefore.get(platform) ?? new WeakMap<KubernetesObject, readonly KubernetesObject[]>();
  foundBefore.set(platform, known);
  const objects = known.get(given) ?? withBinding(platform, onceApplied(platform, given));
  known.set(given, objects);
  return objects;
}

/** All that Crossplane would find of what steps require. */
function objectsAround(
  claim: KubernetesObject,
  environment: string,
  { platform, environments, objects = [] }: World,
  { namespace, claims = [] }: Situation,
): readonly KubernetesObject[] {
  const known = namespace?.metadata;
  const labels = { ...known?.labels, [environmentLabel]: environment };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { ...known, name: nameOf(claim).namespace, labels } },
    ...environments,
    ...claims.flatMap((other) => foundOf(platform, other)),
    ...objects,
  ];
}

/** The run after a step has answered. */
function after({ request, steps, conditions }: Run, response: StepResponse, step?: PlannedStep): Run {
  return {
    request: { ...request, desired: response.desired, desiredStatus: { ...request.desiredStatus, ...response.status } },
    steps: step === undefined ? steps : [...steps, step],
    conditions: [...conditions, ...response.conditions],
    refusal: response.refusal,
  };
}

function difference(name: string, before: Desired, desired: Desired): PlannedStep {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(desired)])].sort();
  return {
    name,
    added: keys.filter((key) => before[key] === undefined),
    changed: keys.filter((key) => before[key] && desired[key] && !isDeepStrictEqual(before[key].object, desired[key].object)),
    removed: keys.filter((key) => desired[key] === undefined),
  };
}

/** What a step that is not run had made before stays as it is: it has a key that no backend has. */
function kept({ platform, claim, observed, desired }: StepRequest, step: AddedStep): Desired {
  const own = Object.values(apiOf(platform, claim)?.backends ?? {}).flatMap(({ composes }) => Object.keys(composes));
  const its = new Set((step.composes ?? []).map(groupKind));
  return Object.fromEntries(
    Object.entries(observed).filter(
      ([key, { object }]) => !(key in desired) && !own.some((pattern) => matches(pattern, key)) && its.has(groupKind(object)),
    ),
  );
}

function runAdded(run: Run, step: AddedStep, known: Step | undefined): Run {
  if (run.refusal !== undefined) return run;
  const { request } = run;
  if (known === undefined) {
    const desired = { ...request.desired, ...kept(request, step) };
    return { ...run, request: { ...request, desired }, steps: [...run.steps, { name: step.name, notRun }] };
  }
  const response = known(request);
  return after(run, response, difference(step.name, request.desired, response.desired));
}

/** What the guard finds, once it has been shown what it asks for, and what it asks for then. */
function judged(
  request: StepRequest,
  objects: readonly KubernetesObject[],
): Pick<Run, 'request'> & { readonly judgement: ReturnType<typeof judge> } {
  const judgement = judge(request);
  const asked = judgement !== undefined && 'cost' in judgement ? judgement.requires : {};
  if (Object.keys(asked).every((name) => request.required[name] !== undefined)) return { request, judgement };
  return judged({ ...request, required: { ...request.required, ...answered(asked, objects) } }, objects);
}

/** The fields of a claim without which it would be given another value and yet come to the same. */
function idleFields(request: StepRequest, known: Expanded): ReadonlySet<string> {
  const { spec } = request.claim as { readonly spec?: Readonly<Record<string, unknown>> };
  const { settled } = known;
  const composedOf = ({ expansion: { resources, pending, remarks } }: Expanded) => [resources, pending, remarks];
  const asked = Object.entries(settled.sources).filter(([, source]) => source === 'claim');
  return new Set(
    asked.flatMap(([field]) => {
      const { [field]: _, ...rest } = spec ?? {};
      const without = expandClaim({ ...request, claim: { ...request.claim, spec: rest } });
      if (without === undefined || 'refusal' in without) return [];
      const isSaid = !isDeepStrictEqual(without.settled.settings[field], settled.settings[field]);
      return isSaid && isDeepStrictEqual(composedOf(without), composedOf(known)) ? [field] : [];
    }),
  );
}

/** The hours of the environment, where the claim leaves it to them when it runs. */
function hoursOf(request: StepRequest, known: Expanded): readonly PlannedSetting[] {
  const { api, environment, settled } = known;
  const hours = environment?.hours;
  if (hours === undefined || api.fields['running'] === undefined || settled.settings['running'] !== undefined) return [];
  const outside = expandClaim({ ...request, now: closedAt(hours) });
  const isIdle = outside === undefined || 'refusal' in outside || outside.expansion.stopped !== true;
  return [{ name: 'hours', value: hoursText(hours), from: 'environment', ...(isIdle && { idle: true as const }) }];
}

/** The request once all has succeeded that the claim has checked before it changes: a plan is of the change. */
function onceChecked(request: StepRequest): StepRequest {
  const expanded = expandClaim(request);
  const resources = expanded === undefined || 'refusal' in expanded ? {} : expanded.expansion.resources;
  const uid = request.claim.metadata?.uid;
  const ownerReferences = uid === undefined ? [] : [{ uid, controller: true }];
  const ended = Object.entries(resources).flatMap(([key, { object, gates }]) => {
    if (gates === undefined) return [];
    const status = { conditions: [{ type: 'Complete', status: 'True' }] };
    return [[key, { object: { ...object, metadata: { ...object.metadata, ownerReferences }, status }, connectionDetails: {} }]];
  });
  return { ...request, observed: { ...request.observed, ...Object.fromEntries(ended) } };
}

/** Runs the pipeline on a claim, each step once. */
export function runSteps(claim: KubernetesObject, environment: string, world: World, situation: Situation = {}): Outcome {
  const { platform, steps = {} } = world;
  const objects = objectsAround(claim, environment, world, situation);
  const applied = onceApplied(platform, claim);
  const request = onceChecked({
    platform,
    claim: applied,
    observed: situation.observed ?? {},
    desired: {},
    desiredStatus: {},
    required: answersTo(platform, applied, objects),
    now: world.now,
    issueSecret: () => secretPlaceholder,
  });
  const expanded = expandClaim(request);
  const begun = after({ request, steps: [], conditions: [] }, expandedTo(request, expanded));
  const made = platform.steps.reduce((run, step) => runAdded(run, step, steps[step.name]), begun);
  const found = made.refusal === undefined ? judged(made.request, objects) : undefined;
  const ended = found === undefined ? made : after(made, judgedAs(found.request, found.judgement));
  const known = expanded !== undefined && !('refusal' in expanded) ? expanded : undefined;
  const judgement = found?.judgement !== undefined && 'verdicts' in found.judgement ? found.judgement : undefined;
  const idle = known === undefined ? new Set() : idleFields(request, known);
  const values = known === undefined ? {} : { ...known.settled.settings, ...settingsInForce(known) };
  const { desired, desiredStatus } = ended.request;
  const adoption = found && adoptionOf(found.request, desired);
  return {
    plan: {
      claim: { ...nameOf(claim), ...(applied.metadata?.namespace === undefined && { namespace: '' }) },
      environment,
      settings: [
        ...Object.entries(values).map(([setting, value]) => ({
          name: setting,
          value,
          from: known?.settled.sources[setting] ?? 'API',
          ...(known?.settled.available[setting] !== undefined && { available: known.settled.available[setting] }),
          ...(idle.has(setting) && { idle: true as const }),
        })),
        ...(known === undefined ? [] : hoursOf(request, known)),
      ],
      ...(known?.expiry !== undefined && { expires: known.expiry.at ?? `${known.settled.settings['ttlHours']} hours after its creation` }),
      resources: Object.fromEntries(
        Object.entries(desired).flatMap(([key, { object }]) =>
          isOnlyLookedAt(object, platform.cards.get(groupKind(object))) ? [] : [[key, object]],
        ),
      ),
      pending: known?.expansion.pending ?? {},
      steps: ended.steps,
      cost: judgement?.cost ?? null,
      policies: judgement?.verdicts ?? [],
      losses: judgement?.changes ?? [],
      warnings: judgement?.warnings ?? [],
      remarks: known?.expansion.remarks ?? [],
      conditions: ended.conditions,
      ...(adoption !== undefined && { adoption }),
      refused: ended.refusal ?? (adoption?.isSeen ? (adoption.open ?? null) : null),
    },
    desired,
    status: desiredStatus,
  };
}

/** What would become of a claim in an environment. */
export function planClaim(claim: KubernetesObject, environment: string, world: World, situation: Situation = {}): Plan {
  return runSteps(claim, environment, world, situation).plan;
}
