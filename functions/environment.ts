import { apis } from './apis/index.ts';
import { environmentSchema } from './core/environment.ts';
import { priceId } from './cost/prices.ts';
import { policies } from './guard/policies/index.ts';

/** The schema of an EnvironmentConfig's `data`, with what the APIs, the policies and the price list add to it. */
export const environment = environmentSchema({
  patches: Object.fromEntries(apis.map((api) => [api.kind, api.profile.partial()])),
  policies: Object.fromEntries(policies.flatMap(({ id, text, fixed }) => (fixed ? [] : [[id, text]]))),
  priceId,
});
