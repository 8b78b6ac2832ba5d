import { environment as environmentSchema } from '../apis/environment.ts';
import { resolveEnvironment } from '../core/environment.ts';
import type { Refusal, StepRequest, StepResponse } from '../core/step.ts';
import { policies } from './policies/index.ts';
import { allowRemovalAnnotation, unwantedRemovals } from './shrink.ts';

const ttlSeconds = 300;
const refusedTtlSeconds = 60;

/** Which rule each sentence broke. */
interface Violation {
  readonly policy: string;
  readonly problem: string;
}

function refused(request: StepRequest, refusal: Refusal): StepResponse {
  return {
    desired: request.desired,
    conditions: [{ type: 'Allowed', status: 'False', reason: refusal.reason, message: refusal.message }],
    events: [],
    refusal,
    ttlSeconds: refusedTtlSeconds,
  };
}

/** The last step: looks at every desired resource, whoever wrote it, and refuses what must not be applied. It never edits. */
export function guard(request: StepRequest): StepResponse {
  const { namespace, environments } = request.required;
  if (namespace === undefined || environments === undefined) return { desired: request.desired, conditions: [], events: [], ttlSeconds };
  const resolved = resolveEnvironment(environmentSchema, request.claim.metadata?.namespace ?? 'default', { namespace, environments });
  if ('refusal' in resolved) return refused(request, resolved.refusal);
  const { environment } = resolved;

  const removals = unwantedRemovals(request);
  if (removals.length > 0) {
    const message =
      `cannot apply: it would delete ${removals.join(', ')}, which the claim's spec did not ask for; ` +
      `if it is meant, name the keys in annotation ${allowRemovalAnnotation} of the claim`;
    return refused(request, { reason: 'WouldRemove', message });
  }

  const resources = Object.fromEntries(
    Object.entries(request.desired)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { object }]) => [key, object]),
  );
  const broken = policies
    .filter(({ tiers }) => tiers === undefined || tiers.includes(environment.tier))
    .flatMap(({ id, check }) => check(resources, { request, environment }).map((problem): Violation => ({ policy: id, problem })));
  if (broken.length > 0) {
    const message = `cannot apply in environment ${environment.name}: ${broken.map(({ policy, problem }) => `${problem} [${policy}]`).join('; ')}`;
    return refused(request, { reason: 'PolicyViolated', message });
  }
  return {
    desired: request.desired,
    conditions: [{ type: 'Allowed', status: 'True', reason: 'PoliciesHold', message: `Every policy of tier ${environment.tier} holds` }],
    events: [],
    ttlSeconds,
  };
}
