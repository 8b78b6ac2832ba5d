import { at, groupKind, type KubernetesObject, stringAt } from '../core/kubernetes.ts';
import type { StepRequest } from '../core/pipeline.ts';
import { shown } from '../core/problem.ts';
import { controllerOf } from '../core/proof.ts';
import type { Requirement } from '../core/requirement.ts';
import type { StepResponse } from '../core/step.ts';
import { named } from './named.ts';

const requirementOf = (key: string) => `exists/${key}`;

/** Soon, since whoever made it may rename it meanwhile. */
const takenTtlSeconds = 30;

/** Whose an object is, as its controller says it. */
function whose({ claim }: StepRequest, object: KubernetesObject): string {
  const owners = at(object, 'metadata', 'ownerReferences');
  const controller: unknown = Array.isArray(owners) ? owners.find((owner: unknown) => at(owner, 'controller') === true) : undefined;
  if (controller === undefined) return 'which nobody composed';
  const [kind, name] = [stringAt(controller, 'kind') ?? '', stringAt(controller, 'name') ?? ''];
  const isEarlier = kind === claim.kind && name === claim.metadata?.name;
  return isEarlier ? 'which is of an earlier claim of its name, and going with it' : `which is of ${kind} ${shown(name)}`;
}

/**
 * Crossplane takes no object over that somebody else made, but keeps a reference to it, with which it calls no function any more. So
 * what a claim of a namespace would make for the first time is looked for by its name, and what another has there is left alone.
 */
export function unlessTaken(request: StepRequest, response: StepResponse): StepResponse {
  const { namespace, uid } = request.claim.metadata ?? {};
  if (namespace === undefined) return response;
  const made = Object.entries(response.desired)
    .filter(([key]) => request.observed[key] === undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const asked = made.flatMap(([key, { object }]): readonly (readonly [string, Requirement])[] => {
    const name = object.metadata?.name;
    const { apiVersion, kind } = object;
    return name === undefined ? [] : [[requirementOf(key), { apiVersion, kind, namespace, name }]];
  });
  const requires = { ...response.requires, ...Object.fromEntries(asked) };
  const taken = made.flatMap(([key, { object }]) =>
    (request.required[requirementOf(key)] ?? [])
      .filter((there) => groupKind(there) === groupKind(object) && controllerOf(there) !== uid)
      .map((there) => `${named(key, object)}: there is one already, ${whose(request, there)}`),
  );
  if (taken.length === 0 || response.refusal !== undefined) return { ...response, requires };
  const message = `cannot apply: ${taken.join('; ')}; nothing of it was changed: choose another name for the claim, or have whoever made it use another`;
  const refusal = { reason: 'ExistsAlready', message };
  return { ...response, requires, refusal, conditions: [{ type: 'Allowed', status: 'False', ...refusal }], ttlSeconds: takenTtlSeconds };
}
