import type { Expansion } from '../../core/api.ts';
import { stoppedAt } from '../../kinds/kubernetes/pods.ts';
import { scaleOf } from './scale.ts';
import type { ServiceSettings } from './schema.ts';

/** An app without pods: nothing scales it, nothing is told of it, and nothing begins; what is in its way to start can wait. */
export function stopped(expansion: Expansion, settings: ServiceSettings, isObserved: (key: string) => boolean): Expansion {
  if (expansion.refusal !== undefined) return expansion;
  const { autoscaler: _, alerts: __, deployment, 'cron-job': cronJob, ...rest } = expansion.resources;
  const { min, max } = scaleOf(settings);
  const kept = Object.entries(rest).filter(([key]) => !key.startsWith('first-') || isObserved(key));
  return {
    ...expansion,
    resources: {
      ...Object.fromEntries(kept),
      ...(deployment && { deployment: { object: stoppedAt(deployment.object, min, max) } }),
      ...(cronJob && {
        'cron-job': { object: { ...cronJob.object, spec: { ...(cronJob.object['spec'] as object | undefined), suspend: true } } },
      }),
    },
    pending: {},
    stopped: true,
  };
}
