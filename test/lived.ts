import { apis } from '../functions/apis/index.ts';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import type { StepResponse } from '../functions/core/step.ts';
import type { Tier } from '../functions/core/tier.ts';
import { expand } from '../functions/expand/expand.ts';
import { guard } from '../functions/guard/guard.ts';
import {
  boundTo,
  environmentConfig,
  everything,
  type Given,
  instanceDetails,
  observedAfter,
  queueDetails,
  replicationGroupDetails,
  roleDetails,
  stepRequest,
} from './request.ts';

/** What providers report once they are done. */
export const details = {
  instance: instanceDetails,
  'replication-group': replicationGroupDetails,
  role: roleDetails,
  ...queueDetails,
  deployment: { status: { updatedReplicas: 2, availableReplicas: 2 } },
};

type Values = Readonly<Record<string, unknown>>;

export interface Asked extends Partial<Given> {
  readonly kind: string;
  readonly tier?: Tier;
  readonly spec?: Values;
  /** Besides those of the tier, of the kind. */
  readonly defaults?: Values;
  /** What the environment says besides. */
  readonly data?: Values;
}

export const apiOf = (kind: string) => apis.find((api) => api.kind === kind);

/** A claim, bound to what there is, in an environment of a tier, as the two steps answer it. */
export function run({ kind, tier = 'staging', spec = {}, defaults = {}, data = {}, ...given }: Asked): StepResponse {
  const { monitoring: _, ...unwatched } = everything;
  const environment = environmentConfig('here', { ...unwatched, tier, defaults: { [kind]: defaults }, ...data });
  const said = { ...apiOf(kind)?.example.spec, ...spec };
  const request = stepRequest({ kind, environment: 'here', environments: [environment], claims: boundTo, ...given, spec: said });
  const expanded = expand(request);
  if (expanded.refusal !== undefined) return expanded;
  const guarded = guard({ ...request, desired: expanded.desired, desiredStatus: expanded.status ?? {} });
  return {
    ...guarded,
    status: { ...expanded.status, ...guarded.status },
    events: [...expanded.events, ...guarded.events],
    conditions: [...expanded.conditions, ...guarded.conditions],
    ttlSeconds: Math.min(expanded.ttlSeconds, guarded.ttlSeconds),
  };
}

/** What is there of a claim that came to rest. */
interface Rest {
  readonly observed: NonNullable<Given['observed']>;
  readonly status: Values;
}

/** Lets a claim come to rest. */
export function lived(asked: Asked): Rest {
  let situation: Partial<Rest> = {};
  for (let round = 0; round < 4; round += 1) {
    const response = run({ ...asked, ...situation });
    situation = { observed: observedAfter(response, details), status: { ...response.status, conditions: response.conditions } };
  }
  return { observed: {}, status: {}, ...situation };
}

export const objects = ({ desired }: StepResponse): Record<string, KubernetesObject> =>
  Object.fromEntries(Object.entries(desired).map(([key, { object }]) => [key, object]));

export const provisioned = ({ conditions }: StepResponse) => conditions.find(({ type }) => type === 'Provisioned');
