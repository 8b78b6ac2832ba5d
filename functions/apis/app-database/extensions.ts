import { shown } from '../../core/problem.ts';
import type { Refusal } from '../../core/step.ts';
import { type DatabaseSettings, versions } from './schema.ts';

type Version = DatabaseSettings['version'];
type Backend = DatabaseSettings['backend'];
type Had = readonly Version[];

interface Extension {
  /** The versions whose official image has it. */
  readonly container?: Had;
  /** The versions with which RDS has it. */
  readonly rds?: Had;
  /** Whether the owner of a database may create it (`trusted` in its control file), which is all that one may on a server of others. */
  readonly isTrusted?: true;
  /** What has to be there first, as its control file says. */
  readonly requires?: readonly string[];
  /** Whether it works only in a server that has loaded the library of its name when it started. */
  readonly isPreloaded?: true;
  /**
   * Whether RDS lets nobody create it but its administrator, not even who it delegates extensions to:
   * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/RDS_delegated_ext.html#RDSPostgreSQL.delegated_ext_limit.
   */
  readonly isAdministrators?: true;
  /** Whether there is one for a whole server, in the database that its administrator has there. */
  readonly isOfServer?: true;
  /** What of that an app needs which is not the administrator, as provider-sql says it. */
  readonly grants?: readonly Readonly<Record<string, unknown>>[];
  /** A role without a login that RDS wants for it. */
  readonly role?: string;
  /** What RDS wants to be told beside the library. */
  readonly parameters?: Readonly<Record<string, string>>;
}

const contrib: Extension = { container: versions, rds: versions };
const trusted: Extension = { ...contrib, isTrusted: true };
const ofImage: Extension = { container: versions };
const ofRds: Extension = { rds: versions };

/** The database that every server has, and where no app may make anything. */
export const administered = 'postgres';

/**
 * Every extension that a claim may have, by its name in SQL. Of PostgreSQL: https://www.postgresql.org/docs/18/contrib.html and those of
 * 16 and 17. Of RDS: https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html, up to 16.13, 17.9 and
 * 18.3, where a row is for every minor version of its major one. Left out is what RDS lists that wants more than a library to be loaded
 * (pg_tle, pglogical, pgactive, pg_transport, plprofiler, plrust), what came with a later minor version (pg_stat_monitor), what an upgrade
 * wants in a version that no major one has throughout (rdkit), and what PostgreSQL itself has no more (old_snapshot of 17).
 */
export const extensions: Readonly<Record<string, Extension>> = {
  address_standardizer: ofRds,
  address_standardizer_data_us: { ...ofRds, requires: ['address_standardizer'] },
  adminpack: { container: ['16'] },
  amcheck: contrib,
  autoinc: contrib,
  aws_commons: ofRds,
  aws_lambda: { ...ofRds, requires: ['aws_commons'] },
  aws_s3: { ...ofRds, requires: ['aws_commons'] },
  bloom: contrib,
  bool_plperl: { ...ofRds, requires: ['plperl'] },
  btree_gin: trusted,
  btree_gist: trusted,
  citext: trusted,
  collection: { rds: ['18'] },
  cube: trusted,
  dblink: contrib,
  dict_int: trusted,
  dict_xsyn: contrib,
  earthdistance: { ...contrib, requires: ['cube'] },
  file_fdw: ofImage,
  fuzzystrmatch: trusted,
  h3: ofRds,
  hll: ofRds,
  hstore: trusted,
  hstore_plperl: { ...ofRds, requires: ['hstore', 'plperl'] },
  hypopg: ofRds,
  insert_username: contrib,
  intagg: contrib,
  intarray: trusted,
  ip4r: ofRds,
  isn: trusted,
  jsonb_plperl: { ...ofRds, requires: ['plperl'] },
  lo: trusted,
  log_fdw: { ...ofRds, isAdministrators: true },
  ltree: trusted,
  moddatetime: contrib,
  mysql_fdw: ofRds,
  old_snapshot: { container: ['16'], rds: ['16'] },
  oracle_fdw: ofRds,
  orafce: ofRds,
  pageinspect: contrib,
  pg_bigm: ofRds,
  pg_buffercache: contrib,
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL_pg_cron.html: a job runs in another database once its row says so, and who could say its user too would be anybody.
  pg_cron: {
    ...ofRds,
    isPreloaded: true,
    isOfServer: true,
    grants: [
      { schema: 'cron', privileges: ['USAGE'] },
      { schema: 'cron', tables: ['job'], columns: ['database'], privileges: ['UPDATE'] },
    ],
  },
  pg_freespacemap: contrib,
  pg_hint_plan: { ...ofRds, isPreloaded: true },
  pg_logicalinspect: { container: ['18'], rds: ['18'] },
  pg_partman: ofRds,
  pg_prewarm: contrib,
  pg_proctab: ofRds,
  pg_repack: ofRds,
  pg_similarity: ofRds,
  pg_stat_statements: { ...contrib, isPreloaded: true },
  pg_surgery: ofImage,
  pg_trgm: trusted,
  pg_visibility: contrib,
  pg_walinspect: contrib,
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.pgaudit.auditing.html: no other role is taken.
  pgaudit: { ...ofRds, isPreloaded: true, role: 'rds_pgaudit', parameters: { 'pgaudit.role': 'rds_pgaudit' } },
  pgcrypto: trusted,
  pgrouting: { ...ofRds, requires: ['postgis'] },
  pgrowlocks: contrib,
  pgstattuple: contrib,
  pgtap: ofRds,
  plcoffee: { rds: ['16'] },
  plls: { rds: ['16'] },
  plperl: ofRds,
  plpgsql: trusted,
  pltcl: ofRds,
  plv8: ofRds,
  postgis: ofRds,
  postgis_raster: { ...ofRds, requires: ['postgis'], isAdministrators: true },
  postgis_tiger_geocoder: { ...ofRds, requires: ['fuzzystrmatch', 'postgis'], isAdministrators: true },
  // Not with 18, by its release notes: https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-versions.html.
  postgis_topology: { rds: ['16', '17'], requires: ['postgis'], isAdministrators: true },
  postgres_fdw: contrib,
  prefix: ofRds,
  rds_tools: ofRds,
  refint: contrib,
  roaringbitmap: { rds: ['18'] },
  seg: trusted,
  sslinfo: contrib,
  tablefunc: trusted,
  tcn: trusted,
  tds_fdw: ofRds,
  tsm_system_rows: trusted,
  tsm_system_time: trusted,
  unaccent: trusted,
  'uuid-ossp': trusted,
  vector: ofRds,
  xml2: ofImage,
};

/** The versions with which a backend has an extension. Of a shared server nobody here knows the version. */
const versionsWith: Readonly<Record<Backend, (extension: Extension) => Had>> = {
  container: ({ container = [] }) => container,
  shared: ({ isTrusted, container = [] }) => (isTrusted ? container : []),
  rds: ({ rds = [] }) => rds,
};

/** The names of the extensions that a backend has with a version. */
export const extensionsOf = (backend: Backend, version: Version): readonly string[] =>
  Object.entries(extensions).flatMap(([name, extension]) => (versionsWith[backend](extension).includes(version) ? [name] : []));

/** Extensions in the order in which they can be created, each once, with those that they require. */
export function complete(wanted: readonly string[]): readonly string[] {
  const all = [...wanted].sort().flatMap((name): readonly string[] => [...complete(extensions[name]?.requires ?? []), name]);
  return [...new Set(all)];
}

/** Those whose libraries a server has to load when it starts. */
export const preloadedOf = (wanted: readonly string[]): readonly string[] =>
  complete(wanted).filter((name) => extensions[name]?.isPreloaded === true);

const listed = (items: readonly string[]) => [items.slice(0, -1).join(', '), items.at(-1)].filter(Boolean).join(' and ');

/** Which backends have an extension, such as ` (rds has it with 16 and 17)`. */
function whereElse(name: string): string {
  const had = (Object.keys(versionsWith) as Backend[]).flatMap((backend) => {
    const having = versionsWith[backend](extensions[name] ?? {});
    if (having.length === 0) return [];
    return [`${backend} has it${backend === 'shared' ? '' : ` with ${listed(having)}`}`];
  });
  return had.length === 0 ? '' : ` (${had.join(', ')})`;
}

/** What is to be known of an extension besides where it is. */
function notesOn({ requires, isPreloaded, isOfServer, isAdministrators }: Extension): string {
  return [
    ...(requires === undefined ? [] : [`with ${requires.join(' and ')}`]),
    ...(isPreloaded ? ['loaded when the server starts'] : []),
    ...(isOfServer ? [`in database ${administered} of the server`] : []),
    ...(isAdministrators ? ['on rds not for an app with a login of its own'] : []),
  ].join('; ');
}

/** All of them, for a reader. */
export const extensionTable = {
  title: 'Extensions',
  text: 'Which backend has which with which version of `spec.version`, besides those of `moreExtensions`. An own login is what an app has where the environment says `aws.providerSqlTls`.',
  header: ['extension', ...Object.keys(versionsWith), 'note'],
  rows: Object.entries(extensions).map(([name, extension]) => [
    `\`${name}\``,
    ...Object.entries(versionsWith).map(([backend, versionsOf]) => {
      const having = versionsOf(extension);
      return backend === 'shared' ? (having.length > 0 ? 'yes' : '') : having.join(', ');
    }),
    notesOn(extension),
  ]),
};

interface There {
  /** The version that runs; undefined where there is none yet, or one that its backend does not say. */
  readonly running?: Version | undefined;
  /** Whether the app is not the administrator of its server. */
  readonly isOwnLogin?: boolean;
  /** Extensions that are there, whoever made them. */
  readonly made?: readonly string[];
}

/** A claim for an extension that neither the backend nor the environment has, or would have no more after an upgrade. */
export function refusalOf(settings: DatabaseSettings, there: There = {}): { readonly refusal?: Refusal } {
  const { backend, version, extensions: wanted, moreExtensions } = settings;
  const { running, isOwnLogin = false, made = [] } = there;
  const available = extensionsOf(backend, version);
  const others = isOwnLogin ? available.filter((name) => extensions[name]?.isAdministrators === true && !made.includes(name)) : [];
  const had = [...new Set([...available.filter((name) => !others.includes(name)), ...moreExtensions])].sort();
  const missing = wanted.find((name) => !had.includes(name) && !(made.includes(name) && running === version));
  if (missing === undefined) return {};
  if (running !== undefined && running !== version && made.includes(missing)) {
    const message = `cannot upgrade: spec.version: got "${version}", want "${running}", which runs on: spec.extensions has ${shown(missing)}, which backend ${backend} does not have with version ${version}${whereElse(missing)}; take it off the list once nothing in the database needs it`;
    return { refusal: { reason: 'UpgradeNotSupported', message } };
  }
  const why = others.includes(missing)
    ? 'which only the administrator of a server may create, and the app has a login of its own'
    : `which backend ${backend} does not have${backend === 'shared' ? '' : ` with version ${version}`}${whereElse(missing)}`;
  const message = `cannot create extensions: spec.extensions: got ${shown(missing)}, ${why}, want some of ${had.join(', ')}`;
  return { refusal: { reason: 'FieldNotOnBackend', message } };
}
