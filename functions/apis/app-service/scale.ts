import { numberAt, stringAt } from '../../core/kubernetes.ts';
import { isGoing } from '../../core/readiness.ts';
import type { ObservedResource } from '../../core/step.ts';
import { isStopped } from '../../kinds/kubernetes/pods.ts';
import type { ServiceSettings } from './schema.ts';

interface Scale {
  readonly min: number;
  readonly max: number;
}

/** How many pods at least and at most. */
export function scaleOf({ replicas, autoscaling: { min, max } }: ServiceSettings): Scale {
  return replicas === undefined ? { min, max } : { min: replicas, max: replicas };
}

/** What of a Deployment says how many pods there are. */
interface Scaled {
  readonly replicas?: number;
  /** Of the Deployment as it was seen: the apiserver refuses what was worked out of one that has changed since. */
  readonly resourceVersion?: string;
}

/**
 * A number that nobody else has set goes back to one when it is no longer sent, so the one that there is is sent until the autoscaler
 * has set its own; one that it set in between is never set back, since what was seen is no longer there.
 */
export function scaledTo({ min, max }: Scale, observed: Readonly<Record<string, ObservedResource>>): Scaled {
  const running = observed['deployment']?.object;
  const scaler = observed['autoscaler']?.object;
  const replicas = numberAt(running, 'spec', 'replicas');
  if (min === max || running === undefined || replicas === undefined || isStopped(running)) return { replicas: min };
  const { resourceVersion } = running.metadata ?? {};
  const asSeen = resourceVersion !== undefined && { resourceVersion };
  const hasScaled = scaler !== undefined && !isGoing(scaler) && stringAt(scaler, 'status', 'lastScaleTime') !== undefined;
  // Nothing is scaled any more where somebody has scaled it to zero; what is too many the autoscaler itself takes away.
  if (!hasScaled) return { replicas: replicas === 0 ? 0 : Math.max(replicas, min), ...asSeen };
  return numberAt(scaler, 'status', 'desiredReplicas') === replicas ? {} : { replicas, ...asSeen };
}
