import { containerSecurity, shell } from '../../../containers/server.ts';
import type { Claim, Composed } from '../../../core/api.ts';
import { typed } from '../../../core/card.ts';
import { composedName } from '../../../core/names.ts';
import type { FoundBindings } from '../../../core/requirement.ts';
import { serviceAccount } from '../../../kinds/kubernetes/service-account.ts';
import { awsCli } from '../facts.ts';
import { bucketKind, suffix } from '../schema.ts';
import {
  type Before,
  copied,
  counting,
  type Filled,
  type Filling,
  filled,
  folderOf,
  hasMask,
  head,
  keptMasked,
  markOf,
  masking,
  type Sources,
  saying,
  workPath,
} from './copy.ts';

/** The claim's pods that reach a bucket, for buckets that let in whom they list. */
export const accountName = (claim: Claim) => composedName(claim, suffix);

export const account = (claim: Claim): Composed => ({
  object: { ...typed(serviceAccount), metadata: { name: accountName(claim) }, automountServiceAccountToken: false },
});

/** A bucket, and in it the dumps of one claim. */
export interface Dumps {
  /** The claim of this name that they are of. */
  readonly of: string;
  readonly bucket: string;
  /** The Secret with its binding. */
  readonly secret: string;
  /** The repository of the AWS command line. */
  readonly awsCli: string;
}

type Access = 'readers' | 'writers';

/** What is missing for pods of the claim to use the bucket that it names, for the developer; or its Secret. */
export function bucketOf(
  { found: [found] }: FoundBindings,
  bucket: string,
  claim: Claim,
  as: readonly Access[],
): { readonly secret: string } | { readonly waitsFor: string } {
  const of = `${bucketKind} ${bucket}`;
  if (found?.claimed !== true) return { waitsFor: `${of}, which namespace ${claim.namespace} does not have` };
  // Wherever it is let in by its password alone, so that the same claims hold where it is not.
  const fields = found.access.filter(({ field }) => as.some((each) => each === field));
  if (!fields.some(({ serviceAccounts }) => serviceAccounts.includes(accountName(claim)))) {
    const where = as.map((field) => `spec.${field}`).join(' or ');
    return { waitsFor: `ServiceAccount ${accountName(claim)} in ${where} of ${of}, which lets in no others` };
  }
  if (found.resting !== undefined) return { waitsFor: `${of}, which says: ${found.resting}` };
  return found.object === undefined ? { waitsFor: `the binding of ${of}` } : { secret: found.secret };
}

interface Program {
  readonly name: string;
  readonly image: string;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly memory: { readonly least: string; readonly most: string };
  readonly mounts: readonly object[];
}

/** A container of a pod whose others find in its folder what it left there. */
export const program = ({ name, image, script, env, memory, mounts }: Program) => ({
  name,
  image,
  command: shell(script),
  env: Object.entries(env).map(([variable, value]) => ({ name: variable, value })),
  resources: { requests: { cpu: '100m', memory: memory.least }, limits: { cpu: '1', memory: memory.most } },
  securityContext: containerSecurity,
  volumeMounts: [...mounts, { name: 'work', mountPath: workPath }],
});

/** A Secret as files. */
export const filesOf = (volume: string, secretName: string) => ({
  volume: { name: volume, secret: { secretName } },
  mount: { name: volume, mountPath: folderOf(secretName), readOnly: true },
});

/** What a pod is told of where dumps are; `list` writes their names, the oldest first, into a file, and takes nothing else for one. */
export const listing = `bucket=$(cat "$BUCKET/bucket")
list() {
  aws s3api list-objects-v2 --bucket "$bucket" --prefix "$OF/" --query 'Contents[].[Key]' --output text >listed
  grep -E "^$OF/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z[.]dump\\$" listed >found || :
  sort found >dumps
}`;

const bucketEnv = ({ of, secret }: Dumps): Readonly<Record<string, string>> => ({
  AWS_CONFIG_FILE: `${folderOf(secret)}/config`,
  BUCKET: folderOf(secret),
  HOME: workPath,
  LC_ALL: 'C',
  OF: of,
});

/** The program that talks to a bucket. */
export const inBucket = (dumps: Dumps, { name, script, env }: Pick<Program, 'name' | 'script' | 'env'>) => ({
  container: program({
    name,
    image: `${dumps.awsCli}:${awsCli.version}`,
    script,
    env: { ...bucketEnv(dumps), ...env },
    memory: { least: '128Mi', most: '512Mi' },
    mounts: [filesOf('bucket', dumps.secret).mount],
  }),
  volumes: [filesOf('bucket', dumps.secret).volume],
});

/**
 * What fails in a container that others wait for is told by the one that comes after it, since that is the one whose log is shown.
 * `done` is the file that says that it did not.
 */
export const telling = (done: string, work: string) => `set -eu
cd ${workPath}
exec 2>problem
trap '[ -e ${done} ] || exit 0' EXIT
${work}`;

export const told = (done: string) => `[ -e ${done} ] || { cat problem >&2; exit 1; }`;

const fetching = telling(
  'fetched',
  `${listing}
list
newest=
later=
while read -r key; do
  if [ -z "$AT" ] || expr "$key" '<=' "$OF/$AT.dump" >/dev/null; then
    newest=$key
  elif [ -z "$later" ]; then
    later=$key
  fi
done <dumps
if [ -z "$newest" ]; then
  echo "cannot restore: the bucket has no dump of AppDatabase $OF\${AT:+ that is not after $AT}\${later:+; the first one after that is $later}" >&2
  exit 1
fi
aws s3 cp --only-show-errors "s3://$bucket/$newest" dump
echo "$newest" >fetched`,
);

/** Fetches the last dump, or the last that is not after a time. */
export const fetched = (dumps: Dumps, at = '') => inBucket(dumps, { name: 'fetch', script: fetching, env: { AT: at } });

/** What a dump that any pg_restore reads without psql, whose commands what is in a dump could be, comes back with. */
export const restoring = 'pg_restore --single-transaction --no-owner --no-acl --no-publications --no-subscriptions';

/**
 * All of the dump in one transaction, and what masks it in another: the database says itself how far it is, so that one that begins
 * again neither restores twice nor masks what was there before.
 */
const restoreScript = (isMasked: boolean) => `${head}
${told('fetched')}
${isMasked ? hasMask : ''}
cat >begin.sql <<'SQL'
COMMENT ON DATABASE :"DBNAME" IS :'said';
SQL
cat >end.sql <<'SQL'
BEGIN;
${isMasked ? masking : ''}
COMMENT ON DATABASE :"DBNAME" IS :'said';
COMMIT;
:counting \\gexec
SQL
${saying}
if [ "$said" = "$MARK" ]; then exit 0; fi
tables=$(at "$TARGET" $sql --command="$COUNTING")
if [ "$said" != "begun: $MARK" ]; then
  if [ -n "$tables" ]; then
${isMasked ? keptMasked : ''}
    echo 'the database has tables already, so nothing is restored'
    exit 0
  fi
  at "$TARGET" $sql --set=said="begun: $MARK" --file=begin.sql
fi
if [ -z "$tables" ]; then at "$TARGET" ${restoring} --dbname="$(cat "$TARGET/database")" dump; fi
at "$TARGET" $sql --set=said="$MARK" --set=counting="$COUNTING" --file=end.sql
echo "$(cat fetched) was restored"`;

interface Beginning extends Filling {
  readonly required: Pick<Sources, 'source' | 'dumps'>;
  readonly awsCli: string;
  /** What the dump may come to. */
  readonly storageGiB: number;
}

/** The data of a dump. */
function restored(beginning: Beginning, bucket: string): Filled {
  const { claim, restoreFrom, required, storageGiB } = beginning;
  const { claim: of, at, mask } = restoreFrom;
  const work = () => {
    const reached = bucketOf(required.dumps, bucket, claim, ['readers', 'writers']);
    if ('waitsFor' in reached) return reached;
    const first: Before = {
      ...fetched({ of, bucket, secret: reached.secret, awsCli: beginning.awsCli }, at),
      serviceAccountName: accountName(claim),
      sizeGiB: storageGiB,
    };
    return { script: restoreScript(mask !== undefined), env: { COUNTING: counting, MARK: markOf(beginning) }, first };
  };
  return filled(beginning, `the dump of AppDatabase ${of} in ${bucketKind} ${bucket} to be restored`, work, { failed: 'failed' });
}

/** What a new database begins with: a dump, or another as it is now. */
export function begunWith(beginning: Beginning): Filled {
  const { restoreFrom, required } = beginning;
  if (restoreFrom.bucket !== undefined) return restored(beginning, restoreFrom.bucket);
  return copied({ ...beginning, source: required.source });
}
