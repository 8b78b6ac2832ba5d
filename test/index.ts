/** What the tests of an API, a policy or a platform need. */
export { expand } from '../functions/expand/expand.ts';
export { guard } from '../functions/guard/guard.ts';
export { contract } from './contract.ts';
export { type EnvironmentData, environmentConfig, type Given, observedAfter, stepRequest } from './request.ts';
