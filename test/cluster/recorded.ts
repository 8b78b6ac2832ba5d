import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';

interface Recorded {
  /** By kind, what the real provider-aws 2.5, in front of a simulated AWS, wrote into the status of what a claim in tier prod composes. */
  readonly status: Readonly<Record<string, KubernetesObject>>;
  /** What it wrote into the instance's connection secret, but for the password. */
  readonly connection: Readonly<Record<string, string>>;
}

const recorded: Recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'recorded/aws.json'), 'utf8'));

export const recordedConnection = recorded.connection;

export function recordedStatus({ kind }: KubernetesObject): KubernetesObject {
  const status = recorded.status[kind];
  if (status === undefined) throw new Error(`nothing is recorded of ${kind}`);
  return status;
}

export function recordedSecret(namespace: string, name: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    type: 'connection.crossplane.io/v1alpha1',
    stringData: recorded.connection,
  };
}
