import type { Defaults } from '../functions/platform.ts';

/** Defaults in place of those that the APIs come with, by kind and tier, such as `AppDatabase: { prod: { size: 'large' } }`. */
export const defaults: Defaults = {};
