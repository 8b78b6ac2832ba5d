import { afterAll, beforeAll, expect, test } from 'vitest';
import { environmentConfig } from '../request.ts';
import { apply, bindingOf, claim, eventually, get, kubectl, list, makeNamespace, psql, ready, removeNamespaces } from './cluster.ts';

const name = 'container-database';

const environment = (images: Readonly<Record<string, string>> = {}) =>
  environmentConfig(name, {
    tier: 'staging',
    controlPlane: 'test',
    images,
    defaults: { AppDatabase: { backend: 'container', persistence: 'Persistent' } },
  });

const folder = `/var/tmp/${name}`;

/** Runs a command as root on the folder of the node. */
async function onNode(command: string): Promise<void> {
  const pod = { name, namespace: 'shared' };
  await kubectl('delete', 'pod', name, '-n', 'shared', '--ignore-not-found');
  await apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: pod,
    spec: {
      restartPolicy: 'Never',
      volumes: [{ name: 'data', hostPath: { path: folder, type: 'DirectoryOrCreate' } }],
      containers: [
        {
          name,
          image: 'docker.io/library/postgres:17',
          command: ['sh', '-c', command],
          securityContext: { runAsUser: 0 },
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
      ],
    },
  });
  await kubectl('wait', 'pod', name, '-n', 'shared', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=60s');
  await kubectl('delete', 'pod', name, '-n', 'shared');
}

/** A cluster that makes no volumes by itself is given one. */
async function volume(): Promise<void> {
  if ((await list('storageclasses')).length > 0) return;
  await onNode('rm -rf /data/* && chmod 777 /data');
  await apply({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage: '200Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      claimRef: { namespace: name, name: 'data-orders-database-0' },
      hostPath: { path: folder },
    },
  });
}

async function cleanUp(): Promise<void> {
  await removeNamespaces(name);
  await kubectl('delete', 'environmentconfigs', name, '--ignore-not-found');
  await kubectl('delete', 'persistentvolumes', name, '--ignore-not-found');
}

beforeAll(async () => {
  await cleanUp();
  await volume();
  await apply(environment());
  await makeNamespace(name, name);
  await apply(claim(name, 'orders', { engine: 'postgres', deletion: 'Snapshot' }));
  await ready(name, 'orders');
  expect(await psql(name, 'orders', "CREATE TABLE t (v text); INSERT INTO t VALUES ('kept')")).toEqual({ code: 0, stdout: '', stderr: '' });
});

afterAll(cleanUp);

const keeps = async () => expect(await psql(name, 'orders', 'TABLE t')).toEqual({ code: 0, stdout: 'kept', stderr: '' });

/** Waits until the pod is of the StatefulSet's last revision, and serves. */
async function rolledOut(): Promise<void> {
  await eventually(async () => {
    const { status } = await get('statefulset', 'orders-database', name);
    const { currentRevision, updateRevision, readyReplicas } = status as unknown as Readonly<Record<string, unknown>>;
    expect([currentRevision, readyReplicas]).toEqual([updateRevision, 1]);
  });
  await ready(name, 'orders');
}

/** Waits until the pod is of another revision than this one, and hangs. */
async function stuck(revision: unknown): Promise<void> {
  await eventually(async () => {
    const [pod] = await list('pods', '-n', name, '-l', 'app.kubernetes.io/instance=orders-database');
    const [state] = (pod?.status as unknown as { containerStatuses?: readonly { ready: boolean }[] } | undefined)?.containerStatuses ?? [];
    expect([pod?.metadata['labels' as never]?.['controller-revision-hash'] === revision, state?.ready]).toEqual([false, false]);
  });
}

const revision = async () => (await get('statefulset', 'orders-database', name)).status?.['currentRevision'];

test('a claim that is applied again has a new password, which its kept data takes', async () => {
  const { password } = await bindingOf(name, 'orders');
  await kubectl('delete', 'appdatabase', 'orders', '-n', name, '--cascade=foreground', '--timeout=120s');
  await apply(claim(name, 'orders', { engine: 'postgres', deletion: 'Snapshot' }));
  await ready(name, 'orders');
  expect((await bindingOf(name, 'orders'))['password']).not.toBe(password);
  await keeps();
});

test('a password is taken for what it is, whatever is in it', async () => {
  const odd = `it's "$(touch /tmp/odd)" \`id\` \\n %s; -- `;
  const patch = JSON.stringify({ stringData: { password: odd } });
  await kubectl('patch', 'secret', 'orders-database', '-n', name, '--type=merge', '-p', patch);
  await kubectl('delete', 'pod', 'orders-database-0', '-n', name, '--wait=true');
  await rolledOut();
  await eventually(async () => expect((await bindingOf(name, 'orders'))['password']).toBe(odd));
  await keeps();
  const found = await kubectl('exec', 'orders-database-0', '-n', name, '--', 'sh', '-c', 'ls /tmp; cat /proc/[0-9]*/cmdline');
  expect(found).not.toContain('odd');
  expect(found).not.toContain("it's");
  expect(await kubectl('logs', 'orders-database-0', '-n', name)).not.toContain("it's");
});

test('a rollout that does not start heals once its cause is gone', async () => {
  const before = await revision();
  await apply(environment({ postgres: 'registry.invalid/postgres' }));
  await kubectl('annotate', 'appdatabase', 'orders', '-n', name, '--overwrite', 'example.com/touched=1');
  await stuck(before);
  await apply(environment());
  await kubectl('annotate', 'appdatabase', 'orders', '-n', name, '--overwrite', 'example.com/touched=2');
  await rolledOut();
  await keeps();
});
