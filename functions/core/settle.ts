import type { Api, Source } from './api.ts';
import type { Environment } from './environment.ts';
import { givingUpOf, staysOf } from './field.ts';
import { shown } from './problem.ts';
import type { Running } from './record.ts';
import type { Refusal } from './step.ts';

type Values = Readonly<Record<string, unknown>>;

export interface Settled {
  readonly settings: Values;
  readonly sources: Readonly<Record<string, Source>>;
  /** The defaults of today for settings that stayed as they run, where a claim could say them. */
  readonly available: Values;
}

interface Said {
  /** The claim's parsed spec. */
  readonly spec: Values;
  /** The spec as the claim has it. */
  readonly said: Values;
  readonly labels: Readonly<Record<string, string>>;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** What the environment's rollouts move a live claim to; one that runs with more already stays. */
function rolledOut({ kind, durable }: Api, environment: Environment | undefined, labels: Said['labels'], running: Running): Values {
  const matching = (environment?.rollouts[kind] ?? []).filter(({ claims }) =>
    Object.entries(claims?.matchLabels ?? {}).every(([label, value]) => labels[label] === value),
  );
  const values: Values = Object.assign({}, ...matching.map((rollout) => rollout.values));
  const isLess = (name: string, value: unknown) => durable.growing.includes(name) && Number(value) < Number(running.settings[name]);
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== undefined && !isLess(name, value)));
}

/**
 * The values in force: the profile of the tier, patched by the environment's defaults, then by what the claim says itself, for keys
 * that the spec has. Outside of environments there is only the claim. A live claim keeps what it runs with in place of a default that
 * moved, unless the field moves freely or a rollout of the environment moves it; no default gives its data up.
 */
export function settle(
  api: Api,
  environment: Environment | undefined,
  { spec, said, labels }: Said,
  running: Running | undefined,
): Settled | { readonly refusal: Refusal } {
  const settings: Record<string, unknown> = {};
  const sources: Record<string, Source> = {};
  const layer = (values: Values | undefined, source: (key: string) => Source) => {
    for (const [key, value] of Object.entries(values ?? {})) {
      if (value === undefined || (key in settings && same(settings[key], value) && source(key) === 'running')) continue;
      settings[key] = value;
      sources[key] = source(key);
    }
  };
  const has = (key: string) => Object.hasOwn(said, key);
  layer(environment && api.profiles[environment.tier], () => 'tier');
  layer(environment?.defaults[api.kind], () => 'environment');
  const defaults = { ...settings };
  if (running !== undefined) {
    // In another environment the backend is that one's: the guard refuses the move until it is acknowledged.
    const stays = staysOf(api.fields).filter((name) => name !== 'backend' || running.environment === environment?.name);
    const kept = Object.entries(givingUpOf(api.fields)).flatMap(([name, { value }]) => (defaults[name] === value ? [name] : []));
    const moved = rolledOut(api, environment, labels, running);
    const unknown = [...stays, ...kept].filter((name) => running.unreadable.includes(name) && !has(name) && moved[name] === undefined);
    if (unknown.length > 0) {
      const message = `cannot tell what ${api.kind} runs with: ${running.where}: got no value of ${unknown.join(', ')} that a claim can have; tell the platform team`;
      return { refusal: { reason: 'RunningUnknown', message } };
    }
    layer(Object.fromEntries([...stays, ...kept].map((name) => [name, running.settings[name]])), () => 'running');
    layer(moved, () => 'rollout');
  }
  layer(spec, (key) => (has(key) ? 'claim' : 'API'));
  const shrinking = api.durable.growing.find((name) => has(name) && Number(settings[name]) < Number(running?.settings[name]));
  if (shrinking !== undefined) {
    const least = shown(running?.settings[shrinking]);
    const message = `cannot shrink: spec.${shrinking}: got ${shown(settings[shrinking])}, want at least ${least}, which is in use`;
    return { refusal: { reason: 'WouldShrink', message } };
  }
  const isAvailable = (name: string, value: unknown) =>
    sources[name] === 'running' &&
    !api.durable.fixed.includes(name) &&
    !(api.durable.growing.includes(name) && Number(value) < Number(settings[name]));
  return { settings, sources, available: Object.fromEntries(Object.entries(defaults).filter(([name, value]) => isAvailable(name, value))) };
}
