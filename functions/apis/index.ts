import type { Api } from '../core/api.ts';
import { appCache } from './app-cache/index.ts';
import { appDatabase } from './app-database/index.ts';

/** Every API that the platform serves, one line each. */
export const apis: readonly Api[] = [appDatabase, appCache];
