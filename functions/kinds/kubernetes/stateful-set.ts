import { stringAt } from '../../core/kubernetes.ts';
import { defineKind, inPlace, none, replace, unnoticed } from '../card.ts';
import { byCounts } from '../ready.ts';
import { refused } from './built-in.ts';
import { isGated, podKind, replacedPods, scaledWithData, standing } from './pods.ts';

const retention = ['spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted'];

export const statefulSet = defineKind({
  ...podKind('apps/v1', 'StatefulSet', 'statefulsets'),
  // A volume of its own is a claim for a volume, which Kubernetes makes and which outlives its pods.
  data: none('its volumes are claims of their own'),
  volumes: { path: 'spec.volumeClaimTemplates' },
  // Its pods carry the name and an 11-character hash in a label.
  names: [{ path: ['metadata', 'name'], most: 52 }],
  ready: byCounts(
    (status, wanted) => status('updatedReplicas') >= wanted && status('readyReplicas') >= wanted,
    ({ metadata }) => `kubectl describe pod ${metadata?.name}-0 says why`,
  ),
  price: standing,
  // https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/: all else of its spec is immutable.
  effects: {
    'spec.template': (change) => (isGated(change.is) ? inPlace() : replacedPods(change, 'down until the new pod is ready')),
    'spec.persistentVolumeClaimRetentionPolicy': ({ is }) =>
      inPlace('no downtime', stringAt(is, ...retention) === 'Delete' ? 'its volumes go when it does' : undefined),
    'spec.replicas': scaledWithData,
    ...unnoticed('spec.updateStrategy', 'spec.minReadySeconds', 'spec.revisionHistoryLimit'),
    spec: replace(refused),
  },
  gated: ['spec.updateStrategy.rollingUpdate.maxUnavailable'],
});
