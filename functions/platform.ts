import { environmentSchema } from './core/environment.ts';
import type { Platform } from './core/pipeline.ts';
import { priceId } from './cost/prices.ts';

/** A platform of these APIs and policies: what an environment can say follows from them. */
export function definePlatform({
  name,
  apis,
  policies,
  steps = [],
}: Omit<Platform, 'environment' | 'steps'> & Partial<Pick<Platform, 'steps'>>): Platform {
  return {
    name,
    apis,
    policies,
    steps,
    environment: environmentSchema({
      patches: Object.fromEntries(apis.map((api) => [api.kind, api.profile.partial()])),
      policies: policies.filter(({ fixed }) => fixed !== true),
      priceId,
    }),
  };
}
