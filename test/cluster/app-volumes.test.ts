import { afterAll, beforeAll, expect, test } from 'vitest';
import { at } from '../../functions/core/kubernetes.ts';
import { environmentConfig } from '../request.ts';
import { apply, claim, eventually, get, kubectl, list, lossOf, makeNamespace, oncePassed, ready, run, tryApply } from './cluster.ts';
import { removeWithVolume } from './volume.ts';

/** From `.ci/app-image.sh`. */
const image = 'registry.example.com/shop/orders:1.0.0';
const namespace = 'apps-volumes';
const folder = `/var/tmp/${namespace}`;
const claimed = 'data-orders-service-volume-uploads-0';

/** Runs a command as root on the folder of the node. */
async function onNode(command: string): Promise<void> {
  await kubectl('delete', 'pod', namespace, '-n', 'shared', '--ignore-not-found');
  await apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: namespace, namespace: 'shared' },
    spec: {
      restartPolicy: 'Never',
      volumes: [{ name: 'data', hostPath: { path: folder, type: 'DirectoryOrCreate' } }],
      containers: [
        {
          name: 'root',
          image,
          command: ['sh', '-c', command],
          securityContext: { runAsUser: 0 },
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
      ],
    },
  });
  await kubectl('wait', 'pod', namespace, '-n', 'shared', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=60s');
  await kubectl('delete', 'pod', namespace, '-n', 'shared');
}

const cleanUp = () => removeWithVolume(namespace);

beforeAll(async () => {
  await cleanUp();
  await onNode('rm -rf /data/* && chmod 777 /data');
  // A cluster of tests makes no volumes by itself.
  await apply({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: namespace },
    spec: {
      capacity: { storage: '20Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: 'by-hand',
      claimRef: { namespace, name: claimed },
      hostPath: { path: folder },
    },
  });
  await apply(
    environmentConfig(namespace, {
      tier: 'dev',
      volumes: { accessMode: 'ReadWriteOnce', storageClassName: 'by-hand' },
      policies: { 'allowed-registries': { allow: ['registry.example.com/shop'] } },
    }),
  );
  await makeNamespace(namespace, namespace);
  await kubectl('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted');
});
afterAll(cleanUp);

const writing = `
import os, time
path = "/var/uploads/log"
if os.path.isdir("/var/uploads"):
    open(path, "a").write(os.environ["WORD"] + " ")
    print(open(path).read(), flush=True)
time.sleep(3600)`;
const app = (word: string, more: object = {}) =>
  claim(namespace, 'orders', { image, command: ['python3', '-c', writing], env: { WORD: word }, graceSeconds: 1, ...more }, 'AppService');
const kept = (word: string, deletion: string, storageGiB = 20) =>
  app(word, { volumes: [{ name: 'uploads', path: '/var/uploads', persistent: { storageGiB } }], deletion });

const looked = (what: () => Promise<void>) => oncePassed(namespace, 'orders', 'appservice', what);
const said = async (words: string) =>
  looked(async () => {
    const pods = await list('pods', '-n', namespace, '-l', 'app.kubernetes.io/instance=orders-service');
    expect(pods.length).toBe(1);
    expect((await kubectl('logs', '-n', namespace, String(pods[0]?.metadata.name))).trim()).toBe(words);
  });
const ownersOf = async () => {
  const owners = at(await get('pvc', claimed, namespace), 'metadata', 'ownerReferences') as
    | readonly { readonly kind: string }[]
    | undefined;
  return (owners ?? []).map(({ kind }) => kind);
};
const keeper = async () => {
  const { spec, status } = await get('statefulset', 'orders-service-volume-uploads', namespace);
  return [at(spec, 'replicas'), at(status, 'replicas')];
};
const refusal = async () => {
  const conditions = at((await get('appservice', 'orders', namespace)).status, 'conditions') as readonly {
    readonly type: string;
    readonly reason: string;
  }[];
  return conditions.filter(({ type }) => type === 'Allowed' || type === 'Resolved').map(({ reason }) => reason);
};

test('an app that runs comes to have a volume, which outlives its pods', async () => {
  await apply(app('none'));
  await ready(namespace, 'orders', 60, 'appservice');
  await apply(kept('one', 'Snapshot'));
  await said('one');
  await ready(namespace, 'orders', 60, 'appservice');
  await looked(async () => expect([await keeper(), await ownersOf()]).toEqual([[0, 0], []]));
  const { spec } = await get('deployment', 'orders-service', namespace);
  expect(at(spec, 'strategy')).toEqual({ type: 'Recreate' });
  await apply(kept('two', 'Snapshot'));
  await said('one two');
});

test('a volume keeps its size, and is not let go without being acknowledged', async () => {
  const resized = await tryApply(kept('two', 'Snapshot', 10));
  expect(resized.stderr).toContain('storageGiB of a volume cannot be changed: move the data to another volume');
  const both = { name: 'uploads', path: '/var/uploads', sizeMiB: 10, persistent: { storageGiB: 20 } };
  expect((await tryApply(app('two', { volumes: [both] }))).stderr).toContain('a volume has sizeMiB, or is persistent: say one of the two');
  await kubectl('patch', 'appservice', 'orders', '-n', namespace, '--type=merge', '-p', '{"spec":{"volumes":[]}}');
  await looked(async () => expect(await refusal()).toContain('WouldRemove'));
  expect(await keeper()).toEqual([0, 0]);
  await apply(kept('two', 'Snapshot'));
  await ready(namespace, 'orders', 60, 'appservice');
});

test('a volume that a claim kept is found again by the claim of its name', async () => {
  await kubectl('delete', 'appservice', 'orders', '-n', namespace, '--timeout=60s');
  await eventually(async () => expect(await list('deployments,statefulsets,pods', '-n', namespace)).toEqual([]));
  expect(at(await get('pvc', claimed, namespace), 'status', 'phase')).toBe('Bound');
  await apply(kept('three', 'Protect'));
  await said('one two three');
  await looked(async () => expect(await keeper()).toEqual([0, 0]));
  const { code, stderr } = await run('kubectl', ['delete', 'appservice', 'orders', '-n', namespace, '--timeout=20s']);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('spec.deletion of AppService orders is Protect') });
});

test('with deletion: Delete, which is acknowledged, nothing is kept', async () => {
  await apply(kept('three', 'Delete'));
  const { told, command } = await lossOf(namespace, 'orders', 'appservice');
  expect([told, await keeper()]).toEqual([
    'cannot apply: spec.deletion: got "Delete" in place of "Protect": deleting the claim then deletes its persistent volumes',
    [0, 0],
  ]);
  await kubectl(...command);
  await looked(async () => expect([await keeper(), await ownersOf()]).toEqual([[0, 0], ['StatefulSet']]));
  await kubectl('delete', 'appservice', 'orders', '-n', namespace, '--timeout=60s');
  await eventually(async () => expect(await list('pvc', '-n', namespace)).toEqual([]));
});
