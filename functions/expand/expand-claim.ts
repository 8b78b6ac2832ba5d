import type { Api, ClusterClaim, Expansion } from '../core/api.ts';
import type { Environment } from '../core/environment.ts';
import type { Needs } from '../core/facts.ts';
import { givingUpOf, refusedOn, staysOf } from '../core/field.ts';
import type { StepRequest } from '../core/pipeline.ts';
import { knownApi, ownerOf, placeOf } from '../core/place.ts';
import { problemsOf, shown } from '../core/problem.ts';
import { type Running, runningOf } from '../core/record.ts';
import { requiredBy } from '../core/required.ts';
import { type Settled, settle } from '../core/settle.ts';
import type { Refusal } from '../core/step.ts';
import { type Stop, stopOf } from '../core/stop.ts';
import { type Expiry, expiryOf } from '../core/ttl.ts';
import { readClaim } from './claim.ts';
import { deferredOf } from './pending.ts';

/** What expand worked out on the way, for the plan to show. */
export interface Expanded {
  readonly api: Api;
  readonly claim: ClusterClaim;
  /** Undefined for a claim that lives in none. */
  readonly environment: Environment | undefined;
  readonly backend: string;
  readonly settled: Settled;
  /** What stops it, where its backend can stop. */
  readonly stop: Stop | undefined;
  /** Where it ends; what it made is gone once that is over. */
  readonly expiry: Expiry | undefined;
  readonly expansion: Expansion;
}

/** What a backend is told of an environment; a refusal names each fact that it needs and the environment lacks. */
function told(
  request: StepRequest,
  environment: Environment,
  needs: Needs | undefined,
  who: string,
): { readonly told: object } | { readonly refusal: Refusal } {
  const { name, tier, tags, facts } = environment;
  const parsed = needs?.schema.safeParse(facts);
  if (parsed?.success === false) {
    const message = `cannot use EnvironmentConfig ${shown(name)} for ${who}: ${problemsOf(parsed.error, facts, 'data')}`;
    return { refusal: { reason: 'EnvironmentIncomplete', message } };
  }
  return { told: { environment: name, tier, tags, owner: ownerOf(request, environment), facts: parsed?.data } };
}

/**
 * The first half of the step: which resources a claim comes to, without their readiness. `remembered` is what it runs with where nothing
 * of it is observed. Undefined while Crossplane has not looked yet.
 */
export function expandClaim(request: StepRequest, remembered?: Running): Expanded | { readonly refusal: Refusal } | undefined {
  const { claim: object, platform, observed, issueSecret, now } = request;
  const api = knownApi(request);
  if ('refusal' in api) return api;
  const read = readClaim(platform.name, api, object);
  if ('refusal' in read) return read;
  const place = placeOf(request);
  if (place === undefined || 'refusal' in place) return place;
  const required = requiredBy(platform, object, request.required);
  if (required === undefined) return undefined;

  const { environment } = place;
  const labels = object.metadata?.labels ?? {};
  const settled = settle(api, environment, { spec: read.spec, said: read.said, labels }, runningOf(api, observed) ?? remembered);
  if ('refusal' in settled) return settled;
  const name = environment === undefined ? String(Object.keys(api.backends)[0]) : String(settled.settings['backend']);
  const backend = api.backends[name];
  if (backend === undefined) throw new Error(`${api.kind} has no backend ${name}, although its profile allows it`);
  const stops = api.fields['running'] === undefined ? undefined : backend.stops;
  const asked = stopOf({ running: read.said['running'], environment, now });
  const stop = stops === 'can' ? asked : undefined;
  const unstoppable =
    typeof stops === 'object' && asked?.by === 'claim'
      ? [`spec.running: got false, want true or none on backend ${name}, which ${stops.cannot}`]
      : [];
  const [impossible] = [...refusedOn(api.fields, read.said, name), ...unstoppable];
  if (impossible !== undefined) {
    const where = environment === undefined ? '' : ` in environment ${environment.name}`;
    const message = `cannot use ${api.kind} ${shown(read.claim.name)}${where}: ${impossible}`;
    return { refusal: { reason: 'FieldNotOnBackend', message } };
  }
  const expiry = expiryOf(api, environment, request);
  if (expiry !== undefined && 'problem' in expiry) {
    return { refusal: { reason: 'ExpiryRefused', message: `cannot use ${api.kind} ${shown(read.claim.name)}: ${expiry.problem}` } };
  }
  const around = environment === undefined ? { told: {} } : told(request, environment, backend.needs, `${api.kind} with backend ${name}`);
  if ('refusal' in around) return around;
  const { settings, sources } = settled;
  if (expiry?.isOver) {
    const expansion = { resources: {}, pending: {}, status: {} };
    return { api, claim: read.claim, environment, backend: name, settled, stop: undefined, expiry, expansion };
  }
  const expandWith = (given: typeof settings): Expansion =>
    backend.expand({ ...around.told, claim: read.claim, settings: given, sources, observed, required, issueSecret, now, stop } as never);
  const expansion = expandWith(settings);
  if (expansion.refusal !== undefined) return { refusal: expansion.refusal };
  const expanded: Expanded = { api, claim: read.claim, environment, backend: name, settled, stop, expiry, expansion };
  const pending = backend.hastens && deferredOf(api, backend, settingsInForce(expanded), expansion.resources, request);
  // What was waited for then is all that a token is good for.
  const isHastened = pending !== undefined && read.claim.applyNow === pending.token;
  return isHastened ? { ...expanded, expansion: expandWith({ ...settings, ...backend.hastens }) } : expanded;
}

/** Of some settings, those that a claim can say. */
function sayable({ spec }: Api, settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.keys(spec.shape).flatMap((key) => (settings[key] === undefined ? [] : [[key, settings[key]]])));
}

/** The values in force for each field of the spec. */
export function settingsInForce({ api, settled, expansion }: Expanded): Readonly<Record<string, unknown>> {
  return sayable(api, { ...settled.settings, ...expansion.inForce });
}

/** The defaults of today that the claim could say in place of what it runs with. */
export const availableTo = ({ api, settled }: Expanded): Readonly<Record<string, unknown>> => sayable(api, settled.available);

/**
 * What is recorded of the claim, of the settings that a default may move, of those that only grow and of those that can give data up: what it
 * was given, but for what runs already and could not follow.
 */
export function recordedOf({ api, settled, expansion }: Expanded): Readonly<Record<string, unknown>> {
  const recorded = new Set([...staysOf(api.fields), ...api.durable.growing, ...Object.keys(givingUpOf(api.fields))]);
  // What is only shown of a setting, such as the name of a database with that of its namespace, is none that a claim can have.
  const kept = Object.entries(expansion.inForce ?? {}).filter(
    ([name, value]) => api.fields[name]?.schema.safeParse(value).success === true,
  );
  const all = Object.entries({ ...settled.settings, ...Object.fromEntries(kept) });
  return Object.fromEntries(all.filter(([name]) => recorded.has(name)));
}
