import type { Composed, Pending } from '../core/api.ts';
import { typed } from '../core/card.ts';
import { numberAt, stringAt } from '../core/kubernetes.ts';
import { shortHash } from '../core/names.ts';
import { conditionOf, isReady } from '../core/readiness.ts';
import type { ObservedResource } from '../core/step.ts';
import { job } from '../kinds/kubernetes/job.ts';
import { statefulSet } from '../kinds/kubernetes/stateful-set.ts';
import { again } from './jobs.ts';

/** Keys of the Jobs that pull images, as short as a Job's name, which is a label of its pods, wants it. */
const part = 'pull-';

export const pullKinds = { 'pull-*': job };

/** No pod of a StatefulSet of one has so high a number, so that each stays what it is, also when it is started again. */
const heldPartition = 1;

interface Pulls {
  readonly namespace: string;
  /** Of the StatefulSet. */
  readonly name: string;
  readonly image: string;
  /** The environment, and its field that the image is from. */
  readonly from: { readonly environment: string; readonly field: string };
  /** The pods' own labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** What their pod and container may do. */
  readonly security: { readonly pod: object; readonly container: object };
  readonly observed: Readonly<Record<string, ObservedResource>>;
}

export interface Pull {
  readonly resources: Readonly<Record<string, Composed>>;
  readonly pending: Readonly<Record<string, Pending>>;
  /** What the StatefulSet's rolling update says besides, while its pods keep the image that they run. */
  readonly held: { readonly partition?: number };
}

/** It starts the image beside the server, and does nothing in it; Kubernetes ends it, and takes it and its pods away. */
function pullingJob({ name, image, labels, security, observed: _, ...around }: Pulls & { readonly job: string }): Composed {
  const own = { ...labels, 'app.kubernetes.io/instance': around.job };
  return {
    object: {
      ...typed(job),
      metadata: { name: around.job, labels: own },
      spec: {
        backoffLimit: 1,
        // One that cannot be pulled is tried again from the start, and leaves no pod behind.
        activeDeadlineSeconds: 300,
        ttlSecondsAfterFinished: 60,
        template: {
          metadata: { labels: own },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            restartPolicy: 'Never',
            securityContext: security.pod,
            affinity: {
              podAffinity: {
                preferredDuringSchedulingIgnoredDuringExecution: [
                  { weight: 100, podAffinityTerm: { labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' } },
                ],
              },
            },
            containers: [
              {
                name,
                image,
                command: ['/bin/sh', '-c', 'exit 0'],
                resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '100m', memory: '64Mi' } },
                securityContext: security.container,
              },
            ],
          },
        },
      },
    },
  };
}

const imageOf = (observed: ObservedResource | undefined) =>
  stringAt(observed?.object, 'spec', 'template', 'spec', 'containers', '0', 'image');

/**
 * Another image than the one that a server runs is pulled by a Job first. Until that has succeeded the StatefulSet has the new
 * template, and its pod the last one. A server that is made has none to keep.
 */
export function pulledFirst(given: Pulls): Pull {
  const { namespace, name, image, from, observed } = given;
  const { server } = observed;
  const running = imageOf(server);
  const isHeld = numberAt(server?.object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') === heldPartition;
  const key = `${part}${shortHash(image)}`;
  const own = observed[key];
  const left = Object.fromEntries(
    Object.entries(observed).flatMap(([other, { object }]) => (other.startsWith(part) ? [[other, again(object)]] : [])),
  );
  const isPulled = isReady(job, own) && imageOf(own) === image;
  if (running === undefined || (running === image && !isHeld) || isPulled) return { resources: left, pending: {}, held: {} };

  const jobName = `${name}-${key}`;
  const failed = conditionOf(own?.object, 'Failed');
  const how =
    failed?.status === 'True' ? `, which failed and is tried again (${String(failed.message || failed.reason)})` : ' to be pulled';
  const waitsFor =
    `image ${image}${how}: kubectl describe pod -n ${namespace} -l job-name=${jobName} says how far it is; until then it runs on with the image that it has; ` +
    `EnvironmentConfig "${from.environment}": ${from.field} says where the image is from`;
  return {
    resources: { ...left, ...(own === undefined && { [key]: pullingJob({ ...given, job: jobName }) }) },
    pending: { server: { ...typed(statefulSet), name, waitsFor } },
    held: { partition: heldPartition },
  };
}
