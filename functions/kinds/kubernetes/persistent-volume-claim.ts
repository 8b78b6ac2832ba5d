import { stringAt } from '../../core/kubernetes.ts';
import { defineKind, inPlace, none, replace, unreachable } from '../card.ts';
import { inCluster, refused } from './built-in.ts';
import { volume } from './pods.ts';

export const persistentVolumeClaim = defineKind({
  ...inCluster('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  ...unreachable('nobody connects to it'),
  pods: none('others make the pods that mount it'),
  data: {
    fixed: [
      ['spec', 'storageClassName'],
      ['spec', 'volumeName'],
      ['spec', 'volumeMode'],
    ],
    growing: [['spec', 'resources', 'requests', 'storage']],
    survives: 'its volume, where its class retains that',
  },
  deletionProtection: none('Kubernetes keeps it only while a pod mounts it'),
  finalSnapshot: none('Kubernetes takes none'),
  outliving: none('its class says whether its volume stays'),
  atRest: none('its class says so'),
  standby: none('its class says so'),
  backups: none('only whoever runs the cluster can make some, of volumes'),
  // https://kubernetes.io/docs/concepts/storage/persistent-volumes/#phase; a class may wait for the first pod.
  ready(observed) {
    const phase = stringAt(observed, 'status', 'phase');
    if (phase === 'Lost') return { failed: 'its volume is gone: have the platform team look for it' };
    return phase === 'Bound' || phase === 'Pending' || '';
  },
  price: { ids: ['ebs/gp3-gib-month'], items: (object) => [volume(object, '', 1)] },
  effects: { 'spec.resources': inPlace('no downtime, where its class can grow volumes'), spec: replace(refused) },
});
