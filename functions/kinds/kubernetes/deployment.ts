import { at } from '../../core/kubernetes.ts';
import { conditionOf } from '../../core/readiness.ts';
import { defineKind, inPlace, none, replace } from '../card.ts';
import { byCounts } from '../ready.ts';
import { refused } from './built-in.ts';
import { podKind, replacedPods, rescaled, standing } from './pods.ts';

const counted = byCounts(
  (status, wanted) => status('updatedReplicas') >= wanted && status('availableReplicas') >= wanted,
  (observed) => (at(observed, 'spec', 'paused') === true ? 'it is paused' : ''),
);

export const deployment = defineKind({
  ...podKind('apps/v1', 'Deployment', 'deployments'),
  data: none('what it keeps goes with its pods'),
  // https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status
  ready(observed) {
    const progressing = conditionOf(observed, 'Progressing');
    if (progressing?.status === 'False')
      return { failed: `its pods do not become ready: ${String(progressing.message || progressing.reason)}` };
    return counted(observed);
  },
  price: standing,
  // https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/
  effects: {
    'spec.selector': replace(refused),
    'spec.replicas': rescaled,
    'spec.template': (change) =>
      replacedPods(
        change,
        at(change.is, 'spec', 'strategy', 'type') === 'Recreate'
          ? 'down until the new pods are ready'
          : 'a rolling update: new pods come before the old ones go',
      ),
    spec: inPlace(),
  },
});
