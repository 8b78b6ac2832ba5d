import * as z from 'zod';
import { containerSecurity, podSecurity } from '../../containers/server.ts';
import type { Composed, Context } from '../../core/api.ts';
import { typed } from '../../core/card.ts';
import { type FactsOf, facts, needsOf, section } from '../../core/facts.ts';
import { group } from '../../core/group.ts';
import { at, type KubernetesObject, stringAt } from '../../core/kubernetes.ts';
import { composedName } from '../../core/names.ts';
import { shown } from '../../core/problem.ts';
import { isGoing } from '../../core/readiness.ts';
import type { ObservedResource } from '../../core/step.ts';
import { protection } from '../../kinds/crossplane/usage.ts';
import { gibibytes } from '../../kinds/fields.ts';
import { persistentVolumeClaim } from '../../kinds/kubernetes/persistent-volume-claim.ts';
import { statefulSet } from '../../kinds/kubernetes/stateful-set.ts';
import { instanceLabel } from './labels.ts';
import { scaleOf } from './scale.ts';
import { accessModes, type ServiceSettings, suffix, type Volume } from './schema.ts';

/** Volumes that an environment gives to apps. */
export const volumes = facts(
  section('volumes', 'Volumes for what apps write and is to outlive their pods; without `accessMode` there are none.'),
  {
    accessMode: z
      .enum(accessModes)
      .optional()
      .describe(
        'Who can write to one at a time: with `ReadWriteOnce` the pods of one node, so that an app with one has one pod, which stops before the next starts; with `ReadWriteMany` those of every node.',
      ),
    storageClassName: z
      .string()
      .min(1)
      .max(253)
      .optional()
      .describe('StorageClass that makes them; that of the cluster where it is left out.'),
  },
  {
    means: {
      storageClassName: {
        is: 'name',
        of: { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', plural: 'storageclasses', package: 'Kubernetes' },
      },
    },
  },
);
const needs = needsOf(volumes);
type Given = Context<ServiceSettings, FactsOf<typeof needs>, { readonly volumes: readonly KubernetesObject[] }>;
type Mode = (typeof accessModes)[number];

/** The key of what has Kubernetes make a volume. */
const partOf = (volume: Pick<Volume, 'name'>) => `volume-${volume.name}`;

/** The name of the PersistentVolumeClaim of a volume, which StatefulSets put together. */
export const claimedAs = (claim: { readonly name: string }, volume: Pick<Volume, 'name'>) =>
  `data-${composedName(claim, suffix, partOf(volume))}-0`;

interface Kept {
  readonly field: string;
  readonly volume: Volume;
  readonly storageGiB: number;
  readonly mode: Mode | undefined;
  readonly storageClassName: string | undefined;
  /** With which it was made. */
  readonly madeWithGiB: number | undefined;
  readonly claim: KubernetesObject | undefined;
  readonly keeper: ObservedResource | undefined;
}

/** The volumes that outlive pods, each as it was made or else as the environment gives them. */
function keptOf({ claim, settings, facts: given, observed, required }: Given): readonly Kept[] {
  return settings.volumes.flatMap((volume, index): readonly Kept[] => {
    if (volume.persistent === undefined) return [];
    const keeper = observed[partOf(volume)];
    const found = required.volumes.find(({ metadata }) => metadata?.name === claimedAs(claim, volume));
    const made = at(keeper?.object, 'spec', 'volumeClaimTemplates', '0', 'spec') ?? at(found, 'spec');
    const said = stringAt(made, 'accessModes', '0');
    return [
      {
        field: `spec.volumes.${index}.persistent`,
        volume,
        storageGiB: volume.persistent.storageGiB,
        mode: made === undefined ? given.volumes.accessMode : accessModes.find((mode) => mode === said),
        storageClassName: made === undefined ? given.volumes.storageClassName : stringAt(made, 'storageClassName'),
        madeWithGiB: gibibytes(at(made, 'resources', 'requests', 'storage')),
        claim: found,
        keeper,
      },
    ];
  });
}

/** Whether a volume can be had by the pods of one node only. */
export const isOfOneNode = (context: Given): boolean => keptOf(context).some(({ mode }) => mode !== 'ReadWriteMany');

/** What is wrong with the volumes, by what the environment lacks or the claim says. */
export function problemOfKept(context: Given): { readonly lacks: string } | { readonly problem: string } | undefined {
  const { settings } = context;
  const kept = keptOf(context);
  const lacking = kept.find(({ mode }) => mode === undefined);
  if (lacking !== undefined) return { lacks: `with ${lacking.field}: data.volumes.accessMode: missing, want it, and a StorageClass` };
  const other = kept.find(({ storageGiB, madeWithGiB }) => madeWithGiB !== undefined && madeWithGiB !== storageGiB);
  if (other !== undefined) {
    return {
      problem: `${other.field}.storageGiB: got ${other.storageGiB}, want ${other.madeWithGiB}, with which the volume was made: move the data to another volume`,
    };
  }
  const single = kept.find(({ mode }) => mode === 'ReadWriteOnce');
  if (single === undefined) return undefined;
  const alone = `where volumes are ReadWriteOnce`;
  const { max } = scaleOf(settings);
  if (settings.schedule === undefined && max > 1)
    return { problem: `${single.field}: got it for up to ${max} pods, want spec.replicas: 1 ${alone}` };
  if (settings.beforeDeploy !== undefined)
    return {
      problem: `${single.field}: got it beside spec.beforeDeploy, whose pod would wait for the volume, want one of the two ${alone}`,
    };
  if (settings.schedule?.concurrency === 'Allow')
    return { problem: `spec.schedule.concurrency: got ${shown('Allow')}, want Forbid or Replace ${alone}` };
  return undefined;
}

/** Whether a volume is there and goes, or stays, as it should when what had it made goes. */
function isSettled({ claim, keeper }: Kept, goes: boolean): boolean {
  if (claim === undefined || isGoing(claim)) return false;
  const uid = keeper?.object.metadata?.uid;
  const owners = at(claim, 'metadata', 'ownerReferences');
  return goes === (Array.isArray(owners) && owners.some((owner: unknown) => uid !== undefined && at(owner, 'uid') === uid));
}

/**
 * What a claim composes goes with it, and what a StatefulSet makes of `volumeClaimTemplates` need not. Its pod is made, and never
 * scheduled, only while the volume is not there as it should be.
 */
function keeperOf(kept: Kept, { claim, settings }: Given, labels: Readonly<Record<string, string>>): KubernetesObject {
  const name = composedName(claim, suffix, partOf(kept.volume));
  const own = { ...labels, [instanceLabel]: name };
  const goes = settings.deletion === 'Delete';
  const size = { cpu: '10m', memory: '16Mi' };
  return {
    ...typed(statefulSet),
    metadata: { name, labels },
    spec: {
      serviceName: name,
      replicas: isSettled(kept, goes) ? 0 : 1,
      // In order, a pod that never starts would have what is to become of the volume wait.
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: own },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: goes ? 'Delete' : 'Retain', whenScaled: 'Retain' },
      template: {
        metadata: { labels: own },
        spec: {
          schedulingGates: [{ name: `${group}/volume-only` }],
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 0,
          securityContext: podSecurity(settings.user),
          containers: [
            {
              name: 'none',
              image: settings.image,
              resources: { requests: size, limits: size },
              securityContext: containerSecurity,
            },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          ...typed(persistentVolumeClaim),
          metadata: { name: 'data' },
          spec: {
            accessModes: [kept.mode],
            ...(kept.storageClassName !== undefined && { storageClassName: kept.storageClassName }),
            resources: { requests: { storage: `${kept.storageGiB}Gi` } },
          },
        },
      ],
    },
  };
}

/** What has the volumes made and kept, and keeps the claim that has some. */
export function keeping(
  context: Given,
  labels: Readonly<Record<string, string>>,
): {
  readonly resources: Readonly<Record<string, Composed>>;
  readonly mounted: readonly { readonly name: string; readonly claimName: string }[];
  readonly isSettled: boolean;
} {
  const kept = keptOf(context);
  const { claim, settings } = context;
  return {
    resources: {
      ...Object.fromEntries(kept.map((each) => [partOf(each.volume), { object: keeperOf(each, context, labels) }])),
      ...(kept.length > 0 && protection(claim, composedName(claim, suffix), settings.deletion)),
    },
    mounted: kept.map(({ volume }) => ({ name: volume.name, claimName: claimedAs(claim, volume) })),
    isSettled: kept.every((each) => isSettled(each, settings.deletion === 'Delete')),
  };
}
