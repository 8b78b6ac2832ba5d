/** What the author of a platform needs. */
export { apis } from '../functions/apis/index.ts';
export type { AddedStep, Platform } from '../functions/core/pipeline.ts';
export { goldenPath } from '../functions/golden-path.ts';
export { policies } from '../functions/guard/policies/index.ts';
export { definePlatform } from '../functions/platform.ts';
