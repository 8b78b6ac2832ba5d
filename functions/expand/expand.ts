import { environment as environmentSchema } from '../apis/environment.ts';
import { apis } from '../apis/index.ts';
import type { Api, Expansion } from '../core/api.ts';
import { bindingKey } from '../core/binding.ts';
import { type Environment, resolveEnvironment } from '../core/environment.ts';
import { apiVersion } from '../core/group.ts';
import { at, type Condition } from '../core/kubernetes.ts';
import { problemsOf, shown } from '../core/problem.ts';
import { composedName } from '../core/protection.ts';
import { type Settled, settle } from '../core/settle.ts';
import type { DesiredResource, Refusal, StepRequest, StepResponse } from '../core/step.ts';
import { readClaim } from './claim.ts';
import { progressOf } from './progress.ts';

const settledTtlSeconds = 300;
const waitingTtlSeconds = 15;

/** What expand worked out on the way, for the plan to show. */
export interface Expanded {
  readonly api: Api;
  readonly environment: Environment;
  readonly settled: Settled;
  readonly expansion: Expansion;
}

function refused(request: StepRequest, refusal: Refusal): StepResponse {
  const condition: Condition = { type: 'Resolved', status: 'False', reason: refusal.reason, message: refusal.message };
  return { desired: request.desired, conditions: [condition], events: [], refusal, ttlSeconds: waitingTtlSeconds };
}

/** The first half of the step: which resources a claim comes to, without their readiness. Undefined while Crossplane has not looked yet. */
export function expandClaim(request: StepRequest): Expanded | { readonly refusal: Refusal } | undefined {
  const { claim: object, required } = request;
  const api = apis.find((known) => known.kind === object.kind && object.apiVersion === apiVersion);
  if (api === undefined) {
    const known = apis.map((each) => `${apiVersion} ${each.kind}`).join(', ');
    const message = `cannot expand: kind: got ${shown(`${object.apiVersion} ${object.kind}`)}, want one of ${known}; install a newer function-golden-path`;
    return { refusal: { reason: 'KindUnknown', message } };
  }
  const read = readClaim(api, object);
  if ('refusal' in read) return read;
  const { namespace, environments } = required;
  if (namespace === undefined || environments === undefined) return undefined;
  const resolved = resolveEnvironment(environmentSchema, read.claim.namespace, { namespace, environments });
  if ('refusal' in resolved) return resolved;
  const { environment } = resolved;

  const settled = settle(api, environment, read.spec, read.said);
  const backendName = String(settled.settings['backend']);
  const backend = api.backends[backendName];
  if (backend === undefined) throw new Error(`${api.kind} has no backend ${backendName}, although its profile allows it`);
  const needs = backend.needs.safeParse(environment.facts);
  if (!needs.success) {
    const problems = problemsOf(needs.error, environment.facts, 'data');
    const message = `cannot use EnvironmentConfig ${shown(environment.name)} for ${api.kind} with backend ${backendName}: ${problems}`;
    return { refusal: { reason: 'EnvironmentIncomplete', message } };
  }
  const expansion = backend.expand({
    claim: read.claim,
    environment: environment.name,
    tier: environment.tier,
    settings: settled.settings as never,
    sources: settled.sources,
    facts: needs.data as never,
    observed: request.observed,
    issueSecret: request.issueSecret,
  });
  return expansion.refusal === undefined ? { api, environment, settled, expansion } : { refusal: expansion.refusal };
}

/** The values in force for each field of the spec. */
export function settingsInForce({ api, settled, expansion }: Expanded): Readonly<Record<string, unknown>> {
  const inForce = { ...settled.settings, ...expansion.inForce };
  return Object.fromEntries(Object.keys(api.spec.shape).flatMap((key) => (inForce[key] === undefined ? [] : [[key, inForce[key]]])));
}

/** The step that writes a claim's resources, their readiness, and the claim's status and conditions. */
export function expand(request: StepRequest): StepResponse {
  const expanded = expandClaim(request);
  if (expanded === undefined) return { desired: request.desired, conditions: [], events: [], ttlSeconds: waitingTtlSeconds };
  if ('refusal' in expanded) return refused(request, expanded.refusal);
  const { api, environment, settled, expansion } = expanded;

  const progress = progressOf(expansion, request.observed);
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
    ttlSeconds: done && expansion.awaiting !== true ? settledTtlSeconds : waitingTtlSeconds,
  };
}

function wasWaiting({ claim }: StepRequest): boolean {
  const conditions = at(claim, 'status', 'conditions');
  return (
    Array.isArray(conditions) &&
    conditions.some((condition: unknown) => at(condition, 'type') === 'Provisioned' && at(condition, 'status') === 'False')
  );
}
