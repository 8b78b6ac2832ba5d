import { shown } from '../../core/problem.ts';
import type { Refusal } from '../../core/step.ts';
import type { DatabaseSettings } from './schema.ts';

/** Those of PostgreSQL 16 to 18 that the owner of a database may create (`trusted` in their control files). */
export const trusted = [
  'btree_gin',
  'btree_gist',
  'citext',
  'cube',
  'dict_int',
  'fuzzystrmatch',
  'hstore',
  'intarray',
  'isn',
  'lo',
  'ltree',
  'pg_trgm',
  'pgcrypto',
  'plpgsql',
  'seg',
  'tablefunc',
  'tcn',
  'tsm_system_rows',
  'tsm_system_time',
  'unaccent',
  'uuid-ossp',
] as const;

/** All that PostgreSQL 16 to 18 have, which a superuser may create: https://www.postgresql.org/docs/18/contrib.html. */
export const ofPostgres = [
  ...trusted,
  'amcheck',
  'autoinc',
  'bloom',
  'dblink',
  'dict_xsyn',
  'earthdistance',
  'file_fdw',
  'insert_username',
  'intagg',
  'moddatetime',
  'pageinspect',
  'pg_buffercache',
  'pg_freespacemap',
  'pg_prewarm',
  'pg_stat_statements',
  'pg_surgery',
  'pg_visibility',
  'pg_walinspect',
  'pgrowlocks',
  'pgstattuple',
  'postgres_fdw',
  'refint',
  'sslinfo',
  'xml2',
] as const;

/**
 * Of RDS for PostgreSQL 16 and 17, as far as 18 has them, without those that have to be in a parameter group of their own first; pg_stat_statements is in
 * every one: https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html.
 */
export const ofRds = [
  ...trusted,
  'address_standardizer',
  'address_standardizer_data_us',
  'amcheck',
  'aws_commons',
  'aws_lambda',
  'aws_s3',
  'bloom',
  'bool_plperl',
  'dblink',
  'dict_xsyn',
  'earthdistance',
  'hll',
  'hypopg',
  'intagg',
  'ip4r',
  'jsonb_plperl',
  'mysql_fdw',
  'orafce',
  'pg_bigm',
  'pg_buffercache',
  'pg_freespacemap',
  'pg_partman',
  'pg_prewarm',
  'pg_proctab',
  'pg_repack',
  'pg_similarity',
  'pg_stat_statements',
  'pg_visibility',
  'pg_walinspect',
  'pgrouting',
  'pgrowlocks',
  'pgstattuple',
  'pgtap',
  'plperl',
  'pltcl',
  'postgis',
  'postgis_raster',
  'postgis_tiger_geocoder',
  'postgis_topology',
  'postgres_fdw',
  'prefix',
  'rds_tools',
  'sslinfo',
  'tds_fdw',
  'vector',
] as const;

/** What has to be there first, as their control files say. */
const required: Readonly<Record<string, readonly string[]>> = {
  address_standardizer_data_us: ['address_standardizer'],
  aws_lambda: ['aws_commons'],
  aws_s3: ['aws_commons'],
  bool_plperl: ['plperl'],
  earthdistance: ['cube'],
  jsonb_plperl: ['plperl'],
  pgrouting: ['postgis'],
  postgis_raster: ['postgis'],
  postgis_tiger_geocoder: ['fuzzystrmatch', 'postgis'],
  postgis_topology: ['postgis'],
};

/** Extensions in the order in which they can be created, each once, with those that they require. */
export function complete(wanted: readonly string[]): readonly string[] {
  const all = [...wanted].sort().flatMap((name): readonly string[] => [...complete(required[name] ?? []), name]);
  return [...new Set(all)];
}

/** A claim for an extension that neither the backend nor the environment has. */
export function refusalOf(
  { backend, extensions, moreExtensions }: DatabaseSettings,
  available: readonly string[],
): { readonly refusal?: Refusal } {
  const had = [...new Set([...available, ...moreExtensions])].sort();
  const missing = extensions.find((name) => !had.includes(name));
  if (missing === undefined) return {};
  const message = `cannot create extensions: spec.extensions: got ${shown(missing)}, which backend ${backend} does not have, want some of ${had.join(', ')}`;
  return { refusal: { reason: 'FieldNotOnBackend', message } };
}
