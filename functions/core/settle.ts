import type { Api, Source } from './api.ts';
import type { Environment } from './environment.ts';

export interface Settled {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly sources: Readonly<Record<string, Source>>;
}

/**
 * The values in force: the profile of the tier, patched by the environment's defaults, then by what the claim says itself,
 * for keys that the spec has. Outside of environments there is only the claim. `spec` is the claim's parsed spec, `said` the spec as the claim has it.
 */
export function settle(api: Api, environment: Environment | undefined, spec: Readonly<Record<string, unknown>>, said: unknown): Settled {
  const settings: Record<string, unknown> = {};
  const sources: Record<string, Source> = {};
  const layer = (values: Readonly<Record<string, unknown>> | undefined, source: (key: string) => Source) => {
    for (const [key, value] of Object.entries(values ?? {})) {
      if (value === undefined) continue;
      settings[key] = value;
      sources[key] = source(key);
    }
  };
  const saidKeys = new Set(typeof said === 'object' && said !== null ? Object.keys(said) : []);
  layer(environment && api.profiles[environment.tier], () => 'tier');
  layer(environment?.defaults[api.kind], () => 'environment');
  layer(spec, (key) => (saidKeys.has(key) ? 'claim' : 'API'));
  return { settings, sources };
}
