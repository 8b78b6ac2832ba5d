import { environmentSchema } from '../core/environment.ts';
import { apis } from './index.ts';

/** The schema of an EnvironmentConfig's `data`, with a patch on the profile of each API. */
export const environment = environmentSchema(Object.fromEntries(apis.map((api) => [api.kind, api.profile.partial()])));
