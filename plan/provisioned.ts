import { isDeepStrictEqual } from 'node:util';
import { at, type KubernetesObject, stringAt } from '../functions/core/kubernetes.ts';
import type { DesiredResource, ObservedResource } from '../functions/core/step.ts';
import { type Outcome, type Plan, runSteps, secretPlaceholder, type World } from './run.ts';

/** A claim as it would be in the cluster once all that it made is ready. */
export interface Provisioned {
  readonly claim: KubernetesObject;
  readonly observed: Readonly<Record<string, ObservedResource>>;
  readonly plan: Plan;
}

/** More rounds than any claim takes: what waits for one thing may be waited for by another. */
const mostRounds = 10;

const conditions = [
  { type: 'Ready', status: 'True' },
  { type: 'Synced', status: 'True' },
  { type: 'Complete', status: 'True' },
];

/** What a provider publishes of what it made; only that it is there matters. */
export function connectionOf(object: KubernetesObject): Readonly<Record<string, string>> {
  const username =
    stringAt(object, 'metadata', 'annotations', 'crossplane.io/external-name') ?? stringAt(object, 'spec', 'forProvider', 'username');
  const host = `${object.metadata?.name}.known-when-applied`;
  return {
    username: username ?? secretPlaceholder,
    password: secretPlaceholder,
    host,
    address: host,
    endpoint: host,
    port: String(at(object, 'spec', 'forProvider', 'port') ?? ''),
  };
}

/** A resource as its provider would report it. */
function made({ object }: DesiredResource): ObservedResource {
  const forProvider = at(object, 'spec', 'forProvider') as Readonly<Record<string, unknown>> | undefined;
  const host = `${object.metadata?.name}.known-when-applied`;
  const atProvider = {
    ...forProvider,
    id: object.metadata?.name,
    address: host,
    endpoint: host,
    engineVersionActual: forProvider?.['engineVersion'],
  };
  const replicas = at(object, 'spec', 'replicas') ?? 1;
  const running = { observedGeneration: 1, replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas };
  return {
    object: {
      ...object,
      metadata: { ...object.metadata, generation: 1 },
      status: { conditions, ...running, ...(forProvider !== undefined && { atProvider }) },
    },
    connectionDetails: at(object, 'spec', 'writeConnectionSecretToRef') === undefined ? {} : connectionOf(object),
  };
}

/** Lets a claim come to rest beside others of its namespace, as the cluster would; undefined where it is refused for what it says. */
export function provision(
  claim: KubernetesObject,
  environment: string,
  world: World,
  claims: readonly KubernetesObject[] = [],
): Provisioned | undefined {
  let current: KubernetesObject = { ...claim, metadata: { ...claim.metadata, generation: 1 } };
  let observed: Readonly<Record<string, ObservedResource>> = {};
  let outcome: Outcome | undefined;
  for (let round = 0; round < mostRounds; round += 1) {
    const next = runSteps(current, environment, world, { observed, claims });
    // A claim that today's rules refuse tells nothing of what was made under earlier ones.
    if (next.plan.conditions.find(({ type }) => type === 'Resolved')?.status !== 'True') return undefined;
    outcome = next;
    const after = Object.fromEntries(Object.entries(next.desired).map(([key, desired]) => [key, made(desired)]));
    current = { ...current, status: { ...next.status, ...(next.plan.cost !== null && { monthlyCostUSD: next.plan.cost.monthlyUSD }) } };
    if (isDeepStrictEqual(after, observed)) break;
    observed = after;
  }
  return outcome === undefined ? undefined : { claim: current, observed, plan: outcome.plan };
}

/** The claim that follows another of the same name: it has that one's identity and status and, where its spec is another, a generation more. */
export function successor(before: KubernetesObject, after: KubernetesObject, sameSpec: boolean): KubernetesObject {
  const { labels: _labels, annotations: _annotations, ...identity } = before.metadata ?? {};
  const generation = (identity.generation ?? 1) + (sameSpec ? 0 : 1);
  return { ...after, metadata: { ...after.metadata, ...identity, generation }, status: before['status'] };
}
