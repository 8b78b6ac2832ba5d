import { groupKind, type KubernetesObject } from '../core/kubernetes.ts';
import type { StepRequest } from '../core/pipeline.ts';

/** What was observed of the resources that are wanted now; whoever edits a claim can have anything else observed beside them. */
export function runningOf(
  { observed }: Pick<StepRequest, 'observed'>,
  wanted: Readonly<Record<string, KubernetesObject>>,
): Readonly<Record<string, KubernetesObject>> {
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([key, object]) => {
      const running = observed[key]?.object;
      return running !== undefined && groupKind(running) === groupKind(object) ? [[key, running]] : [];
    }),
  );
}
