import { bindingKey } from '../core/binding.ts';
import { at, type Condition } from '../core/kubernetes.ts';
import type { StepRequest } from '../core/pipeline.ts';
import { composedName } from '../core/protection.ts';
import { conditionOf } from '../core/readiness.ts';
import type { DesiredResource, Refusal, StepResponse } from '../core/step.ts';
import { type Expanded, expandClaim, settingsInForce } from './expand-claim.ts';
import { progressOf } from './progress.ts';

const settledTtlSeconds = 300;
const waitingTtlSeconds = 15;

/** Whether the API's backends look at the other claims of the namespace. */
function needs({ claim, platform }: StepRequest): Pick<StepResponse, 'needsClaims'> {
  return platform.apis.some(({ kind, seesClaims }) => kind === claim.kind && seesClaims) ? { needsClaims: true } : {};
}

function refused(request: StepRequest, refusal: Refusal): StepResponse {
  const condition: Condition = { type: 'Resolved', status: 'False', reason: refusal.reason, message: refusal.message };
  return {
    desired: request.desired,
    conditions: [condition],
    events: [],
    refusal,
    ...needs(request),
    ttlSeconds: waitingTtlSeconds,
  };
}

/** The step that writes a claim's resources, their readiness, and the claim's status and conditions. */
export function expand(request: StepRequest): StepResponse {
  return expandedTo(request, expandClaim(request));
}

/** The step's answer, from what was worked out of its request. */
export function expandedTo(request: StepRequest, expanded: Expanded | { readonly refusal: Refusal } | undefined): StepResponse {
  if (expanded === undefined)
    return { desired: request.desired, conditions: [], events: [], ...needs(request), ttlSeconds: waitingTtlSeconds };
  if ('refusal' in expanded) return refused(request, expanded.refusal);
  const { api, environment, settled, expansion } = expanded;

  const progress = progressOf(expansion, request.observed, environment.name);
  const own = Object.entries(expansion.resources).map(([key, { object }]): [string, DesiredResource] => [
    key,
    { object, ready: progress.ready[key] === true },
  ]);
  const backend = String(settled.settings['backend']);
  const done = progress.condition.status === 'True';
  const name = String(request.claim.metadata?.name);
  const bindingName = composedName({ name }, api.suffix);
  const issued = request.observed[bindingKey] !== undefined || at(request.claim, 'status', 'binding', 'name') !== undefined;
  return {
    desired: { ...request.desired, ...Object.fromEntries(own) },
    status: {
      environment: environment.name,
      tier: environment.tier,
      backend,
      ...(issued && { binding: { name: bindingName } }),
      ...expansion.status,
      settings: settingsInForce(expanded),
    },
    ...(Object.keys(expansion.pending).length > 0 && { claimReady: false }),
    conditions: [
      {
        type: 'Resolved',
        status: 'True',
        reason: 'Settled',
        message: `Environment ${environment.name} of tier ${environment.tier}, backend ${backend}`,
      },
      progress.condition,
    ],
    events: done && wasWaiting(request) ? [`${api.kind} ${name} is ready: connect with Secret ${bindingName}`] : [],
    ...needs(request),
    ttlSeconds: done && expansion.awaiting !== true ? settledTtlSeconds : waitingTtlSeconds,
  };
}

function wasWaiting({ claim }: StepRequest): boolean {
  return conditionOf(claim, 'Provisioned')?.status === 'False';
}
