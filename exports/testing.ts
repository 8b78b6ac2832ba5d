/** What the tests of an API, a policy or a platform need. */
export type { Step, StepRequest } from '../functions/core/pipeline.ts';
export type { RequiredObjects } from '../functions/core/requirement.ts';
export type { DesiredResource, StepResponse } from '../functions/core/step.ts';
export { expand } from '../functions/expand/expand.ts';
export { guard } from '../functions/guard/guard.ts';
export { contract } from '../test/contract.ts';
export { type EnvironmentData, environmentConfig, type Given, observedAfter, stepRequest } from '../test/request.ts';
