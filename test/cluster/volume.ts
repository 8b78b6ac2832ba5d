import { apply, kubectl, list, removeNamespaces } from './cluster.ts';

/** Runs a command as root on a folder of the node, which it finds as `/data`. */
async function onNode(name: string, folder: string, command: string): Promise<void> {
  await kubectl('delete', 'pod', name, '-n', 'shared', '--ignore-not-found');
  await apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shared' },
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

/** A cluster that makes no volumes by itself is given one, called after the namespace whose AppDatabase is to have it. */
export async function volumeFor(namespace: string, database = 'orders'): Promise<void> {
  if ((await list('storageclasses')).length > 0) return;
  const folder = `/var/tmp/${namespace}`;
  await onNode(namespace, folder, 'rm -rf /data/* && chmod 777 /data');
  await apply({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: namespace },
    spec: {
      capacity: { storage: '200Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      claimRef: { namespace, name: `data-${database}-database-0` },
      hostPath: { path: folder },
    },
  });
}

/** Takes away a namespace with the environment and the volume that are called after it. */
export async function removeWithVolume(namespace: string): Promise<void> {
  await removeNamespaces(namespace);
  await kubectl('delete', 'environmentconfigs', namespace, '--ignore-not-found');
  await kubectl('delete', 'persistentvolumes', namespace, '--ignore-not-found');
}
