import type { ClaimPolicy } from '../core/api.ts';
import { wanted } from '../core/claim.ts';
import { at } from '../core/kubernetes.ts';
import type { StepRequest } from '../core/pipeline.ts';
import { shown } from '../core/problem.ts';

function holds(rule: ClaimPolicy, value: unknown): boolean {
  if (value === undefined) return true;
  return 'atLeast' in rule ? typeof value === 'number' && value >= rule.atLeast : value === rule.equals;
}

/** What a claim asks for itself that a policy forbids, by the policy's id. The apiserver is told the same of it. */
export function brokenByClaim({ claim, platform }: Pick<StepRequest, 'claim' | 'platform'>): Readonly<Record<string, readonly string[]>> {
  const rules = platform.apis.find(({ kind }) => kind === claim.kind)?.claimPolicies ?? [];
  const broken: Record<string, readonly string[]> = {};
  for (const rule of rules) {
    const value = at(claim, 'spec', rule.field);
    if (holds(rule, value)) continue;
    broken[rule.policy] = [...(broken[rule.policy] ?? []), `spec.${rule.field}: got ${shown(value)}, want ${wanted(rule)}`];
  }
  return broken;
}
