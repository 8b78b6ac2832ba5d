import { type ContainerSize, containerBackend, runningServer, secretPath, server, serverHost, shell } from '../../../containers/server.ts';
import type { Composed, Context, Expansion } from '../../../core/api.ts';
import { bind, bindingKey, issuedValues, issueOnce } from '../../../core/binding.ts';
import { type FactsOf, needsOf } from '../../../core/facts.ts';
import { at } from '../../../core/kubernetes.ts';
import { composedName } from '../../../core/names.ts';
import type { Refusal } from '../../../core/step.ts';
import { protection } from '../../../kinds/crossplane/usage.ts';
import { complete, preloadedOf, refusalOf } from '../extensions.ts';
import { awsCli, postgresImage } from '../facts.ts';
import { saidParameters } from '../parameters.ts';
import {
  binding,
  completeBinding,
  type DatabaseSettings,
  fields,
  issuedDatabase,
  port,
  type Size,
  suffix,
  username,
  versions,
} from '../schema.ts';
import { backedUp, backupKinds } from './backup.ts';
import { copyingPods, copyKinds, lendingOf, loginKey, loginName, loginSecret, postgresUser, type Sources } from './copy.ts';
import { begunWith } from './dumps.ts';

const needs = needsOf(postgresImage, awsCli.image);
type Needs = FactsOf<typeof needs>;

const dataPath = '/var/lib/postgresql/data';

interface DatabaseSize extends ContainerSize {
  /** What the workers of a parallel query share, of the memory; a container has 64 MiB by itself. */
  readonly sharedMemory: string;
}

const sizes: Readonly<Record<Size, DatabaseSize>> = {
  small: { cpu: '100m', cpuLimit: '1', memory: '256Mi', sharedMemory: '64Mi' },
  medium: { cpu: '250m', cpuLimit: '2', memory: '1Gi', sharedMemory: '256Mi' },
  large: { cpu: '1', cpuLimit: '4', memory: '4Gi', sharedMemory: '1Gi' },
  xlarge: { cpu: '2', cpuLimit: '8', memory: '8Gi', sharedMemory: '2Gi' },
};

const psql = `PGPASSWORD="$(cat ${secretPath}/password)" psql -h 127.0.0.1 -U ${username} -v ON_ERROR_STOP=1 -qtA`;

/**
 * Data outlives the Secret of its password: that of the Secret is set before each start, by a server that takes no connection, so
 * that it is on no command line, and in no log.
 */
const start = ({ extensions, parameters }: DatabaseSettings) => {
  const preloaded = preloadedOf(extensions);
  return shell(
    [
      'if [ -s "$PGDATA/PG_VERSION" ]; then',
      `  quoted=$(sed "s/'/''/g" ${secretPath}/password | tr -d '\\n')`,
      `  printf "ALTER ROLE ${username} PASSWORD '%s'\\n" "$quoted" | postgres --single template1 >/dev/null 2>&1`,
      'fi',
      [
        'exec docker-entrypoint.sh postgres',
        ...(preloaded.length > 0 ? [`-c shared_preload_libraries=${preloaded.join(',')}`] : []),
        ...saidParameters(parameters).map(({ name, value }) => `-c ${name}='${value}'`),
      ].join(' '),
    ].join('\n'),
  );
};

/** A volume is not resized, given or taken away, and its data is not upgraded, by replacing the pod. */
function running(context: Context<DatabaseSettings, Needs, Sources>): { readonly settings: DatabaseSettings; readonly refusal?: Refusal } {
  const { claim, observed, settings, sources } = context;
  const found = runningServer(versions, observed['server']);
  if (found === undefined) return { settings };
  if (!found.persistent) return { settings: { ...settings, persistence: 'Ephemeral' } };
  const version = found.version ?? settings.version;
  const storageGiB = found.storageGiB ?? settings.storageGiB;
  const kept: DatabaseSettings = { ...settings, version, persistence: 'Persistent', storageGiB };
  if (version === settings.version || sources['version'] !== 'claim') return { settings: kept };
  const message = `cannot upgrade a container with a volume: spec.version: got "${settings.version}", want "${version}", which its data was made with and goes on with; a new claim with spec.restoreFrom.claim: ${claim.name} begins with the data, and this one keeps it until you delete it`;
  return { settings: kept, refusal: { reason: 'UpgradeNotSupported', message } };
}

function expand(context: Context<DatabaseSettings, Needs, Sources>): Expansion {
  const { claim, environment, facts, observed, required } = context;
  const { restoreFrom } = context.settings;
  const issued = issuedValues(issuedDatabase, observed[bindingKey]) ?? issuedValues(issuedDatabase, observed[loginKey]);
  const { settings: kept, refusal } = running(context);
  // It stands in commands for a shell, so only what a claim may say itself is taken from a Secret.
  const named = fields.databaseName.schema.safeParse(issued?.database);
  const settings = { ...kept, databaseName: named.success ? named.data : kept.databaseName };
  const name = composedName(claim, suffix);
  const host = serverHost(claim, name);
  const image = `${facts.images.postgres}:${settings.version}`;
  const password = issueOnce(context, issued?.password);
  const target =
    password === undefined
      ? undefined
      : {
          provider: 'container' as const,
          host,
          port: String(port),
          username,
          password,
          database: settings.databaseName,
          authorities: undefined,
        };
  // Another Secret would replace the pod, and with it what a container without a volume has.
  const mounted = JSON.stringify(at(observed['server']?.object, 'spec', 'template', 'spec', 'volumes') ?? []);
  const hasLogin = restoreFrom !== undefined || observed[loginKey] !== undefined || mounted.includes(JSON.stringify(loginName(claim)));
  const copy =
    restoreFrom &&
    begunWith({ claim, restoreFrom, required, image, awsCli: facts.images.awsCli, storageGiB: settings.storageGiB, target, observed });
  const fresh = copy?.waitsFor === undefined ? target && completeBinding(name, target) : undefined;
  const bound = bind(claim, name, binding, fresh, observed[bindingKey], copy?.waitsFor ?? 'a password');
  const refused = refusal ?? copy?.refusal ?? bound.refusal ?? refusalOf(settings).refusal;
  const query = (sql: string) => `${psql} -d ${settings.databaseName} -c ${sql}`;
  const createExtensions = complete(settings.extensions).map((extension) => query(`'CREATE EXTENSION IF NOT EXISTS "${extension}"'`));
  const serving = server({
    claim,
    name,
    app: 'postgres',
    image,
    imageFrom: { environment, field: 'data.images.postgres' },
    user: postgresUser,
    port,
    size: sizes[settings.size],
    command: start(settings),
    env: [
      { name: 'PGDATA', value: `${dataPath}/pgdata` },
      { name: 'POSTGRES_DB', value: settings.databaseName },
      { name: 'POSTGRES_PASSWORD_FILE', value: `${secretPath}/password` },
      { name: 'POSTGRES_USER', value: username },
    ],
    probe: shell(query(`'SELECT 1'`)),
    ...(createExtensions.length > 0 && {
      postStart: shell([`until ${query(`'SELECT 1'`)}; do sleep 1; done`, ...createExtensions].join(' && ')),
    }),
    dataPath,
    storageGiB: settings.storageGiB,
    persistent: settings.persistence === 'Persistent',
    deletion: settings.deletion,
    scratch: [
      { name: 'run', mountPath: '/var/run/postgresql', sizeLimit: '16Mi', inMemory: true },
      { name: 'tmp', mountPath: '/tmp', sizeLimit: '1Gi' },
      { name: 'shared-memory', mountPath: '/dev/shm', sizeLimit: sizes[settings.size].sharedMemory, inMemory: true },
    ],
    secretKeys: ['password'],
    ...(hasLogin && { secretName: loginName(claim) }),
    alsoFrom: copyingPods(claim, settings),
    observed,
  });
  const backups = backedUp({ context: { ...context, settings }, image, isBound: bound.values !== undefined });
  const resources: Record<string, Composed> = {
    ...(hasLogin && target && loginSecret(claim, target)),
    ...copy?.resources,
    ...bound.resources,
    ...serving.resources,
    ...backups.resources,
    ...protection(claim, name, settings.deletion),
  };
  return {
    resources,
    pending: { ...bound.pending, ...serving.pending, ...backups.pending },
    status: { host, port, ...backups.status },
    proofs: backups.proofs,
    inForce: settings,
    remarks: lendingOf(settings),
    ...(refused && { refusal: refused }),
  };
}

/** A Postgres in a pod of the claim's own namespace. */
export const container = containerBackend(needs, expand, { ...copyKinds, ...backupKinds });
