import type { Condition } from '../core/kubernetes.ts';
import type { StepRequest } from '../core/pipeline.ts';
import type { Refusal, StepResponse } from '../core/step.ts';
import { summaryOf } from '../cost/estimate.ts';
import { type Judgement, judge } from './judge.ts';

const ttlSeconds = 300;
const refusedTtlSeconds = 60;

function allowed({ environment, verdicts, changes, warnings }: Judgement): Condition {
  const waived = verdicts.filter(({ outcome }) => outcome === 'waived').map(({ policy }) => policy);
  const lost = changes.map(({ token }) => token);
  const whose = environment === undefined ? '' : ` of tier ${environment.tier}`;
  const message = [
    `Every policy${whose} holds${waived.length === 0 ? '' : `, but for those waived by the claim: ${waived.join(', ')}`}`,
    ...(lost.length === 0 ? [] : [`acknowledged: ${lost.join(', ')}`]),
    ...warnings.map((warning) => `warning: ${warning}`),
  ].join('; ');
  const condition = { type: 'Allowed', status: 'True', message } as const;
  return warnings.length === 0 ? { ...condition, reason: 'PoliciesHold' } : { ...condition, reason: 'PoliciesHoldWithWarnings' };
}

/** The last step: looks at every desired resource, whoever wrote it, and refuses what must not be applied. It never edits. */
export function guard(request: StepRequest): StepResponse {
  return judgedAs(request, judge(request));
}

/** The step's answer, from what was found of its request. */
export function judgedAs(request: StepRequest, judgement: Judgement | { readonly refusal: Refusal } | undefined): StepResponse {
  const asked = { desired: request.desired, events: [] };
  if (judgement === undefined) return { ...asked, conditions: [], ttlSeconds };
  const required = 'cost' in judgement ? judgement.requires : {};
  const requires = Object.keys(required).length > 0 && { requires: required };
  if (judgement.refusal !== undefined) {
    const { reason, message } = judgement.refusal;
    const condition: Condition = { type: 'Allowed', status: 'False', reason, message };
    return { ...asked, conditions: [condition], refusal: judgement.refusal, ...requires, ttlSeconds: refusedTtlSeconds };
  }
  if (!('cost' in judgement) || Object.keys(required).some((name) => request.required[name] === undefined)) {
    return { ...asked, conditions: [], ...requires, ttlSeconds };
  }
  const { cost, verdicts } = judgement;
  const { monthlyUSD, ...costDetails } = cost;
  return {
    ...asked,
    status: {
      monthlyCostUSD: monthlyUSD,
      cost: { summary: summaryOf(cost), ...costDetails },
      waivedPolicies: verdicts.filter(({ outcome }) => outcome === 'waived').map(({ policy }) => policy),
    },
    conditions: [allowed(judgement)],
    ...requires,
    ttlSeconds,
  };
}
