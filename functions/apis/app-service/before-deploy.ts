import { again } from '../../containers/jobs.ts';
import type { Claim, Composed } from '../../core/api.ts';
import { typed } from '../../core/card.ts';
import { composedName, shortHash } from '../../core/names.ts';
import { isReady } from '../../core/readiness.ts';
import type { ObservedResource } from '../../core/step.ts';
import { job } from '../../kinds/kubernetes/job.ts';
import { instanceLabel } from './labels.ts';
import { instanceBefore } from './network.ts';
import { endingJob, type Given } from './pods.ts';
import { suffix } from './schema.ts';

/** What has to succeed before pods of a template start. */
export interface Before {
  readonly resources: Readonly<Record<string, Composed>>;
  /** What the pods still wait for, for the developer; undefined once they may start. */
  readonly waitsFor: string | undefined;
}

/** Keys of its Jobs: as short as a Job's name, which is a label of its pods, wants it. */
const part = 'first-';

const jobsIn = (observed: Readonly<Record<string, ObservedResource>>) => Object.entries(observed).filter(([key]) => key.startsWith(part));

/** The labels of its pods, which no Service and no Deployment takes for those that serve. */
const labelsOf = (labels: Readonly<Record<string, string>>, name: string) => ({ ...labels, [instanceLabel]: instanceBefore(name) });

interface Around {
  readonly claim: Claim;
  readonly labels: Readonly<Record<string, string>>;
  readonly observed: Readonly<Record<string, ObservedResource>>;
  /** Whether all is there that its pods need. */
  readonly canStart: boolean;
}

/** The Job of a revision. One of an earlier revision that still runs is left to end, since two at once could undo each other's work. */
export function beforeDeploy(given: Given, template: object, { claim, labels, observed, canStart }: Around): Before {
  const { settings, account } = given;
  const said = settings.beforeDeploy;
  const step = said && {
    ...endingJob(given, labelsOf(labels, account), { image: settings.image, command: said.command, args: said.args }),
    activeDeadlineSeconds: said.timeoutSeconds,
  };
  const key = step && `${part}${shortHash(JSON.stringify([template, step]))}`;
  const running = jobsIn(observed).filter(([other, { object }]) => other !== key && typeof job.ready(object) === 'string');
  const earlier = Object.fromEntries(running.map(([other, { object }]) => [other, again(object)]));
  if (step === undefined || key === undefined) return { resources: earlier, waitsFor: undefined };

  const name = composedName(claim, suffix, key);
  const own = observed[key];
  const [first] = running;
  const starts = own !== undefined || (canStart && first === undefined);
  const resources = {
    ...earlier,
    ...(starts && { [key]: { object: { ...typed(job), metadata: { name, labels: labelsOf(labels, account) }, spec: step } } }),
  };
  if (isReady(job, own)) return { resources, waitsFor: undefined };
  if (first !== undefined && own === undefined) {
    return { resources, waitsFor: `Job ${first[1].object.metadata?.name}, which runs spec.beforeDeploy of what was asked for before` };
  }
  const at = `-n ${claim.namespace}`;
  const hasFailed = own !== undefined && typeof job.ready(own.object) === 'object';
  const how = hasFailed
    ? `, which failed: kubectl logs ${at} job/${name} says why; kubectl delete job ${at} ${name} has it tried again`
    : ` to succeed: kubectl logs ${at} job/${name} shows how far it is`;
  const until = observed['deployment'] === undefined ? '' : '; until then the pods of before serve';
  return { resources, waitsFor: `spec.beforeDeploy${how}${until}` };
}
