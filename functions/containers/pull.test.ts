import { describe, expect, test } from 'vitest';
import { provisioned } from '../../test/lived.ts';
import { environmentConfig, everything, type Given, observedAfter, stepRequest } from '../../test/request.ts';
import { at, type KubernetesObject } from '../core/kubernetes.ts';
import { shortHash } from '../core/names.ts';
import type { ObservedResource, StepResponse } from '../core/step.ts';
import { expand } from '../expand/expand.ts';
import { guard } from '../guard/guard.ts';

const publicImage = 'docker.io/library/postgres';
const copy = 'registry.example.com/copies/postgres';
const key = `pull-${shortHash(`${copy}:17`)}`;
const jobName = `orders-database-${key}`;

type Observed = Readonly<Record<string, ObservedResource>>;

const given = (repository: string, observed: Observed = {}, spec: object = {}): Given => ({
  environment: 'here',
  environments: [environmentConfig('here', { ...everything, tier: 'dev', images: { postgres: repository } })],
  observed,
  spec,
});

const run = (...args: Parameters<typeof given>) => expand(stepRequest(given(...args)));

/** What was applied, as the cluster has it; a Job is what `state` says. */
function seen(response: StepResponse, state: object = {}): Record<string, ObservedResource> {
  const observed = observedAfter(response);
  return Object.fromEntries(
    Object.entries(observed).map(([name, resource]) => [
      name,
      resource.object.kind === 'Job' ? { ...resource, object: { ...resource.object, status: state } as KubernetesObject } : resource,
    ]),
  );
}

const complete = { conditions: [{ type: 'Complete', status: 'True' }], succeeded: 1 };
const message = 'Job was active longer than specified deadline';
const failed = { conditions: [{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded', message }] };

const serverOf = ({ desired }: StepResponse) => desired['server']?.object;
const held = (response: StepResponse) => [
  at(serverOf(response), 'spec', 'updateStrategy'),
  at(serverOf(response), 'spec', 'template', 'spec', 'containers', '0', 'image'),
];
const jobsOf = ({ desired }: StepResponse) => Object.keys(desired).filter((name) => name.startsWith('pull-'));
const rolling = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } };
const holding = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2, partition: 1 } };

const first = run(publicImage);
const asked = run(copy, seen(first));

describe('another image than the one that runs', () => {
  test('is not pulled by itself where nothing runs yet', () => {
    expect([held(first), jobsOf(first)]).toEqual([[rolling, `${publicImage}:17`], []]);
  });

  test('is pulled first by a Job that does nothing else, beside the pod, while that stays what it is', () => {
    const labels = {
      'app.kubernetes.io/name': 'postgres',
      'app.kubernetes.io/instance': 'orders-database',
      'app.kubernetes.io/managed-by': 'golden-path',
    };
    const own = { ...labels, 'app.kubernetes.io/instance': jobName };
    const term = { labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' };
    expect(held(asked)).toEqual([holding, `${copy}:17`]);
    expect(asked.desired[key]).toEqual({
      object: {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: jobName, labels: own },
        spec: {
          backoffLimit: 1,
          activeDeadlineSeconds: 300,
          ttlSecondsAfterFinished: 60,
          template: {
            metadata: { labels: own },
            spec: {
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              restartPolicy: 'Never',
              securityContext: {
                runAsNonRoot: true,
                runAsUser: 999,
                runAsGroup: 999,
                fsGroup: 999,
                seccompProfile: { type: 'RuntimeDefault' },
              },
              affinity: {
                podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] },
              },
              containers: [
                {
                  name: 'orders-database',
                  image: `${copy}:17`,
                  command: ['/bin/sh', '-c', 'exit 0'],
                  resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '100m', memory: '64Mi' } },
                  securityContext: {
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ['ALL'] },
                  },
                },
              ],
            },
          },
        },
      },
      ready: false,
    });
    const judged = { ...stepRequest(given(copy, seen(first))), desired: asked.desired, desiredStatus: asked.status ?? {} };
    expect(guard(judged).refusal).toBeUndefined();
  });

  test.each([
    ['is waited for', {}, ' to be pulled'],
    ['that cannot be pulled is told', failed, `, which failed and is tried again (${message})`],
  ])('%s, with what runs on and where the image is from', (_, state, how) => {
    const response = run(copy, seen(asked, state));
    expect([held(response), jobsOf(response), response.claimReady]).toEqual([[holding, `${copy}:17`], [key], false]);
    expect(provisioned(response)?.message).toBe(
      `StatefulSet orders-database waits for image ${copy}:17${how}: kubectl describe pod -n shop -l job-name=${jobName} says how far it is; ` +
        'until then it runs on with the image that it has; EnvironmentConfig "here": data.images.postgres says where the image is from',
    );
  });

  test('runs once that has succeeded, and the Job goes by itself', () => {
    const pulled = run(copy, seen(asked, complete));
    expect([held(pulled), jobsOf(pulled), pulled.claimReady]).toEqual([[rolling, `${copy}:17`], [key], undefined]);
    const { [key]: gone, ...others } = seen(pulled, complete);
    const after = run(copy, others);
    expect([held(after), jobsOf(after), provisioned(after)?.status, gone?.object.kind]).toEqual([
      [rolling, `${copy}:17`],
      [],
      'True',
      'Job',
    ]);
  });

  test('that was taken back leaves what runs as it is, once it is known to be there', () => {
    const { [key]: ended, ...others } = seen(run(publicImage, seen(asked)), complete);
    const back = `pull-${shortHash(`${publicImage}:17`)}`;
    const response = run(publicImage, { ...others, [key]: ended as ObservedResource });
    expect([held(response), jobsOf(response).sort()]).toEqual([[rolling, `${publicImage}:17`], [back, key].sort()]);
    expect(at(serverOf(response), 'spec', 'template')).toEqual(at(serverOf(first), 'spec', 'template'));
  });

  test('that is not there is left to its Job, which holds back neither what corrects it nor the claim', () => {
    const corrected = seen(run(publicImage, seen(asked)), complete);
    const waiting = { ...(corrected[key] as ObservedResource), object: { ...corrected[key]?.object, status: {} } as KubernetesObject };
    const observed = { ...corrected, [key]: waiting };
    const response = run(publicImage, observed);
    expect([held(response), provisioned(response)?.status, response.desired[key]?.ready]).toEqual([
      [rolling, `${publicImage}:17`],
      'True',
      true,
    ]);
    const judged = { ...stepRequest(given(publicImage, observed)), desired: response.desired, desiredStatus: response.status ?? {} };
    expect(guard(judged).refusal).toBeUndefined();
    const anew = { ...judged, observed: Object.fromEntries(Object.entries(observed).filter(([name]) => name !== key)) };
    expect(guard(anew).refusal?.reason).toBe('PolicyViolated');
  });

  test('is not waited for by what changes beside it, nor believed to be there by a Job of another', () => {
    expect([held(run(publicImage, seen(first), { size: 'large' })), jobsOf(run(publicImage, seen(first), { size: 'large' }))]).toEqual([
      [rolling, `${publicImage}:17`],
      [],
    ]);
    const other = seen(asked, complete);
    const job = other[key]?.object as KubernetesObject;
    const template = { spec: { containers: [{ image: 'docker.io/library/busybox' }] } };
    const forged = { ...job, spec: { ...(job['spec'] as object), template } } as KubernetesObject;
    expect(held(run(copy, { ...other, [key]: { object: forged, connectionDetails: {} } }))).toEqual([holding, `${copy}:17`]);
  });
});
