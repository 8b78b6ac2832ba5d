import { podSecurity } from '../../../containers/server.ts';
import type { Claim, Composed, Expansion, PlacelessContext } from '../../../core/api.ts';
import { typed } from '../../../core/card.ts';
import { at, stringAt } from '../../../core/kubernetes.ts';
import { composedName, spread } from '../../../core/names.ts';
import type { Proof } from '../../../core/proofs.ts';
import { turnsBefore } from '../../../core/schedule.ts';
import type { ObservedResource } from '../../../core/step.ts';
import { usage, useOf } from '../../../kinds/crossplane/usage.ts';
import { cronJob } from '../../../kinds/kubernetes/cron-job.ts';
import { serviceAccount } from '../../../kinds/kubernetes/service-account.ts';
import { bucketKind, type DatabaseSettings, suffix } from '../schema.ts';
import { head, postgresUser, type Sources, unhurried, workPath } from './copy.ts';
import {
  account,
  accountName,
  bucketOf,
  type Dumps,
  fetched,
  filesOf,
  inBucket,
  listing,
  program,
  restoring,
  telling,
  told,
} from './dumps.ts';

type Backups = NonNullable<DatabaseSettings['backups']>;
type Drill = NonNullable<Backups['drill']>;

const backupKey = 'backup';
const drillKey = 'drill';
type Key = typeof backupKey | typeof drillKey;

export const backupKinds = { account: serviceAccount, [backupKey]: cronJob, [drillKey]: cronJob, 'use-*': usage };

interface Backing {
  readonly context: Pick<
    PlacelessContext<DatabaseSettings, Sources, Claim>,
    'claim' | 'settings' | 'observed' | 'required' | 'stop' | 'now'
  > & {
    readonly facts: { readonly images: { readonly awsCli: string } };
  };
  /** An image of Postgres that can read and restore the data. */
  readonly image: string;
  /** Whether there is a binding, with whose login the database is read. */
  readonly isBound: boolean;
}

/** Has to be there in full, and readable, before anything of it is put into the bucket. */
const dumpScript = telling(
  'dumped',
  `${head}
date -u +%Y-%m-%dT%H:%M:%SZ >time
at "$SOURCE" pg_dump --format=custom --no-publications --no-subscriptions --file=dump
pg_restore --list dump >/dev/null
touch dumped`,
);

/** Dumps beyond those to keep go once the new one was seen in the bucket, whole; never that one, which a clock that went back makes the oldest. */
const putScript = `set -eu
cd ${workPath}
${told('dumped')}
${listing}
key="$OF/$(cat time).dump"
aws s3 cp --only-show-errors dump "s3://$bucket/$key"
size=$(stat -c %s dump)
there=$(aws s3api head-object --bucket "$bucket" --key "$key" --query ContentLength --output text)
if [ "$there" != "$size" ]; then
  echo "$key has $there bytes in the bucket, of $size: no older dump is removed" >&2
  exit 1
fi
echo "$key is there, with $size bytes"
list
excess=$(($(wc -l <dumps) - KEEP))
if [ "$excess" -gt 0 ]; then
  grep -vxF "$key" dumps | head -n "$excess" >old
  while read -r key; do
    aws s3api delete-object --bucket "$bucket" --key "$key" >/dev/null
    echo "$key was removed, of more than $KEEP"
  done <old
fi`;

const queryPath = '/query';
const queryFile = 'query.sql';

/** The query is run as one, so that it is no command of psql's, in a server that nobody else can reach. */
const drillScript = `set -eu
cd ${workPath}
${told('fetched')}
[ -s ${queryPath}/${queryFile} ] || { echo 'there is nothing in the query' >&2; exit 1; }
initdb --pgdata=data --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync >/dev/null
pg_ctl --pgdata=data --log=log --wait --timeout=300 --options="-k ${workPath} -c listen_addresses= -c fsync=off" start >/dev/null || { cat log >&2; exit 1; }
export PGHOST=${workPath} PGUSER=postgres
createdb restored
${restoring} --dbname=restored dump
cat >drill.sql <<'SQL'
\\set query \`cat ${queryPath}/${queryFile}\`
SELECT format('DO %L', format('DECLARE holds boolean; BEGIN EXECUTE %L INTO STRICT holds; IF holds IS NOT TRUE THEN RAISE EXCEPTION ''the query is not true of what was restored''; END IF; END', :'query')) \\gexec
SQL
psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname=restored --file=drill.sql >/dev/null
echo "$(cat fetched) was restored, and the query is true of it"`;

const hoursOfNight = 6;

/** When it is done where the claim does not say: each claim's own time of a night, or of a day of the week after that. */
function scheduleOf({ namespace, kind, name }: Claim, purpose: Key, said: string | undefined): string {
  if (said !== undefined) return said;
  const identity = { controlPlane: '', environment: '', place: [], namespace, kind, name };
  const minutes = spread(identity, purpose, hoursOfNight * 60);
  const [minute, hour] = [minutes % 60, Math.floor(minutes / 60)];
  return purpose === backupKey ? `${minute} ${hour} * * *` : `${minute} ${hour + hoursOfNight} * * ${spread(identity, 'day', 7)}`;
}

interface Runs {
  readonly key: Key;
  readonly schedule: string;
  readonly suspend: boolean;
  readonly first: object;
  readonly container: object;
  readonly volumes: readonly object[];
  readonly sizeGiB: number;
}

function scheduled(claim: Claim, { key, schedule, suspend, first, container, volumes, sizeGiB }: Runs): Composed {
  const name = composedName(claim, suffix, key);
  const labels = {
    'app.kubernetes.io/name': `postgres-${key}`,
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/managed-by': claim.platform,
  };
  return {
    object: {
      ...typed(cronJob),
      metadata: { name, labels },
      spec: {
        schedule,
        timeZone: 'Etc/UTC',
        concurrencyPolicy: 'Forbid',
        suspend,
        // What was due while the database was stopped is made up for when it is started, on the same day.
        startingDeadlineSeconds: 43_200,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 1,
        jobTemplate: {
          metadata: { labels },
          spec: {
            backoffLimit: 1,
            activeDeadlineSeconds: 21_600,
            podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
            template: {
              metadata: { labels },
              spec: {
                serviceAccountName: accountName(claim),
                automountServiceAccountToken: false,
                enableServiceLinks: false,
                restartPolicy: 'Never',
                securityContext: podSecurity(postgresUser),
                initContainers: [first],
                containers: [container],
                volumes: [...volumes, { name: 'work', emptyDir: { sizeLimit: `${sizeGiB}Gi` } }],
              },
            },
          },
        },
      },
    },
  };
}

function backupOf({ context: { claim, settings, stop }, image }: Backing, { schedule, keep }: Backups, dumps: Dumps): Composed {
  const source = filesOf('source', composedName(claim, suffix));
  const put = inBucket(dumps, { name: 'put', script: putScript, env: { KEEP: String(keep) } });
  return scheduled(claim, {
    key: backupKey,
    schedule: scheduleOf(claim, backupKey, schedule),
    suspend: stop !== undefined,
    first: program({
      name: 'dump',
      image,
      script: dumpScript,
      env: { SOURCE: source.mount.mountPath, UNHURRIED: unhurried },
      memory: { least: '128Mi', most: '512Mi' },
      mounts: [source.mount],
    }),
    container: put.container,
    volumes: [source.volume, ...put.volumes],
    sizeGiB: settings.storageGiB,
  });
}

function drillOf({ context: { claim, settings, stop }, image }: Backing, { schedule, query }: Drill, dumps: Dumps): Composed {
  const fetch = fetched(dumps);
  return scheduled(claim, {
    key: drillKey,
    schedule: scheduleOf(claim, drillKey, schedule),
    suspend: stop !== undefined,
    first: fetch.container,
    container: program({
      name: 'drill',
      image,
      script: drillScript,
      env: {},
      memory: { least: '256Mi', most: '1Gi' },
      mounts: [{ name: 'query', mountPath: queryPath, readOnly: true }],
    }),
    volumes: [...fetch.volumes, { name: 'query', configMap: { name: query.configMap, items: [{ key: query.key, path: queryFile }] } }],
    // The dump, what it comes to, and the log that it is written through.
    sizeGiB: 3 * settings.storageGiB,
  });
}

const timeOf = (text: string | undefined) => {
  const value = Date.parse(text ?? '');
  return text === undefined || Number.isNaN(value) ? undefined : { text, value };
};

/** What a CronJob says of its runs; times that are none are as if they were not said. */
function runsOf(observed: ObservedResource | undefined) {
  const time = (...path: readonly string[]) => timeOf(stringAt(observed?.object, ...path));
  const [begun, succeeded] = [time('status', 'lastScheduleTime'), time('status', 'lastSuccessfulTime')];
  const active = at(observed?.object, 'status', 'active');
  const isRunning = Array.isArray(active) && active.length > 0;
  const isBegunLast = begun !== undefined && begun.value > (succeeded?.value ?? 0);
  return {
    made: time('metadata', 'creationTimestamp'),
    succeeded,
    tried: isBegunLast ? begun : succeeded,
    isRunning,
    isUnderWay: isBegunLast && isRunning,
    failed: isBegunLast && !isRunning ? begun : undefined,
  };
}

/** Twice its turn came without a run that succeeded; of what is stopped none is due. */
function isOverdue(
  { stop, now }: Backing['context'],
  schedule: string,
  { made, succeeded, isRunning }: ReturnType<typeof runsOf>,
): boolean {
  const since = succeeded ?? made;
  const moment = timeOf(now);
  if (stop !== undefined || isRunning || since === undefined || moment === undefined) return false;
  const [, second] = turnsBefore(schedule, moment.value, 2) ?? [];
  return second !== undefined && since.value < second;
}

const minute = 60_000;

interface Proven {
  readonly type: Proof['type'];
  readonly key: Key;
  readonly schedule: string;
  /** What each run is, such as `backup`. */
  readonly what: string;
  /** What one that succeeded proves, up to its time. */
  readonly proves: string;
  /** Undefined once its CronJob is there, or may be. */
  readonly waitsFor: string | undefined;
}

/** What a CronJob's runs prove, for the developer. */
function proofOf(context: Backing['context'], { type, key, schedule, what, proves, waitsFor }: Proven): Proof {
  const { claim, observed } = context;
  const runs = runsOf(observed[key]);
  const name = composedName(claim, suffix, key);
  const at = `-n ${claim.namespace}`;
  const last = runs.succeeded === undefined ? 'none has succeeded yet' : `the last that succeeded ended at ${runs.succeeded.text}`;
  if (observed[key] === undefined) {
    const message =
      waitsFor === undefined ? `No ${what} yet: CronJob ${name} is being created` : `No ${what} yet: it waits for ${waitsFor}`;
    return { type, status: 'Unknown', reason: 'Waiting', message };
  }
  if (runs.failed !== undefined) {
    // As the controller of CronJobs calls them.
    const run = `${name}-${Math.floor(runs.failed.value / minute)}`;
    const message = `The ${what} of ${runs.failed.text} failed, and ${last}: kubectl logs ${at} job/${run} says why`;
    return { type, status: 'False', reason: 'Failed', message };
  }
  if (isOverdue(context, schedule, runs)) {
    const message = `Two turns of the ${what} by "${schedule}" passed without one, and ${last}: kubectl describe cronjob ${at} ${name} says why`;
    return { type, status: 'False', reason: 'Overdue', message };
  }
  const undecided = runs.isUnderWay && ({ undecided: true } as const);
  if (runs.succeeded === undefined) {
    const how = runs.isRunning ? 'one is running' : `kubectl create job ${at} --from=cronjob/${name} ${claim.name}-${key} makes one now`;
    return { type, status: 'Unknown', reason: 'NoneYet', message: `No ${what} yet: ${how}`, ...undecided };
  }
  return { type, status: 'True', reason: 'Succeeded', message: `${proves} ${runs.succeeded.text}`, ...undecided };
}

/** Dumps of the claim's database in a bucket, what proves that they can be restored, and what is known of both. */
export function backedUp(backing: Backing): Required<Pick<Expansion, 'resources' | 'pending' | 'proofs'>> & Pick<Expansion, 'status'> {
  const { context, isBound } = backing;
  const { claim, settings, observed, required, facts } = context;
  const { backups, restoreFrom } = settings;
  const reaches = backups !== undefined || restoreFrom?.bucket !== undefined;
  const own = reaches ? { account: account(claim) } : {};
  if (backups === undefined) return { resources: own, pending: {}, status: {}, proofs: [] };
  const { bucket, drill } = backups;
  const reached = bucketOf(required.bucket, bucket, claim, ['writers']);
  const waitsFor = 'waitsFor' in reached ? reached.waitsFor : isBound ? undefined : 'the binding';
  const secret = required.bucket.found[0]?.secret ?? '';
  const dumps = { of: claim.name, bucket, secret, awsCli: facts.images.awsCli };
  const all = {
    [backupKey]: backupOf(backing, backups, dumps),
    ...(drill !== undefined && { [drillKey]: drillOf(backing, drill, dumps) }),
  };
  const made = Object.entries(all).filter(([key]) => observed[key] !== undefined || waitsFor === undefined);
  const waiting = Object.keys(all).filter((key) => observed[key] === undefined && waitsFor !== undefined);
  const useKey = `use-${bucket}`;
  const isUsed = required.bucket.found[0]?.claimed === true || observed[useKey] !== undefined;
  const use = useOf(
    { kind: bucketKind, name: bucket },
    composedName(claim, suffix, useKey),
    `${claim.kind} ${claim.name} has it in spec.backups, and has its dumps there`,
  );
  const [ofBackups, ofDrills] = [runsOf(observed[backupKey]), runsOf(observed[drillKey])];
  return {
    resources: { ...own, ...Object.fromEntries(made), ...(isUsed && { [useKey]: use }) },
    pending: Object.fromEntries(
      waiting.map((key) => [key, { ...typed(cronJob), name: composedName(claim, suffix, key), waitsFor: String(waitsFor) }]),
    ),
    status: {
      ...(ofBackups.succeeded !== undefined && { lastBackup: ofBackups.succeeded.text }),
      ...(drill !== undefined && {
        drill: {
          ...(ofDrills.succeeded !== undefined && { lastPassed: ofDrills.succeeded.text }),
          ...(ofDrills.tried !== undefined && { lastTried: ofDrills.tried.text }),
        },
      }),
    },
    proofs: [
      proofOf(context, {
        type: 'BackedUp',
        key: backupKey,
        schedule: scheduleOf(claim, backupKey, backups.schedule),
        what: 'backup',
        proves: `The last dump was in ${bucketKind} ${bucket} at`,
        waitsFor,
      }),
      ...(drill === undefined
        ? []
        : [
            proofOf(context, {
              type: 'RestoreProven',
              key: drillKey,
              schedule: scheduleOf(claim, drillKey, drill.schedule),
              what: 'drill',
              proves: 'The last dump was restored, and the query was true of it, at',
              waitsFor,
            }),
          ]),
    ],
  };
}
