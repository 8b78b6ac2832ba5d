import { at, stringAt } from '../../core/kubernetes.ts';
import type { ObservedResource } from '../../core/step.ts';

/** An annotation of the pods that were started last: those of a Deployment, a CronJob, or a Job before either. */
export function startedWith(observed: Readonly<Record<string, ObservedResource>>, annotation: string): string | undefined {
  const templates = Object.entries(observed)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, { object }]) => [at(object, 'spec', 'template'), at(object, 'spec', 'jobTemplate', 'spec', 'template')]);
  return templates.map((template) => stringAt(template, 'metadata', 'annotations', annotation)).find((found) => found !== undefined);
}
