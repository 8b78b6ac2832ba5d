import { majorOf } from '../../../aws/parameter-groups.ts';
import { again } from '../../../containers/jobs.ts';
import type { Claim, Expansion } from '../../../core/api.ts';
import { bindingKey } from '../../../core/binding.ts';
import { composedName } from '../../../core/names.ts';
import { conditionOf, isReady } from '../../../core/readiness.ts';
import type { ObservedResource } from '../../../core/step.ts';
import { job } from '../../../kinds/kubernetes/job.ts';
import { extensions, extensionsOf } from '../extensions.ts';
import { type DatabaseSettings, suffix, versions } from '../schema.ts';
import { clientJob, head } from './copy.ts';

type Version = DatabaseSettings['version'];

const prefix = 'upgrade-check-';

export const upgradeCheckKinds = { [`${prefix}*` as const]: job };

/** What may keep RDS from taking a database to another major version. Each has a bit of the exit code, which is all of a pod that its Job tells. */
const obstacles = [
  'prepared transactions',
  'logical replication',
  'columns that an upgrade cannot keep as they are',
  'extensions that are not ready for the new version',
  'databases that nobody can connect to',
] as const;

/** Apart from the codes of shells and of psql. */
const foundCode = 64;
const foundCodes = Array.from({ length: 2 ** obstacles.length - 1 }, (_, index) => foundCode + 1 + index);

interface Look {
  readonly finds: (typeof obstacles)[number];
  /** The upgrades that it is in the way of; left out where that is each. */
  readonly of?: (from: number, to: number) => boolean;
  /** Says of each what it is and what to do. */
  readonly text: string;
  readonly from: string;
}

/** What has to be at its newest version before RDS skips one, by the first page below. */
const spatial = [
  'address_standardizer',
  'address_standardizer_data_us',
  'postgis',
  'postgis_raster',
  'postgis_tiger_geocoder',
  'postgis_topology',
];

/** Those of RDS that it has with another version than this one. */
const goneWith = (version: Version) =>
  Object.entries(extensions).flatMap(([name, { rds = [] }]) => (rds.length > 0 && !rds.includes(version) ? [name] : []));

/**
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.Process.html, and check.c of
 * pg_upgrade 17 and 18: https://github.com/postgres/postgres/blob/REL_18_STABLE/src/bin/pg_upgrade/check.c.
 */
const looks: readonly Look[] = [
  {
    finds: 'prepared transactions',
    text: "format('prepared transaction %L of %I in database %I since %s: have the app that prepared it end it', gid, owner, database, prepared)",
    from: 'pg_prepared_xacts',
  },
  {
    // From 17 on an upgrade keeps them where the new server has wal_level logical, which no parameter group of ours asks RDS for.
    finds: 'logical replication',
    text: "format('logical replication slot %I of database %I: end what reads it, then SELECT pg_drop_replication_slot(%L); its reader begins anew after the upgrade', slot_name, database, slot_name)",
    from: "pg_replication_slots WHERE slot_type = 'logical' AND NOT temporary",
  },
  {
    finds: 'logical replication',
    of: (from) => from >= 17,
    text: "format('table %I.%I of subscription %I is still being copied: wait until that is done', nspname, relname, subname)",
    from: "pg_subscription_rel r JOIN pg_subscription s ON s.oid = srsubid JOIN pg_class c ON c.oid = srrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE srsubstate NOT IN ('i', 'r')",
  },
  {
    finds: 'columns that an upgrade cannot keep as they are',
    text: "format('column %I of %I.%I is of type %s: make it text, which keeps what it says', attname, nspname, relname, format_type(atttypid, NULL))",
    from: "pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE atttypid IN (SELECT oid FROM unkept) AND NOT attisdropped AND relkind IN ('r', 'm', 'i') AND nspname !~ '^(pg_|information_schema$)'",
  },
  {
    finds: 'columns that an upgrade cannot keep as they are',
    of: (from, to) => from < 18 && to >= 18,
    text: "format('column %I of %I.%I may be null, and the one that it inherits may not: ALTER TABLE %I.%I ALTER %I SET NOT NULL', child.attname, nspname, relname, nspname, relname, child.attname)",
    from: 'pg_inherits JOIN pg_attribute child ON child.attrelid = inhrelid JOIN pg_attribute parent ON parent.attrelid = inhparent AND parent.attname = child.attname JOIN pg_class c ON c.oid = inhrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE parent.attnum > 0 AND parent.attnotnull AND NOT child.attnotnull',
  },
  {
    finds: 'extensions that are not ready for the new version',
    text: "format(CASE WHEN extname = ANY (string_to_array(:'gone', ',')) THEN 'extension %I: RDS does not have it with version %s, so that the database has to do without it' ELSE 'extension %I: have the platform team see whether RDS has it for version %s, and then name it in moreExtensions' END, extname, :'version')",
    from: "pg_extension WHERE extname <> ALL (string_to_array(:'known', ','))",
  },
  {
    finds: 'extensions that are not ready for the new version',
    of: (from, to) => to - from > 1,
    text: "format('extension %I is of version %s: ALTER EXTENSION %I UPDATE makes it %s, which it has to be before a version of PostgreSQL is skipped', extname, extversion, extname, default_version)",
    from: `pg_extension JOIN pg_available_extensions ON name = extname WHERE extversion <> default_version AND extname IN (${spatial.map((name) => `'${name}'`).join(', ')})`,
  },
  {
    finds: 'databases that nobody can connect to',
    text: "format('database %I %s', datname, CASE datconnlimit WHEN -2 THEN 'is what was left when somebody began to drop it: DROP DATABASE ends that' ELSE 'takes no connections: ALTER DATABASE with ALLOW_CONNECTIONS true lets the upgrade in' END)",
    from: "pg_database WHERE datname NOT IN ('template0', 'rdsadmin') AND (datconnlimit = -2 OR NOT datallowconn)",
  },
];

/** What is in the way of an upgrade, as lines of a bit and a text. Its search path keeps what the app has made from standing in for a catalog. */
export function checking(from: Version, to: Version): string {
  const asked = looks.filter(({ of }) => of === undefined || of(Number(from), Number(to)));
  return `SET search_path = pg_catalog;
WITH RECURSIVE unkept AS (
  SELECT oid
  FROM pg_type
  WHERE typnamespace = 'pg_catalog'::regnamespace
  AND typname IN ('regcollation', 'regconfig', 'regdictionary', 'regnamespace', 'regoper', 'regoperator', 'regproc', 'regprocedure')
  UNION
  SELECT made.oid
  FROM unkept
  CROSS JOIN LATERAL (
    SELECT oid FROM pg_type WHERE (typtype = 'd' AND typbasetype = unkept.oid) OR (typtype = 'b' AND typelem = unkept.oid)
    UNION ALL SELECT rngtypid FROM pg_range WHERE rngsubtype = unkept.oid
    UNION ALL SELECT reltype FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid WHERE atttypid = unkept.oid AND NOT attisdropped AND reltype <> 0
  ) made
), found (bit, text) AS (
${asked.map((look) => `  SELECT ${2 ** obstacles.indexOf(look.finds)}, ${look.text}\n  FROM ${look.from}`).join('\n  UNION ALL\n')}
)
SELECT bit || ' ' || translate(text, E'\\n\\r', '  ') FROM found ORDER BY bit, text;`;
}

const scriptOf = (from: Version, to: Version) => `${head}
cat >check.sql <<'SQL'
${checking(from, to)}
SQL
at "$TARGET" $sql --set=known="$KNOWN" --set=gone="$GONE" --set=version="$VERSION" --file=check.sql >found
cut -d ' ' -f 2- found
code=${foundCode}
for bit in $(cut -d ' ' -f 1 found | sort -u); do
  code=$((code + bit))
done
if [ "$code" -gt ${foundCode} ]; then
  exit "$code"
fi
echo "nothing that this check knows is in the way of version $VERSION"`;

interface Upgrade {
  readonly claim: Claim;
  readonly settings: DatabaseSettings;
  /** The version that the instance was last asked for, or was found with; undefined where it is not made yet. */
  readonly asked: string | undefined;
  /** Whether pods of the cluster reach it, as the environment says. */
  readonly isReached: boolean;
  /** Whether it answers. */
  readonly isServing: boolean;
  readonly image: string;
  readonly observed: Readonly<Record<string, ObservedResource>>;
}

interface Checked extends Required<Pick<Expansion, 'resources' | 'remarks' | 'awaiting'>> {
  /** The version to ask for now. */
  readonly version: Version;
}

/** What a Job that failed has found; undefined where it could not look. */
function foundBy({ object }: ObservedResource): string | undefined {
  const code = Number(/ with exit code (\d+)/.exec(String(conditionOf(object, 'Failed')?.message))?.[1]);
  if (!foundCodes.includes(code)) return undefined;
  return obstacles.filter((_, bit) => (code - foundCode) & (1 << bit)).join(', ');
}

/**
 * The version that is asked for: a new major one is, once the database was asked what would be in its way. It is asked once, by a Job
 * that stays as it ended, since RDS tries one that fails again and again, and says so nowhere.
 */
export function checkedVersion({ claim, settings, asked, isReached, isServing, image, observed }: Upgrade): Checked {
  const { version: wanted, moreExtensions } = settings;
  const current = majorOf(versions, asked);
  const of = (version: Version, more: Partial<Checked> = {}): Checked => ({
    version,
    resources: {},
    remarks: [],
    awaiting: false,
    ...more,
  });
  if (current === undefined || Number(current) >= Number(wanted)) return of(wanted);
  const key = `${prefix}${wanted}`;
  const own = observed[key];
  // What was found stays so, whatever the environment says later.
  if (!isReached && own === undefined) {
    return of(wanted, {
      remarks: [
        `RDS alone checks whether it can be taken to version ${wanted}, since the environment does not say that the cluster reaches it`,
      ],
    });
  }
  const name = composedName(claim, suffix, key);
  const waits = `version ${current} runs on until a check finds nothing in the way of version ${wanted}`;
  if (own === undefined) {
    if (!isServing || observed[bindingKey] === undefined) return of(current, { remarks: [waits], awaiting: true });
    const labels = { 'app.kubernetes.io/name': 'postgres-upgrade-check', 'app.kubernetes.io/managed-by': claim.platform };
    const known = [...new Set([...extensionsOf('rds', wanted), ...moreExtensions])].sort();
    const check = clientJob({
      name,
      container: 'check',
      labels,
      image,
      script: scriptOf(current, wanted),
      env: { KNOWN: known.join(','), GONE: goneWith(wanted).join(','), VERSION: wanted },
      secrets: { target: composedName(claim, suffix) },
      final: foundCodes,
    });
    return of(current, { resources: { [key]: { ...check, leaving: true, gates: true } }, remarks: [waits], awaiting: true });
  }
  const resources = { [key]: again(own.object) };
  if (isReady(job, own)) return of(wanted, { resources });
  if (typeof job.ready(own.object) !== 'object') {
    return of(current, { resources: { [key]: { ...again(own.object), gates: true } }, remarks: [waits], awaiting: true });
  }
  const at = `-n ${claim.namespace}`;
  const found = foundBy(own);
  const why =
    found === undefined
      ? `could not look: kubectl logs ${at} job/${name} says why`
      : `found ${found}: kubectl logs ${at} job/${name} names each, and what to do`;
  const remark = `version ${current} runs on, since the check for version ${wanted} ${why}; kubectl delete job ${at} ${name} has it checked again`;
  return of(current, { resources, remarks: [remark] });
}
