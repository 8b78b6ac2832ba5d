import { conditionOf } from '../../core/readiness.ts';
import { defineKind, inPlace } from '../card.ts';
import { isAtLeast } from '../fields.ts';
import { plainKind } from './built-in.ts';

export const horizontalPodAutoscaler = defineKind({
  ...plainKind('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', 'how many pods there are'),
  standby: [{ path: 'spec.minReplicas', want: 'at least 2', holds: isAtLeast(2) }],
  // https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale-walkthrough/#appendix-horizontal-pod-autoscaler-status-conditions
  ready(observed) {
    const [able, active] = [conditionOf(observed, 'AbleToScale'), conditionOf(observed, 'ScalingActive')];
    // Where the workload is scaled to zero, nothing is scaled, and that is what was asked for.
    if (able?.status === 'True' && (active?.status === 'True' || active?.reason === 'ScalingDisabled')) return true;
    const wrong = [able, active].find((condition) => condition?.status === 'False');
    return typeof wrong?.reason === 'string' ? wrong.reason : '';
  },
  effects: { spec: inPlace('at once, for the next scaling') },
});
