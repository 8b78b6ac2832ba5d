import { apiVersion } from '../functions/core/group.ts';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import { goldenPath } from '../functions/golden-path.ts';
import { provision } from '../plan/provisioned.ts';
import { composedKinds } from '../platform/composed.ts';
import { keyed } from '../platform/keyed.ts';
import type { ServedKind } from './apiserver.ts';
import { platform } from './planning.ts';
import { exampleEnvironments, namespace as namespaceOf } from './request.ts';

/** What an apiserver with the platform, Crossplane and the providers serves. */
export const servedKinds: readonly ServedKind[] = [
  { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
  { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true },
  { apiVersion: 'apiextensions.crossplane.io/v1beta1', kind: 'EnvironmentConfig', plural: 'environmentconfigs', namespaced: false },
  ...goldenPath.apis.map(({ kind, plural, scope }) => ({ apiVersion, kind, plural, namespaced: scope === 'Namespaced' })),
  ...composedKinds(goldenPath)
    .filter(({ kind }) => kind !== 'Secret' && kind !== 'Namespace')
    .map((kind) => ({ ...kind, namespaced: true })),
];

interface Claimed extends KubernetesObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

const born = { creationTimestamp: '2026-01-02T03:04:05Z' };

/** The objects of a cluster in which a claim is at rest, with what the apiserver adds to what is applied. */
export function restingObjects(claim: Claimed, environment: string): readonly KubernetesObject[] {
  const made = provision(claim, environment, { platform, environments: exampleEnvironments });
  if (made === undefined) throw new Error('the claim comes to nothing');
  const composed = Object.entries(made.observed).map(([key, { object }]) =>
    keyed(key, {
      ...object,
      spec: { ...(object['spec'] as object | undefined), addedByTheApiserver: true },
      metadata: {
        ...object.metadata,
        namespace: 'shop',
        uid: `uid-${key}`,
        ...born,
        ownerReferences: [{ controller: true, uid: 'uid-claim' }],
      },
    }),
  );
  const connections = Object.values(made.observed).flatMap(({ object, connectionDetails }) => {
    const name = (object['spec'] as { writeConnectionSecretToRef?: { name: string } } | undefined)?.writeConnectionSecretToRef?.name;
    const data = Object.fromEntries(Object.entries(connectionDetails).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
    return name === undefined ? [] : [{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'shop' }, data }];
  });
  const resourceRefs = composed.map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, name: metadata.name }));
  const defaulted = goldenPath.apis.find(({ kind }) => kind === claim.kind)?.spec.parse(claim.spec);
  const provisioned = made.plan.conditions.find(({ type }) => type === 'Provisioned')?.status;
  const synced = { type: 'Synced', status: 'True', reason: 'ReconcileSuccess' };
  const ready = { type: 'Ready', status: provisioned, reason: provisioned === 'True' ? 'Available' : 'Creating' };
  const conditions = [synced, ready, ...made.plan.conditions].map((condition) => ({
    ...condition,
    lastTransitionTime: '2026-01-02T03:05:00Z',
  }));
  const live = {
    ...made.claim,
    metadata: { ...made.claim.metadata, uid: 'uid-claim', ...born },
    spec: { ...defaulted, crossplane: { resourceRefs } },
    status: { ...(made.claim['status'] as object | undefined), conditions },
  };
  return [namespaceOf('shop', environment), ...exampleEnvironments, live, ...composed, ...connections];
}
