import { readFileSync } from 'node:fs';
import { Ready, type Resource, RunFunctionRequest, type State } from '@crossplane-org/function-sdk-typescript';
import { parse } from 'yaml';
import { inputApiVersion } from '../../functions/core/group.ts';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import type { StepRequest } from '../../functions/core/pipeline.ts';
import type { ObservedResource } from '../../functions/core/step.ts';
import { expand } from '../../functions/expand/expand.ts';
import { goldenPath } from '../../functions/golden-path.ts';

const created = '2026-01-01T00:00:00Z';
const host = 'orders.abcdefghijkl.eu-west-1.rds.amazonaws.com';
const longestUnlocking = 5;

function read(path: string): KubernetesObject {
  return parse(readFileSync(new URL(`../../examples/${path}`, import.meta.url), 'utf8')) as KubernetesObject;
}

/** What the cluster and a provider add to an object that is settled. */
function settled(object: KubernetesObject): KubernetesObject {
  const condition = (type: string, reason: string) => ({
    type,
    status: 'True',
    reason,
    lastTransitionTime: created,
    observedGeneration: 1,
  });
  const spec = object['spec'] as { readonly forProvider?: object } | undefined;
  return {
    ...object,
    metadata: { ...object.metadata, creationTimestamp: created, generation: 1 },
    status: {
      atProvider: {
        ...spec?.forProvider,
        arn: `arn:aws:rds:eu-west-1:123456789012:db:${object.metadata?.name}`,
        address: host,
        endpoint: `${host}:5432`,
        engineVersionActual: '17.4',
        id: object.metadata?.name,
        status: 'available',
      },
      conditions: [condition('Ready', 'Available'), condition('Synced', 'ReconcileSuccess'), condition('LastAsyncOperation', 'Success')],
    },
  };
}

function resource(object: KubernetesObject): Resource {
  return { resource: object, connectionDetails: {}, ready: Ready.READY_UNSPECIFIED };
}

function state(composite: KubernetesObject | undefined, resources: Readonly<Record<string, ObservedResource>>): State {
  return {
    composite: composite && resource(composite),
    resources: Object.fromEntries(
      Object.entries(resources).map(([key, { object, connectionDetails }]) => [
        key,
        {
          ...resource(object),
          connectionDetails: Object.fromEntries(Object.entries(connectionDetails).map(([name, value]) => [name, Buffer.from(value)])),
        },
      ]),
    ),
  };
}

/** The example claim in prod as it is hour after hour: all made, all ready. */
function settledStep(): StepRequest {
  const environment = read('environments/prod.yaml');
  const claim = read('app-database.yaml');
  const composite = { ...claim, metadata: { ...claim.metadata, creationTimestamp: created, generation: 1 } };
  const namespace: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: claim.metadata?.namespace ?? '', labels: { 'platform.internal/environment': environment.metadata?.name ?? '' } },
  };
  const connectionDetails = { address: host, port: '5432', username: 'app', password: 'secret' };
  const required = { namespace: [namespace], environments: [environment], claims: undefined };
  const issueSecret = () => 'secret';
  let observed: StepRequest['observed'] = {};
  let wanted: StepRequest['desired'] = {};
  for (let round = 0; round < longestUnlocking; round += 1) {
    const { desired, refusal } = expand({
      platform: goldenPath,
      claim: composite,
      observed,
      desired: {},
      desiredStatus: {},
      required,
      now: undefined,
      issueSecret,
    });
    if (refusal !== undefined) throw new Error(refusal.message);
    wanted = desired;
    observed = Object.fromEntries(
      Object.entries(desired).map(([key, { object }]) => [
        key,
        { object: settled(object), connectionDetails: ['instance', 'login'].includes(key) ? connectionDetails : {} },
      ]),
    );
  }
  return { platform: goldenPath, claim: composite, observed, desired: wanted, desiredStatus: {}, required, now: undefined, issueSecret };
}

function encoded(kind: string, { claim, observed, desired, required }: StepRequest): RunFunctionRequest {
  const items = (objects: readonly KubernetesObject[] | undefined) => ({ items: (objects ?? []).map(resource) });
  return RunFunctionRequest.fromPartial({
    meta: { tag: 'bench', capabilities: [] },
    input: { apiVersion: inputApiVersion, kind },
    observed: state(claim, observed),
    desired: state(
      undefined,
      Object.fromEntries(Object.entries(desired).map(([key, { object }]) => [key, { object, connectionDetails: {} }])),
    ),
    requiredResources: { namespace: items(required['namespace']), environments: items(required['environments']) },
  });
}

/** The expand step's request for the example claim in prod. */
export function settledRequest(): RunFunctionRequest {
  return encoded('Expand', { ...settledStep(), desired: {} });
}

/** The guard step's request where steps in between have added copies of everything, up to so many desired resources. */
export function guardRequest(resources: number): { readonly step: StepRequest; readonly message: RunFunctionRequest } {
  const settledOnce = settledStep();
  const keys = Object.keys(settledOnce.desired);
  const copies = <T extends { readonly object: KubernetesObject }>(of: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(
      Array.from({ length: resources }, (_, index): [string, T] => {
        const key = keys[index % keys.length] as string;
        const { object, ...rest } = of[key] as T;
        const suffix = index < keys.length ? '' : `-${Math.floor(index / keys.length)}`;
        const name = `${object.metadata?.name}${suffix}`;
        return [`${key}${suffix}`, { ...rest, object: { ...object, metadata: { ...object.metadata, name } } } as T];
      }),
    );
  const step = { ...settledOnce, desired: copies(settledOnce.desired), observed: copies(settledOnce.observed) };
  return { step, message: encoded('Guard', step) };
}
