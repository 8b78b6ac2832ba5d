import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { environmentLabel } from '../../functions/core/group.ts';
import { at, groupOf, type KubernetesObject } from '../../functions/core/kubernetes.ts';
import { conditionOf } from '../../functions/core/readiness.ts';
import { crossplaneNamespace } from '../../platform/names.ts';
import { toYaml } from '../../platform/yaml.ts';
import { environmentConfig } from '../request.ts';

const execute = promisify(execFile);

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program and returns what a person at a terminal would see of it. */
export async function run(program: string, args: readonly string[], input?: string): Promise<Result> {
  const child = execute(program, args, { maxBuffer: 64 * 1024 * 1024 });
  // What ends before it has read its input says so by its exit code.
  child.child.stdin?.on('error', () => undefined);
  child.child.stdin?.end(input ?? '');
  try {
    return { code: 0, ...(await child) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { code, stdout: stdout ?? '', stderr: stderr ?? '' };
  }
}

export async function kubectl(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run('kubectl', args);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

export async function apply(...objects: readonly unknown[]): Promise<string> {
  const { code, stdout, stderr } = await tryApply(...objects);
  if (code !== 0) throw new Error(`kubectl apply: ${stderr}`);
  return stdout;
}

export async function tryApply(...objects: readonly unknown[]): Promise<Result> {
  return await run('kubectl', ['apply', '-f', '-'], toYaml(...objects));
}

export type Live = KubernetesObject & {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
  readonly spec: Readonly<Record<string, never>>;
  readonly status?: Readonly<Record<string, never>>;
  readonly data?: Readonly<Record<string, string>>;
};

export async function get(kind: string, name: string, namespace?: string): Promise<Live> {
  return JSON.parse(await kubectl('get', kind, name, ...(namespace === undefined ? [] : ['-n', namespace]), '-o', 'json'));
}

export async function list(kind: string, ...args: readonly string[]): Promise<readonly Live[]> {
  return JSON.parse(await kubectl('get', kind, ...args, '-o', 'json')).items;
}

const toldAt = (condition: object) => ({ ...condition, lastTransitionTime: new Date().toISOString() });

/** What a provider says of what it only looked at: that there is nothing. */
export const foundNothing = () => ({
  conditions: [
    toldAt({ type: 'Synced', status: 'False', reason: 'ReconcileError', message: 'observe failed: external resource does not exist' }),
  ],
});

/** What a provider says of what it only looked at: that there is something, with these tags. */
export const foundWith = (tags: unknown) => ({
  conditions: [toldAt({ type: 'Synced', status: 'True', reason: 'ReconcileSuccess' })],
  atProvider: { tags },
});

/** Plays a provider that has looked; the object may be gone, or asked for in earnest, meanwhile. */
export async function answerLook(object: Live, status: object): Promise<void> {
  const { name, namespace = '' } = object.metadata;
  const target = [`${object.kind}.${groupOf(object)}`, name, '-n', namespace];
  await run('kubectl', ['patch', ...target, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status })]);
}

const withoutFinalizers = ['--type=merge', '-p', '{"metadata":{"finalizers":null}}'];

/**
 * Takes a namespace's claims and all that they composed away as a cluster does whose etcd is lost: no object is left, and nothing
 * outside of it was told.
 */
export async function loseClaims(namespace: string): Promise<void> {
  await kubectl('annotate', 'claim', '--all', '-n', namespace, 'crossplane.io/paused=true');
  await run('kubectl', ['delete', 'usages.protection.crossplane.io', '--all', '-n', namespace]);
  for (const kind of ['managed', 'claim']) {
    for (const object of await list(kind, '-n', namespace)) {
      const target = [`${object.kind}.${groupOf(object)}`, object.metadata.name, '-n', namespace];
      // A provider that is not paused drops what is outside before its finalizer is taken off.
      await kubectl('annotate', ...target, '--overwrite', 'crossplane.io/paused=true');
      await kubectl('delete', ...target, '--wait=false', '--cascade=background');
      await run('kubectl', ['patch', ...target, ...withoutFinalizers]);
    }
  }
  await eventually(async () => {
    const left = await list('claim,managed,secrets', '-n', namespace);
    const owned = left.filter(({ metadata }) => (metadata as { ownerReferences?: unknown }).ownerReferences !== undefined);
    if (owned.length > 0) throw new Error(`left: ${owned.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', ')}`);
  });
}

export const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Tries until it works; the last failure is the error. */
export async function eventually<T>(what: () => Promise<T>, seconds = 120): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await what();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(500);
    }
  }
}

/** Makes Crossplane look at a claim again. */
export async function touch(namespace: string, name: string, resource = 'appdatabase'): Promise<void> {
  await kubectl('annotate', resource, name, '-n', namespace, '--overwrite', `example.com/touched=${Date.now()}`);
}

/** The same of what Crossplane makes of a claim, which is touched until it looks at it, since it leaves out events of busy ones. */
export async function oncePassed<T>(namespace: string, name: string, resource: string, what: () => Promise<T>): Promise<T> {
  return await eventually(async () => {
    try {
      return await what();
    } catch (error) {
      await sleep(3000);
      await touch(namespace, name, resource);
      throw error;
    }
  });
}

export interface Said {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** What a condition of an object says, but for since when, and of which of its generations. */
export function saidOf(object: Live, type: string): Said | undefined {
  const found = conditionOf(object, type);
  return found && ({ status: found.status, reason: found.reason, message: found.message } as Said);
}

/** What a claim says of how far all that it needs is. */
export async function provisioned(namespace: string, name: string, resource = 'appdatabase'): Promise<string> {
  return String(conditionOf(await get(resource, name, namespace), 'Provisioned')?.message);
}

/** What a claim is told that it would lose, and the command of kubectl by which that is acknowledged. */
export async function lossOf(
  namespace: string,
  name: string,
  resource = 'appdatabase',
): Promise<{ readonly told: string; readonly command: readonly string[] }> {
  return await oncePassed(namespace, name, resource, async () => {
    const said = String(conditionOf(await get(resource, name, namespace), 'Allowed')?.message);
    const [told = '', command] = said.split('; if that loss is meant, run: kubectl ');
    if (command === undefined) throw new Error(`${resource} ${name} is told of no loss: ${said}`);
    return { told, command: command.split(' ') };
  });
}

/**
 * Waits until a claim is ready as it is now. Crossplane leaves out events of a claim that changed fifty times in a minute, as
 * claims of tests do, but for one in thirty seconds: such a claim is touched until that one comes.
 */
export async function ready(namespace: string, name: string, seconds = 180, resource = 'appdatabase'): Promise<void> {
  await eventually(async () => {
    const { code, stderr } = await run('kubectl', [
      'wait',
      `${resource}/${name}`,
      '-n',
      namespace,
      '--for=condition=Ready',
      '--timeout=10s',
    ]);
    if (code === 0) return;
    const { status } = await get(resource, name, namespace);
    const conditions = (status?.['conditions'] ?? []) as readonly { readonly type: string; readonly reason: string }[];
    if (conditions.some(({ reason }) => reason === 'WatchCircuitOpen')) await touch(namespace, name, resource);
    throw new Error(`${stderr}\n${await kubectl('describe', resource, name, '-n', namespace)}`);
  }, seconds);
}

export async function makeNamespace(name: string, environment?: string): Promise<void> {
  await apply({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, ...(environment !== undefined && { labels: { [environmentLabel]: environment } }) },
  });
}

/** Deletes namespaces with all that is in them, whatever protects it: first the claims, until all that they made is gone. */
export async function removeNamespaces(...names: readonly string[]): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      if ((await run('kubectl', ['get', 'namespace', name])).code !== 0) return;
      const claims = ['claim', '--all', '-n', name];
      // Crossplane makes a Usage again at once, unless it leaves the claim alone.
      await run('kubectl', ['annotate', ...claims, '--overwrite', 'crossplane.io/paused=true']);
      await eventually(async () => {
        await kubectl('delete', 'usages.protection.crossplane.io', '--all', '-n', name);
        await kubectl('delete', ...claims, '--cascade=foreground', '--wait=false');
      });
      await run('kubectl', ['annotate', ...claims, 'crossplane.io/paused-']);
      await eventually(async () => {
        const left = await kubectl('get', 'claim', '-n', name, '-o', 'name');
        if (left !== '') throw new Error(`still there in ${name}: ${left}`);
      }, 200);
      await kubectl('annotate', 'namespace', name, 'platform.internal/deletion=Allow', '--overwrite');
      // What a claim composed may be gone some moments after it.
      await eventually(() => kubectl('delete', 'namespace', name, '--ignore-not-found', '--timeout=120s'));
    }),
  );
}

export function claim(
  namespace: string,
  name: string,
  spec: Readonly<Record<string, unknown>> = { engine: 'postgres' },
  kind = 'AppDatabase',
) {
  return { apiVersion: 'platform.internal/v1alpha1', kind, metadata: { name, namespace }, spec };
}

/** An environment of tier staging, in which new databases are realised with this, and keep nothing. */
export async function makeDatabasesWith(backend: 'container' | 'shared', environment: string, defaults: object = {}): Promise<void> {
  const { shared, images } = at(await get('environmentconfig', 'staging'), 'data') as { readonly shared: object; readonly images?: object };
  const ofDatabases = { backend, persistence: 'Ephemeral', deletion: 'Delete' };
  const data = { tier: 'staging', controlPlane: 'test', shared, defaults: { AppDatabase: ofDatabases, ...defaults } } as const;
  await apply(environmentConfig(environment, { ...data, ...(images && { images }) }));
}

/** The ConfigMap `masks` of a namespace, with what masks the copies of data that name it. */
export const masksOf = (namespace: string, sql: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'masks', namespace },
  data: { 'mask.sql': sql },
});

export async function bindingOf(namespace: string, name: string, suffix = 'database'): Promise<Readonly<Record<string, string>>> {
  const { data } = await get('secret', `${name}-${suffix}`, namespace);
  return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

interface Client {
  readonly image: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** All that it has of the namespace. */
  readonly binding?: { readonly secretName: string; readonly mountPath: string };
}

/** Runs a pod to its end, and returns what it printed. */
export async function inClient(namespace: string, { image, command, env = {}, binding }: Client): Promise<Result> {
  const pod = `client-${Math.random().toString(36).slice(2, 10)}`;
  await apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod, namespace },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'client',
          image,
          command,
          env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
          ...(binding !== undefined && { volumeMounts: [{ name: 'binding', mountPath: binding.mountPath, readOnly: true }] }),
        },
      ],
      ...(binding !== undefined && { volumes: [{ name: 'binding', secret: { secretName: binding.secretName } }] }),
    },
  });
  const phase = await eventually(async () => {
    const { status } = await get('pod', pod, namespace);
    const now = String((status as { phase?: unknown } | undefined)?.phase);
    if (now !== 'Succeeded' && now !== 'Failed') throw new Error(`pod ${pod} is ${now}`);
    return now;
  });
  const output = await kubectl('logs', pod, '-n', namespace);
  await kubectl('delete', 'pod', pod, '-n', namespace, '--wait=false');
  return phase === 'Succeeded' ? { code: 0, stdout: output.trim(), stderr: '' } : { code: 1, stdout: '', stderr: output.trim() };
}

/** Runs a shell command in a pod of the namespace that has nothing but one Secret, at `mountPath`, and returns what it printed. */
export async function inPod(
  namespace: string,
  secretName: string,
  mountPath: string,
  image: string,
  command: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Result> {
  return await inClient(namespace, { image, command: ['/bin/sh', '-c', command], env, binding: { secretName, mountPath } });
}

/** Runs psql with nothing but the binding's URI; another database than its own is to try what should not work. */
export async function psql(namespace: string, name: string, sql: string, database?: string): Promise<Result> {
  const folder = `/bindings/${name}-database`;
  const uri = database === undefined ? `cat ${folder}/uri` : `sed 's#/[^/?]*?#/${database}?#' ${folder}/uri`;
  const command = `PGCONNECT_TIMEOUT=10 psql -X -v ON_ERROR_STOP=1 -qtA -d "$(${uri})" -c "$SQL"`;
  return await inPod(namespace, `${name}-database`, folder, 'docker.io/library/postgres:17', command, { SQL: sql });
}

/** What psql answers with the claim's binding. */
export async function answerOf(namespace: string, name: string, sql: string): Promise<string> {
  const { code, stdout, stderr } = await psql(namespace, name, sql);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** What a rollout of the app `orders` would change: its Deployment, and its pods. */
export async function runsAs(namespace: string) {
  const { metadata } = await get('deployment', 'orders-service', namespace);
  const pods = await list('pods', '-n', namespace, '-l', 'app.kubernetes.io/instance=orders-service');
  return {
    generation: at(metadata, 'generation'),
    revision: metadata.annotations?.['deployment.kubernetes.io/revision'],
    pods: pods.map(({ metadata, status }) => [metadata.uid, at(status, 'containerStatuses', '0', 'restartCount')]).sort(),
  };
}

/** The function that the apps are made by. */
export async function theFunction(): Promise<Live> {
  const { spec } = await get('composition', 'appservices.platform.internal');
  return await get('functions.pkg.crossplane.io', String(at(spec, 'pipeline', '0', 'functionRef', 'name')));
}

/** Waits until the function is served by ready pods of its current revision alone, and by none of those. */
export async function functionServes(before: readonly string[] = []): Promise<readonly string[]> {
  return await eventually(async () => {
    const { metadata, status } = await theFunction();
    const pods = await list('pods', '-n', crossplaneNamespace, '-l', `pkg.crossplane.io/function=${metadata.name}`);
    const serves = (pod: Live) => {
      const isReady = conditionOf(pod, 'Ready')?.status === 'True';
      const isCurrent = at(pod.metadata, 'labels', 'pkg.crossplane.io/revision') === at(status, 'currentRevision');
      return isReady && isCurrent && !before.includes(pod.metadata.uid);
    };
    if (pods.length === 0 || !pods.every(serves))
      throw new Error(`pods of the function: ${pods.map((pod) => pod.metadata.name).join(', ')}`);
    return pods.map((pod) => pod.metadata.uid);
  });
}
