import type { Failed } from '../../core/card.ts';
import { shown } from '../../core/problem.ts';
import { defineKind } from '../card.ts';
import { wanted } from '../failures.ts';
import { inDatabase, sqlKind } from './provider.ts';

/** What is wrong with one whose library its server has not loaded. */
const unloaded = {
  about: { field: 'extension' },
  says: (failure: Failed) =>
    `got ${wanted(failure, 'extension')}, which its server has to load when it starts: have the platform team restart it, which RDS does not do by itself, elsewhere with shared_preload_libraries, or take it off the list`,
};

export const sqlExtension = defineKind({
  ...sqlKind('Extension', 'extensions'),
  ...inDatabase('a part of its server that its database uses, without a charge'),
  failures: [
    {
      pattern: /extension "([^"]*)" is not available|could not open extension control file "[^"]*?([^/"]*)\.control"/,
      about: { field: 'extension' },
      says: ({ captured }) => `got ${shown(captured(1) || captured(2))}, which the server does not have, take it off the list`,
      // https://github.com/timescale/docs/issues/3416
      example: 'create failed: cannot create extension: pq: extension "timescaledb" is not available (0A000)',
    },
    {
      pattern: /permission denied to create extension "([^"]*)"/,
      about: { field: 'extension' },
      says: ({ captured }) =>
        `got ${shown(captured(1))}, which only a superuser may create, take it off the list or ask the platform team to create it`,
      // PostgreSQL 17, src/backend/commands/extension.c
      example: 'create failed: cannot create extension: pq: permission denied to create extension "plpython3u" (42501)',
    },
    {
      ...unloaded,
      pattern: /(?:must|can only) be loaded via "?shared_preload_libraries/,
      // https://github.com/pgaudit/pgaudit/blob/main/pgaudit.c
      example: 'create failed: cannot create extension: pq: pgaudit must be loaded via shared_preload_libraries (55000)',
    },
    {
      ...unloaded,
      pattern: /unrecognized configuration parameter/,
      // https://github.com/citusdata/pg_cron/blob/main/pg_cron.sql, which asks for it before anything loads the library
      example: 'create failed: cannot create extension: pq: unrecognized configuration parameter "cron.database_name" (42704)',
    },
  ],
});
