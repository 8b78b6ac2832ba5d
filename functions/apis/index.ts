import type { Api } from '../core/api.ts';
import { appBucket } from './app-bucket/index.ts';
import { appCache } from './app-cache/index.ts';
import { appDatabase } from './app-database/index.ts';
import { appIdentity } from './app-identity/index.ts';
import { appQueue } from './app-queue/index.ts';
import { appService } from './app-service/index.ts';
import { team } from './team/index.ts';

/** Every API that the platform serves, one line each. */
export const apis: readonly Api[] = [appDatabase, appCache, appBucket, appQueue, appIdentity, appService, team];
