import type { Environment } from '../core/environment.ts';
import { waiverAnnotation } from '../core/group.ts';
import type { KubernetesObject } from '../core/kubernetes.ts';
import type { StepRequest } from '../core/pipeline.ts';
import { shown } from '../core/problem.ts';
import { brokenByClaim } from './claim-policies.ts';
import { listed } from './waivers.ts';

/** How a policy turned out: `warned` and `waived` let the claim pass although there are problems. */
export interface Verdict {
  readonly policy: string;
  readonly outcome: 'held' | 'off' | 'warned' | 'waived' | 'denied';
  /** What is wrong, one sentence each. */
  readonly problems: readonly string[];
}

/** Holds the resources to every policy of the environment's tier, or to those of all tiers where there is no environment, with what the environment and the claim say of each. */
export function verdicts(
  request: StepRequest,
  environment: Environment | undefined,
  resources: Readonly<Record<string, KubernetesObject>>,
): readonly Verdict[] {
  const asked = new Set(listed(request.claim, waiverAnnotation));
  const byClaim = brokenByClaim(request);
  return request.platform.policies.flatMap((policy): readonly Verdict[] => {
    const { id, tiers } = policy;
    if (tiers !== undefined && (environment === undefined || !tiers.includes(environment.tier))) return [];
    const setting = environment?.policies[id];
    const severity = (policy.fixed ? undefined : setting?.severity) ?? policy.severity;
    if (severity === 'off') return [{ policy: id, outcome: 'off', problems: [] }];
    // Names the claim's field that is at fault, instead of the resources that follow from it.
    const said = byClaim[id] ?? [];
    const problems = said.length > 0 ? said : policy.check(resources, { request, environment, allowed: setting?.allow ?? [] });
    if (problems.length === 0) return [{ policy: id, outcome: 'held', problems }];
    const waived = policy.fixed !== true && setting?.waivable === true && asked.has(id);
    return [{ policy: id, outcome: waived ? 'waived' : severity === 'warn' ? 'warned' : 'denied', problems }];
  });
}

/** What the claim asks to be let off and is not, one sentence each. */
export function unheededWaivers({ claim, platform }: StepRequest, environment: Environment | undefined): readonly string[] {
  return listed(claim, waiverAnnotation).flatMap((id) => {
    const policy = platform.policies.find((known) => known.id === id);
    const got = `annotation ${waiverAnnotation}: got ${shown(id)}`;
    if (policy === undefined) return [`${got}, want the id of a policy`];
    const waivable = policy.fixed !== true && environment?.policies[id]?.waivable === true;
    const who =
      environment === undefined ? 'no environment could let a claim of this kind' : `environment ${environment.name} lets no claim`;
    return waivable ? [] : [`${got}, which ${who} waive`];
  });
}
