import { again } from '../../../containers/jobs.ts';
import { containerSecurity, podSecurity, shell } from '../../../containers/server.ts';
import type { Claim, Composed, Expansion } from '../../../core/api.ts';
import { bindingKey, issuedValues, secretOf } from '../../../core/binding.ts';
import { typed } from '../../../core/card.ts';
import type { KubernetesObject } from '../../../core/kubernetes.ts';
import { composedName, hashOf } from '../../../core/names.ts';
import { shown } from '../../../core/problem.ts';
import { isReady } from '../../../core/readiness.ts';
import type { FoundBindings } from '../../../core/requirement.ts';
import type { ObservedResource, Refusal } from '../../../core/step.ts';
import { job } from '../../../kinds/kubernetes/job.ts';
import { secret } from '../../../kinds/kubernetes/secret.ts';
import { type Binding, binding, completeBinding, type DatabaseSettings, suffix } from '../schema.ts';

/** uid and gid of `postgres` in the official image. */
export const postgresUser = 999;

/** The key of the Secret with the login that the binding will have. */
export const loginKey = 'copy-login';
const jobKey = 'copy';
/** The key of the Secret with the login to a database of another namespace, while it is copied. */
const lentKey = 'copy-source';

export const copyKinds = { [loginKey]: secret, [lentKey]: secret, [jobKey]: job };

/** What a backend is given of the claims that an AppDatabase names. */
export interface Sources {
  readonly source: FoundBindings;
  /** The bucket whose dumps it begins with. */
  readonly dumps: FoundBindings;
  /** The bucket that its own are put into. */
  readonly bucket: FoundBindings;
}

/** The Secret with a login before there is a binding. */
export const loginName = (claim: Claim) => composedName(claim, suffix, loginKey);

type Target = Parameters<typeof completeBinding>[1];
type RestoreFrom = NonNullable<DatabaseSettings['restoreFrom']>;

/** Whose claims may begin with the data of a claim: what was not masked stays in its namespace, whatever the claim says. */
export const copiersOf = ({ restoreFrom, copyableBy = [] }: Pick<DatabaseSettings, 'restoreFrom' | 'copyableBy'>): readonly string[] =>
  restoreFrom?.mask === undefined ? [] : [...copyableBy].sort();

/** Who knows of a claim knows to whom its data may go. */
export function lendingOf(settings: DatabaseSettings): NonNullable<Expansion['remarks']> {
  const copiers = copiersOf(settings);
  return copiers.length === 0 ? [] : [`it may be copied by claims of ${copiers.join(', ')}`];
}

const copyLabels = ({ platform }: Claim) => ({
  'app.kubernetes.io/name': 'postgres-copy',
  'app.kubernetes.io/managed-by': platform,
});

/** The pods of other namespaces that may copy a claim, as a NetworkPolicy has them. */
export const copyingPods = (claim: Claim, settings: DatabaseSettings): readonly object[] =>
  copiersOf(settings).map((namespace) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: copyLabels(claim) },
  }));

export const loginSecret = (claim: Claim, target: Target): Readonly<Record<string, Composed>> => ({
  [loginKey]: secretOf(loginName(claim), completeBinding(loginName(claim), target)),
});

/** The login to a database of another namespace, which no pod of this one could mount. */
function lentLogin(claim: Claim, object: KubernetesObject): Pick<Work, 'source' | 'lent'> | undefined {
  const values = issuedValues<Binding>(binding, { object, connectionDetails: {} });
  const source = composedName(claim, suffix, lentKey);
  return values && { source, lent: secretOf(source, completeBinding(source, { ...values, authorities: values['ca.crt'] })) };
}

export const workPath = '/work';
const maskPath = '/mask';
const maskFile = 'mask.sql';
export const folderOf = (secretName: string) => `/bindings/${secretName}`;

/** A statement for each table that counts its rows; an extension fills its own. */
export const counting = [
  "SELECT format('SELECT %L, count(*) FROM %I.%I', nspname || '.' || relname, nspname, relname)",
  'FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace',
  "WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema'",
  "AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')",
  'ORDER BY nspname, relname',
].join(' ');

/** Runs as a statement what is in the file of a mask, so that it can neither end the transaction nor do anything beside the server. */
export const masking = `\\set mask \`cat ${maskPath}/${maskFile}\`
SELECT format('DO %L', format('BEGIN EXECUTE %L; END', :'mask')) \\gexec`;

/** A database says itself for what it was masked, so that what an app writes later never is. */
const marked = `${masking}
COMMENT ON DATABASE :"DBNAME" IS :'mark';`;

/** What a masked database says before for whom. */
const mark = 'masked for';
/** What the database says of itself. */
export const saying = `said=$(at "$TARGET" $sql --command="SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()")`;

/** What was kept of an earlier claim is nobody's masked copy unless it says so. */
export const keptMasked = `  case $said in
    '${mark} '*) ;;
    *)
      echo 'the database has tables already, and does not say that they were masked: without spec.restoreFrom the claim begins with them' >&2
      exit 1
      ;;
  esac`;

/** The timeouts of an app's sessions are not those of all of its data. */
export const unhurried = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout']
  .map((name) => `-c ${name}=0`)
  .join(' ');

export const hasMask = `[ -s ${maskPath}/${maskFile} ] || { echo 'there is nothing in the mask' >&2; exit 1; }`;

/** What the script of a `clientJob` begins with. */
export const head = `set -eu
cd ${workPath}
at() {
  in=$1
  shift
  PGHOST=$(cat "$in/host") PGPORT=$(cat "$in/port") PGDATABASE=$(cat "$in/database") PGUSER=$(cat "$in/username") \\
    PGPASSWORD=$(cat "$in/password") PGSSLMODE=$(cat "$in/sslmode") PGSSLROOTCERT="$in/ca.crt" PGOPTIONS="$UNHURRIED" "$@"
}
sql='psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1'`;

/**
 * All of a database into another in one transaction, of which the source is read in one too: there is all of it, counted and masked,
 * or nothing. What pg_restore ends with is taken away for that.
 */
const copyScript = (isMasked: boolean) => `${head}
${isMasked ? hasMask : ''}
tables=$(at "$TARGET" $sql --command="$COUNTING")
if [ -n "$tables" ]; then
${isMasked ? `  ${saying}\n${keptMasked}` : ''}
  echo 'the database has tables already, so nothing is copied'
  exit 0
fi
cat >before.sql <<'SQL'
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \\gset
\\setenv SNAPSHOT :snapshot
\\o source
:counting \\gexec
\\o
\\! sh dump.sh && cat after.sql
SQL
cat >dump.sh <<'SH'
{ pg_dump --format=custom --snapshot="$SNAPSHOT" && touch dumped; } |
  pg_restore --single-transaction --no-owner --no-acl --no-publications --no-subscriptions --file=- | awk '
  NR > 40 { print held[NR % 40] }
  { held[NR % 40] = $0 }
  END {
    first = NR > 40 ? NR - 39 : 1
    for (n = first; n <= NR; n++) if (held[n % 40] == "COMMIT;") last = n
    for (n = first; n <= NR; n++) if (n != last) print held[n % 40]
    exit last == 0
  }' && [ -e dumped ]
SH
cat >after.sql <<'SQL'
RESET ALL;
\\o target
:counting \\gexec
\\o
\\set same \`cmp -s source target && echo on || echo off\`
\\if :same
\\else
DO 'BEGIN RAISE EXCEPTION ''a table of the copy has another number of rows than that of the source''; END';
\\endif
${isMasked ? marked : ''}
COMMIT;
\\! touch done
SQL
at "$SOURCE" $sql --set=counting="$COUNTING" --file=before.sql |
  at "$TARGET" $sql --set=counting="$COUNTING"${isMasked ? ' --set=mark="$MARK"' : ''} --file=- >/dev/null
[ -e done ]
cat target`;

/** RDS restores along with the data what a database says of itself, so that this has to be the very mark. */
const maskScript = `${head}
${hasMask}
${saying}
if [ "$said" = "$MARK" ]; then exit 0; fi
cat >mask.sql <<'SQL'
BEGIN;
${marked}
COMMIT;
SQL
at "$TARGET" $sql --set=mark="$MARK" --file=mask.sql`;

export interface Filling {
  readonly claim: Claim;
  readonly restoreFrom: RestoreFrom;
  /** An image of Postgres that can read the data. */
  readonly image: string;
  /** How the new database is reached; undefined while that is not known. */
  readonly target: Target | undefined;
  readonly observed: Readonly<Record<string, ObservedResource>>;
}

/** What fills a new database before there is a binding. */
export interface Filled {
  readonly resources: Readonly<Record<string, Composed>>;
  /** What the binding still waits for, for the developer; undefined once all is done. */
  readonly waitsFor: string | undefined;
  readonly refusal?: Refusal;
}

interface Work {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** The Secret that it reads from. */
  readonly source?: string;
  /** That Secret, where it is there for the Job alone. */
  readonly lent?: Composed;
  /** What comes before it in its pod, and leaves something in its folder. */
  readonly first?: Before;
}

/** A container that has to be done before that of a pod starts. */
export interface Before {
  readonly container: object;
  readonly volumes: readonly object[];
  readonly serviceAccountName: string;
  /** What the folder may come to with it. */
  readonly sizeGiB: number;
}

/** Why there is no work yet, for the developer. */
interface Waiting {
  readonly waitsFor: string;
}

function fillingJob({ claim, restoreFrom: { mask }, image }: Filling, name: string, { script, env, source, first }: Work): Composed {
  const secrets = { ...(source !== undefined && { source }), target: loginName(claim) };
  return clientJob({ name, container: 'copy', labels: copyLabels(claim), image, script, env, secrets, mask, first });
}

interface Client {
  readonly name: string;
  readonly container: string;
  readonly labels: Readonly<Record<string, string>>;
  /** An image of Postgres. */
  readonly image: string;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** Bindings, by the name of the variable, in lower case, that says their folder. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly mask?: RestoreFrom['mask'];
  readonly first?: Work['first'];
  /** Exit codes with which it is not tried again. */
  readonly final?: readonly number[];
}

/** A Job that is a client of databases. */
export function clientJob({ name, container, labels: own, image, script, env, secrets, mask, first, final }: Client): Composed {
  const labels = { ...own, 'app.kubernetes.io/instance': name };
  const folders = Object.entries(secrets).map(([which, secretName]) => [which.toUpperCase(), folderOf(secretName)]);
  const all: Readonly<Record<string, string>> = { ...env, UNHURRIED: unhurried, ...Object.fromEntries(folders) };
  return {
    object: {
      ...typed(job),
      metadata: { name, labels },
      spec: {
        backoffLimit: 2,
        ...(final !== undefined && {
          podFailurePolicy: {
            rules: [{ action: 'FailJob', onExitCodes: { containerName: container, operator: 'In', values: final } }],
          },
        }),
        template: {
          metadata: { labels },
          spec: {
            ...(first !== undefined && { serviceAccountName: first.serviceAccountName }),
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            restartPolicy: 'Never',
            securityContext: podSecurity(postgresUser),
            ...(first !== undefined && { initContainers: [first.container] }),
            containers: [
              {
                name: container,
                image,
                command: shell(script),
                env: Object.entries(all).map(([variable, value]) => ({ name: variable, value })),
                resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '512Mi' } },
                securityContext: containerSecurity,
                volumeMounts: [
                  ...Object.entries(secrets).map(([which, secretName]) => ({
                    name: which,
                    mountPath: folderOf(secretName),
                    readOnly: true,
                  })),
                  { name: 'work', mountPath: workPath },
                  ...(mask === undefined ? [] : [{ name: 'mask', mountPath: maskPath, readOnly: true }]),
                ],
              },
            ],
            volumes: [
              ...Object.entries(secrets).map(([which, secretName]) => ({ name: which, secret: { secretName } })),
              { name: 'work', emptyDir: { sizeLimit: first === undefined ? '64Mi' : `${first.sizeGiB}Gi` } },
              ...(first?.volumes ?? []),
              ...(mask === undefined
                ? []
                : [{ name: 'mask', configMap: { name: mask.configMap, items: [{ key: mask.key, path: maskFile }] } }]),
            ],
          },
        },
      },
    },
  };
}

/** What is special about a way to fill a database. */
interface Way {
  /** What it reads from is lent for as long as it runs. */
  readonly isLent?: boolean;
  /** What a failure says of it. */
  readonly failed?: string;
}

/**
 * Once there was a binding nothing is filled again: what the database has by then is the app's own. What is lent is there while a Job
 * reads it, and that ends with it.
 */
export function filled(
  filling: Filling,
  what: string,
  work: () => Work | Waiting,
  { isLent = false, failed = 'failed and changed nothing' }: Way = {},
): Filled {
  const { claim, target, observed } = filling;
  const { [jobKey]: own, [bindingKey]: bound } = observed;
  if (claim.issuedBinding !== undefined || bound !== undefined) return { resources: {}, waitsFor: undefined };
  const name = composedName(claim, suffix, jobKey);
  const login = target && loginSecret(claim, target);
  if (own === undefined) {
    const ready = work();
    if ('waitsFor' in ready) return { resources: { ...login }, waitsFor: ready.waitsFor };
    if (login === undefined) return { resources: {}, waitsFor: 'the database and its login' };
    return { resources: { ...login, ...lentBy(ready), [jobKey]: fillingJob(filling, name, ready) }, waitsFor: what };
  }
  const resources = { ...login, [jobKey]: again(own.object) };
  if (isReady(job, own)) return { resources, waitsFor: undefined };
  const at = `-n ${claim.namespace}`;
  const hasFailed = typeof job.ready(own.object) === 'object';
  const lent: Partial<Work> | Waiting = isLent && !hasFailed ? work() : {};
  if ('waitsFor' in lent) return { resources: { ...login }, waitsFor: lent.waitsFor };
  const how = hasFailed
    ? `, which ${failed}: kubectl logs ${at} job/${name} says why; kubectl delete job ${at} ${name} has it tried again`
    : `: kubectl describe job ${at} ${name} shows how far it is`;
  return { resources: { ...resources, ...lentBy(lent) }, waitsFor: `${what}${how}` };
}

const lentBy = ({ lent }: Pick<Work, 'lent'>) => lent && { [lentKey]: lent };

/** The data of another claim as it is now. */
export function copied(filling: Filling & { readonly source: FoundBindings }): Filled {
  const { claim, restoreFrom } = filling;
  const [found] = filling.source.found;
  const { namespace } = restoreFrom;
  const of = `AppDatabase ${restoreFrom.claim}${namespace === undefined ? '' : ` of namespace ${namespace}`}`;
  const beyond = (['at', 'snapshot'] as const).find((field) => restoreFrom[field] !== undefined);
  if (namespace === claim.namespace) {
    const message = `cannot restore: spec.restoreFrom.namespace: got ${shown(namespace)}, which is that of this claim, want another, or none`;
    return { resources: {}, waitsFor: undefined, refusal: { reason: 'CannotRestore', message } };
  }
  if (restoreFrom.claim === claim.name && namespace === undefined) {
    const message = `cannot restore: spec.restoreFrom.claim: got ${shown(restoreFrom.claim)}, which is this claim, want another`;
    return { resources: {}, waitsFor: undefined, refusal: { reason: 'CannotRestore', message } };
  }
  if (beyond !== undefined) {
    const message = `cannot restore: spec.restoreFrom.${beyond}: got ${shown(restoreFrom[beyond])}, want none, since nothing is kept of ${of} where it is: it is copied as it is now, or restored from a dump in spec.restoreFrom.bucket`;
    return { resources: {}, waitsFor: undefined, refusal: { reason: 'FieldNotOnBackend', message } };
  }
  const work = (): Work | Waiting => {
    if (found?.claimed !== true) {
      const instead = 'without spec.restoreFrom the claim begins with what its database has';
      // The same words for both, so that nobody is told what another namespace has.
      const why =
        namespace === undefined
          ? `which namespace ${claim.namespace} does not have`
          : `which is not there, or does not have ${claim.namespace} in its spec.copyableBy`;
      return { waitsFor: `${of} to copy, ${why}; ${instead}` };
    }
    if (found.resting !== undefined) return { waitsFor: `${of}, whose data is copied and which says: ${found.resting}` };
    const login = found.object && (namespace === undefined ? { source: found.secret } : lentLogin(claim, found.object));
    if (login === undefined) return { waitsFor: `the binding of ${of}, whose data is copied` };
    const isMasked = restoreFrom.mask !== undefined;
    return { script: copyScript(isMasked), env: { COUNTING: counting, ...(isMasked && { MARK: markOf(filling) }) }, ...login };
  };
  return filled(filling, `the data of ${of} to be copied`, work, { isLent: namespace !== undefined });
}

export const markOf = ({ claim, restoreFrom }: Filling) =>
  `${restoreFrom.mask === undefined ? 'restored for' : mark} ${hashOf([claim.namespace, claim.name, claim.creationTimestamp, restoreFrom])}`;

/** Data that is there already, masked where the claim asks for that. */
export function masked(filling: Filling): Filled {
  if (filling.restoreFrom.mask === undefined) return { resources: {}, waitsFor: undefined };
  return filled(filling, 'the data to be masked', () => ({ script: maskScript, env: { MARK: markOf(filling) } }));
}
