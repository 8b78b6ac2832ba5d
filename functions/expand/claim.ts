import type * as z from 'zod';
import type { Api, Claim, ClusterClaim } from '../core/api.ts';
import { applyNowAnnotation, rotateAnnotation } from '../core/group.ts';
import { at, type KubernetesObject, stringAt } from '../core/kubernetes.ts';
import { maxNameLength } from '../core/names.ts';
import { problemsOf, shown } from '../core/problem.ts';
import { saidBy } from '../core/required.ts';
import type { Refusal } from '../core/step.ts';

interface ReadClaim {
  readonly claim: Claim | ClusterClaim;
  readonly spec: Readonly<Record<string, unknown>>;
  /** The spec as the claim has it, without the field that belongs to Crossplane. */
  readonly said: Readonly<Record<string, unknown>>;
}

const label = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

const strictSpecs = new WeakMap<Api, z.ZodObject>();
function strictSpec(api: Api): z.ZodObject {
  const known = strictSpecs.get(api) ?? api.spec.strict();
  strictSpecs.set(api, known);
  return known;
}

/** Reads a claim; the refusal names each field that is wrong. The apiserver checked the same, but perhaps with another version of it. */
export function readClaim(platform: string, api: Api, object: KubernetesObject): ReadClaim | { readonly refusal: Refusal } {
  const refuse = (problem: string) => ({
    refusal: { reason: 'ClaimInvalid', message: `cannot use ${api.kind} ${shown(object.metadata?.name ?? '')}: ${problem}` },
  });
  const name = stringAt(object, 'metadata', 'name') ?? '';
  const most = maxNameLength(api);
  if (name.length > most || !label.test(name)) {
    return refuse(`metadata.name: got ${shown(name)}, want at most ${most} lower-case letters, digits and dashes, beginning with a letter`);
  }
  const namespace = api.scope === 'Cluster' ? undefined : stringAt(object, 'metadata', 'namespace');
  if (api.scope === 'Namespaced' && namespace === undefined) {
    return refuse('metadata.namespace: missing, want the namespace that it is in');
  }
  const raw = at(object, 'spec');
  if (raw === undefined || raw === null) return refuse('spec: missing, want object');
  if (typeof raw !== 'object' || Array.isArray(raw)) return refuse(`spec: got ${shown(raw)}, want object`);
  const said = saidBy(object);
  const parsed = strictSpec(api).safeParse(said);
  if (!parsed.success) return refuse(problemsOf(parsed.error, said, 'spec'));
  return {
    claim: {
      platform,
      kind: api.kind,
      name,
      ...(namespace !== undefined && { namespace }),
      creationTimestamp: stringAt(object, 'metadata', 'creationTimestamp'),
      issuedBinding: stringAt(object, 'status', 'binding', 'name'),
      rotate: stringAt(object, 'metadata', 'annotations', rotateAnnotation),
      applyNow: stringAt(object, 'metadata', 'annotations', applyNowAnnotation),
    },
    spec: parsed.data,
    said,
  };
}
