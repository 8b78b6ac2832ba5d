import type { Policy } from '../functions/core/pipeline.ts';

/** Policies besides those that Golden Path comes with. */
export const policies: readonly Policy[] = [];
