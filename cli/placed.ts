import { type Environment, parseEnvironment } from '../functions/core/environment.ts';
import { type KubernetesObject, stringAt } from '../functions/core/kubernetes.ts';
import type { Platform } from '../functions/core/pipeline.ts';
import type { Attempt, Cluster } from './cluster.ts';

/** Where a claim lives, for what says who answers for it. */
interface Placed {
  readonly room: KubernetesObject;
  readonly environment: Environment;
}

/** Undefined for a claim that lives in none, and where that cannot be read. */
export async function placedOf(
  cluster: Cluster,
  platform: Platform,
  claim: KubernetesObject,
  attempt: Attempt,
): Promise<Placed | undefined> {
  const [namespace, environment] = [claim.metadata?.namespace, stringAt(claim, 'status', 'environment')];
  if (namespace === undefined || environment === undefined) return undefined;
  const room = await attempt(
    `Namespace ${namespace}, which may say the owner`,
    cluster.get({ apiVersion: 'v1', plural: 'namespaces' }, namespace),
  );
  if (room === undefined) return undefined;
  const config = await attempt(
    `EnvironmentConfig ${environment}, which may say the owner`,
    cluster.get({ apiVersion: 'apiextensions.crossplane.io/v1beta1', plural: 'environmentconfigs' }, environment),
  );
  const parsed = config && parseEnvironment(platform.environment, config);
  return parsed !== undefined && 'value' in parsed ? { room, environment: parsed.value } : undefined;
}
