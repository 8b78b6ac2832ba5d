import type { Pending, Source } from '../../functions/core/api.ts';
import { environmentLabel } from '../../functions/core/group.ts';
import type { Condition, KubernetesObject } from '../../functions/core/kubernetes.ts';
import type { Platform, StepRequest } from '../../functions/core/pipeline.ts';
import { answered, apiOf, requirementsOf } from '../../functions/core/required.ts';
import type { DesiredResource, ObservedResource, Refusal } from '../../functions/core/step.ts';
import type { Estimate } from '../../functions/cost/estimate.ts';
import { expand } from '../../functions/expand/expand.ts';
import { expandClaim, settingsInForce } from '../../functions/expand/expand-claim.ts';
import type { Change } from '../../functions/guard/changes.ts';
import { guard } from '../../functions/guard/guard.ts';
import { judge } from '../../functions/guard/judge.ts';
import type { Verdict } from '../../functions/guard/verdicts.ts';

interface PlannedSetting {
  readonly name: string;
  readonly value: unknown;
  readonly from: Source;
}

export interface ClaimName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What would become of one claim in one environment. */
export interface Plan {
  readonly claim: ClaimName;
  readonly environment: string;
  readonly settings: readonly PlannedSetting[];
  /** The composed objects that would be made at once, by key. */
  readonly resources: Readonly<Record<string, KubernetesObject>>;
  /** Those that would follow once what they wait for exists. */
  readonly pending: Readonly<Record<string, Pending>>;
  /** What the resources cost a month; null where there are none to know it of. */
  readonly cost: Estimate | null;
  readonly policies: readonly Verdict[];
  /** What of it loses data, acknowledged or not. */
  readonly losses: readonly Change[];
  readonly warnings: readonly string[];
  readonly conditions: readonly Condition[];
  readonly refused: Refusal | null;
}

/** What a claim comes into. */
export interface World {
  readonly platform: Platform;
  /** The EnvironmentConfigs there are. */
  readonly environments: readonly KubernetesObject[];
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

/** A plan, with what only a simulation of the cluster needs. */
export interface Outcome {
  readonly plan: Plan;
  readonly desired: Readonly<Record<string, DesiredResource>>;
  readonly status: Readonly<Record<string, unknown>>;
}

/** Stands where a random secret will be, so that a plan is the same every time. */
export const secretPlaceholder = 'issued-when-applied';

export function nameOf({ apiVersion, kind, metadata }: KubernetesObject): ClaimName {
  return { apiVersion, kind, namespace: metadata?.namespace ?? 'default', name: metadata?.name ?? '' };
}

/** A claim as kubectl applies it. */
function inNamespace(platform: Platform, claim: KubernetesObject): KubernetesObject {
  if (apiOf(platform, claim)?.scope === 'Cluster') return claim;
  return { ...claim, metadata: { ...claim.metadata, namespace: nameOf(claim).namespace } };
}

/** Runs the pipeline's own steps on a claim. */
export function runSteps(
  claim: KubernetesObject,
  environment: string,
  { platform, environments }: World,
  situation: Situation = {},
): Outcome {
  const { namespace, name } = nameOf(claim);
  const known = situation.namespace?.metadata;
  const labels = { ...known?.labels, [environmentLabel]: environment };
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { ...known, name: namespace, labels } },
    ...environments,
    ...(situation.claims ?? []).map((other) => inNamespace(platform, other)),
  ];
  const applied = inNamespace(platform, claim);
  const request: StepRequest = {
    platform,
    claim: applied,
    observed: situation.observed ?? {},
    desired: {},
    desiredStatus: {},
    required: answered(requirementsOf(platform, applied), objects),
    issueSecret: () => secretPlaceholder,
  };
  const expanded = expandClaim(request);
  const afterExpand = expand(request);
  const unseen = { ...request, desired: afterExpand.desired, desiredStatus: afterExpand.status ?? {} };
  const asked = afterExpand.refusal === undefined ? (guard(unseen).requires ?? {}) : {};
  const guarded = { ...unseen, required: { ...unseen.required, ...answered(asked, objects) } };
  const afterGuard = afterExpand.refusal === undefined ? guard(guarded) : undefined;
  const judged = afterExpand.refusal === undefined ? judge(guarded) : undefined;
  const judgement = judged !== undefined && 'verdicts' in judged ? judged : undefined;
  const made = expanded !== undefined && !('refusal' in expanded) ? expanded : undefined;
  const values = made === undefined ? {} : { ...made.settled.settings, ...settingsInForce(made) };
  return {
    plan: {
      claim: { apiVersion: claim.apiVersion, kind: claim.kind, namespace, name },
      environment,
      settings: Object.entries(values).map(([setting, value]) => ({
        name: setting,
        value,
        from: made?.settled.sources[setting] ?? 'API',
      })),
      resources: Object.fromEntries(Object.entries(afterExpand.desired).map(([key, { object }]) => [key, object])),
      pending: made?.expansion.pending ?? {},
      cost: judgement?.cost ?? null,
      policies: judgement?.verdicts ?? [],
      losses: judgement?.changes ?? [],
      warnings: judgement?.warnings ?? [],
      conditions: [...afterExpand.conditions, ...(afterGuard?.conditions ?? [])],
      refused: afterExpand.refusal ?? afterGuard?.refusal ?? null,
    },
    desired: afterExpand.desired,
    status: { ...afterExpand.status, ...afterGuard?.status },
  };
}

/** What would become of a claim in an environment. */
export function planClaim(claim: KubernetesObject, environment: string, world: World, situation: Situation = {}): Plan {
  return runSteps(claim, environment, world, situation).plan;
}
