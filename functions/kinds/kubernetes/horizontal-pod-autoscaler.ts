import { conditionOf } from '../../core/readiness.ts';
import { defineKind, inPlace } from '../card.ts';
import { isAtLeast } from '../fields.ts';
import { plainKind } from './built-in.ts';

/** Without metrics it keeps what there is, and its least: all that is missing is what load would add. */
const unmeasured = 'FailedGetResourceMetric';

export const horizontalPodAutoscaler = defineKind({
  ...plainKind('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', 'how many pods there are'),
  standby: [{ path: 'spec.minReplicas', want: 'at least 2', holds: isAtLeast(2) }],
  // https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale-walkthrough/#appendix-horizontal-pod-autoscaler-status-conditions
  ready(observed) {
    const [able, active] = [conditionOf(observed, 'AbleToScale'), conditionOf(observed, 'ScalingActive')];
    // Where the workload is scaled to zero, nothing is scaled, and that is what was asked for.
    const isEnough = active?.status === 'True' || active?.reason === 'ScalingDisabled' || active?.reason === unmeasured;
    if (able?.status === 'True' && isEnough) return true;
    const wrong = [able, active].find((condition) => condition?.status === 'False');
    return typeof wrong?.reason === 'string' ? wrong.reason : '';
  },
  lacks(observed) {
    const active = conditionOf(observed, 'ScalingActive');
    if (active?.status !== 'False' || active.reason !== unmeasured) return undefined;
    return `does not scale by load, since it gets no metrics of the pods (${unmeasured}): where that lasts, have the platform team run goldenpath doctor`;
  },
  // https://github.com/kubernetes-sigs/metrics-server#installation
  restsOn: {
    apiService: 'v1beta1.metrics.k8s.io',
    broughtBy: 'metrics-server',
    install: 'kubectl apply -f https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml',
    without: 'not scaled by load',
  },
  effects: { spec: inPlace('at once, for the next scaling') },
});
