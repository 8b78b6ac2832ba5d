import type { Pending, Source } from '../../functions/core/api.ts';
import { environmentLabel } from '../../functions/core/group.ts';
import type { Condition, KubernetesObject } from '../../functions/core/kubernetes.ts';
import type { Refusal, StepRequest } from '../../functions/core/step.ts';
import { expand, expandClaim, settingsInForce } from '../../functions/expand/expand.ts';
import { guard } from '../../functions/guard/guard.ts';

interface PlannedSetting {
  readonly name: string;
  readonly value: unknown;
  readonly from: Source;
}

/** What would become of one claim in one environment. */
export interface Plan {
  readonly claim: { readonly apiVersion: string; readonly kind: string; readonly namespace: string; readonly name: string };
  readonly environment: string;
  readonly settings: readonly PlannedSetting[];
  /** The composed objects that would be made at once, by key. */
  readonly resources: Readonly<Record<string, KubernetesObject>>;
  /** Those that would follow once what they wait for exists. */
  readonly pending: Readonly<Record<string, Pending>>;
  readonly conditions: readonly Condition[];
  readonly refused: Refusal | null;
}

/** Stands where a random secret will be, so that a plan is the same every time. */
export const secretPlaceholder = 'issued-when-applied';

/** Runs the pipeline's own steps on a claim that does not exist yet. `environments` are the EnvironmentConfigs there are. */
export function planClaim(claim: KubernetesObject, environment: string, environments: readonly KubernetesObject[]): Plan {
  const namespace = claim.metadata?.namespace ?? 'default';
  const request: StepRequest = {
    claim: { ...claim, metadata: { ...claim.metadata, namespace } },
    observed: {},
    desired: {},
    required: {
      namespace: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { [environmentLabel]: environment } } }],
      environments,
    },
    issueSecret: () => secretPlaceholder,
  };
  const expanded = expandClaim(request);
  const afterExpand = expand(request);
  const afterGuard = afterExpand.refusal === undefined ? guard({ ...request, desired: afterExpand.desired }) : undefined;
  const known = expanded !== undefined && !('refusal' in expanded) ? expanded : undefined;
  const values = known === undefined ? {} : { ...known.settled.settings, ...settingsInForce(known) };
  return {
    claim: { apiVersion: claim.apiVersion, kind: claim.kind, namespace, name: claim.metadata?.name ?? '' },
    environment,
    settings: Object.entries(values).map(([name, value]) => ({ name, value, from: known?.settled.sources[name] ?? 'API' })),
    resources: Object.fromEntries(Object.entries(afterExpand.desired).map(([key, { object }]) => [key, object])),
    pending: known?.expansion.pending ?? {},
    conditions: [...afterExpand.conditions, ...(afterGuard?.conditions ?? [])],
    refused: afterExpand.refusal ?? afterGuard?.refusal ?? null,
  };
}
