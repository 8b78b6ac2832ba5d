import type { Api, Expansion } from '../core/api.ts';
import { type Environment, resolveEnvironment } from '../core/environment.ts';
import { refusedOn } from '../core/field.ts';
import { apiVersion, ownerLabel } from '../core/group.ts';
import { type KubernetesObject, stringAt } from '../core/kubernetes.ts';
import type { StepRequest } from '../core/pipeline.ts';
import { problemsOf, shown } from '../core/problem.ts';
import { type Settled, settle } from '../core/settle.ts';
import type { Refusal } from '../core/step.ts';
import { readClaim } from './claim.ts';

/** What expand worked out on the way, for the plan to show. */
export interface Expanded {
  readonly api: Api;
  readonly environment: Environment;
  readonly settled: Settled;
  readonly expansion: Expansion;
}

/** Whoever the namespace's label names, or else the environment's tags, or else the namespace itself. */
function ownerOf(name: string, environment: Environment, namespaces: readonly KubernetesObject[]): string {
  const namespace = namespaces.find(({ metadata }) => metadata?.name === name);
  return stringAt(namespace, 'metadata', 'labels', ownerLabel) ?? environment.facts.tags?.['owner'] ?? name;
}

/** The first half of the step: which resources a claim comes to, without their readiness. Undefined while Crossplane has not looked yet. */
export function expandClaim(request: StepRequest): Expanded | { readonly refusal: Refusal } | undefined {
  const { claim: object, required, platform } = request;
  const api = platform.apis.find((known) => known.kind === object.kind && object.apiVersion === apiVersion);
  if (api === undefined) {
    const known = platform.apis.map((each) => `${apiVersion} ${each.kind}`).join(', ');
    const message = `cannot expand: kind: got ${shown(`${object.apiVersion} ${object.kind}`)}, want one of ${known}; install a newer function-${platform.name}`;
    return { refusal: { reason: 'KindUnknown', message } };
  }
  const read = readClaim(api, object);
  if ('refusal' in read) return read;
  const { namespace, environments, claims } = required;
  if (namespace === undefined || environments === undefined || (api.seesClaims && claims === undefined)) return undefined;
  const resolved = resolveEnvironment(platform.environment, read.claim.namespace, { namespace, environments });
  if ('refusal' in resolved) return resolved;
  const { environment } = resolved;

  const settled = settle(api, environment, read.spec, read.said);
  const backendName = String(settled.settings['backend']);
  const backend = api.backends[backendName];
  if (backend === undefined) throw new Error(`${api.kind} has no backend ${backendName}, although its profile allows it`);
  const [impossible] = refusedOn(api.fields, read.said, backendName);
  if (impossible !== undefined) {
    const message = `cannot use ${api.kind} ${shown(read.claim.name)} in environment ${environment.name}: ${impossible}`;
    return { refusal: { reason: 'FieldNotOnBackend', message } };
  }
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
    owner: ownerOf(read.claim.namespace, environment, namespace),
    settings: settled.settings as never,
    sources: settled.sources as never,
    facts: needs.data as never,
    observed: request.observed,
    claims: (api.seesClaims && claims) || [],
    issueSecret: request.issueSecret,
  });
  return expansion.refusal === undefined ? { api, environment, settled, expansion } : { refusal: expansion.refusal };
}

/** The values in force for each field of the spec. */
export function settingsInForce({ api, settled, expansion }: Expanded): Readonly<Record<string, unknown>> {
  const inForce = { ...settled.settings, ...expansion.inForce };
  return Object.fromEntries(Object.keys(api.spec.shape).flatMap((key) => (inForce[key] === undefined ? [] : [[key, inForce[key]]])));
}
