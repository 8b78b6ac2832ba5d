import type { Api } from './api.ts';
import { type Environment, resolveEnvironment } from './environment.ts';
import { apiVersion, ownerLabel } from './group.ts';
import { stringAt } from './kubernetes.ts';
import type { StepRequest } from './pipeline.ts';
import { shown } from './problem.ts';
import { foreignObserved } from './proof.ts';
import { apiOf } from './required.ts';
import type { Refusal } from './step.ts';

interface Place {
  readonly api: Api;
  /** Undefined for a claim that lives in none. */
  readonly environment: Environment | undefined;
}

/** Of which API a claim is; a refusal names those that there are. */
export function knownApi({ platform, claim }: StepRequest): Api | { readonly refusal: Refusal } {
  const api = apiOf(platform, claim);
  if (api !== undefined) return api;
  const known = platform.apis.map(({ kind }) => `${apiVersion} ${kind}`).join(', ');
  const message = `cannot expand: kind: got ${shown(`${claim.apiVersion} ${claim.kind}`)}, want one of ${known}; install a newer function-${platform.name}`;
  return { refusal: { reason: 'KindUnknown', message } };
}

/** Where a claim lives, once what it is said to have composed is proven; undefined while Crossplane has not looked. */
export function placeOf(request: StepRequest): Place | { readonly refusal: Refusal } | undefined {
  const api = knownApi(request);
  if ('refusal' in api) return api;
  const { metadata } = request.claim;
  if (api.scope === 'Namespaced' && metadata?.namespace === undefined) {
    const message = `cannot use ${api.kind} ${shown(metadata?.name ?? '')}: metadata.namespace: missing, want the namespace that it is in`;
    return { refusal: { reason: 'ClaimInvalid', message } };
  }
  const refusal = foreignObserved(api, request);
  if (refusal !== undefined) return { refusal };
  if (api.place === 'none') return { api, environment: undefined };
  const { namespace, environments } = request.required;
  if (namespace === undefined || environments === undefined) return undefined;
  const resolved = resolveEnvironment(request.platform.environment, String(metadata?.namespace), { namespace, environments });
  return 'refusal' in resolved ? resolved : { api, environment: resolved.environment };
}

type Owned = Pick<StepRequest, 'claim' | 'required'>;

/** Whoever the namespace's label names, or else the environment's tags; undefined where nobody said it. */
export function saidOwnerOf({ claim, required }: Owned, { tags }: Pick<Environment, 'tags'>): string | undefined {
  const name = claim.metadata?.namespace;
  const namespace = required['namespace']?.find(({ metadata }) => metadata?.name === name);
  return stringAt(namespace, 'metadata', 'labels', ownerLabel) ?? tags['owner'];
}

/** Who answers for what is made: whoever is said to, or else the namespace itself. */
export const ownerOf = (owned: Owned, environment: Pick<Environment, 'tags'>): string =>
  saidOwnerOf(owned, environment) ?? String(owned.claim.metadata?.namespace);
