import { defineKind, none } from '../card.ts';
import { byCounts } from '../ready.ts';
import { fleeting, podKind, replacedPods } from './pods.ts';

export const daemonSet = defineKind({
  ...podKind('apps/v1', 'DaemonSet', 'daemonsets'),
  data: none('what it keeps goes with its pods'),
  // https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/daemon-set-v1/#DaemonSetStatus
  ready: byCounts((status) =>
    ['updatedNumberScheduled', 'numberAvailable'].every((field) => status(field) >= status('desiredNumberScheduled')),
  ),
  price: fleeting,
  effects: { 'spec.template': (change) => replacedPods(change, 'the pods are replaced, node after node') },
});
