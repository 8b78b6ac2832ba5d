import { at, type KubernetesObject, numberAt, stringAt } from '../../../functions/core/kubernetes.ts';
import { type Cluster, Unserved } from '../../cluster.ts';
import type { Check } from './check.ts';
import { type Diagnosis, identify } from './finding.ts';

const minimum = { major: 2, minor: 3 };
const wanted = `want >= ${minimum.major}.${minimum.minor}, < ${minimum.major + 1}`;
const repository = 'crossplane --repo https://charts.crossplane.io/stable';
const chart = `${repository} --version ^2.3`;

/** Of Crossplane 1, from which alone there is a way to 2. */
const lastOfOne = 20;

/**
 * What to upgrade to next: one minor version after the other, since a version drops what the one before it has migrated, and to 2 only from
 * 1.20. https://docs.crossplane.io/latest/guides/upgrade-to-crossplane-v2/
 */
function upgrade(deployment: KubernetesObject, version: string | undefined): string {
  const { namespace = '', name = '', labels } = deployment.metadata ?? {};
  const [major, minor] = (version ?? '').split('.').map(Number);
  const to = (next: string) =>
    `helm upgrade ${labels?.['app.kubernetes.io/instance'] ?? 'crossplane'} ${repository} --version '~${next}' --namespace ${namespace}`;
  if (major === undefined || minor === undefined)
    return `kubectl -n ${namespace} get deployment ${name} -o yaml, whose image and labels name no version`;
  if (major > minimum.major) return 'install a version of the platform that knows this Crossplane';
  if (major === 1 && minor >= lastOfOne)
    return `${to('2.0')}, once nothing uses what https://docs.crossplane.io/latest/guides/upgrade-to-crossplane-v2/ says is removed; then doctor again`;
  if (major < 1) return 'install Crossplane anew: no upgrade leads there from before 1.0';
  const next = `${major}.${minor + 1}`;
  const last = major === minimum.major && minor + 1 === minimum.minor;
  return last ? to(next) : `${to(next)}; then doctor again, as each minor version has to be one of the steps`;
}

/** The Deployment of Crossplane itself, not of its RBAC manager. */
async function crossplaneDeployment(cluster: Cluster): Promise<KubernetesObject | undefined> {
  const found = await cluster.list({ apiVersion: 'apps/v1', plural: 'deployments' }, { labelSelector: 'app=crossplane' });
  return found.find((deployment) => deployment.metadata?.namespace === 'crossplane-system') ?? found[0];
}

/** The same for a check that can say nothing without it: `cannot` is what it cannot. */
export async function installedCrossplane(cluster: Cluster, cannot: string): Promise<KubernetesObject> {
  const deployment = await crossplaneDeployment(cluster);
  if (deployment === undefined) throw new Unserved(`${cannot}: Crossplane is not installed`, 'install Crossplane');
  return deployment;
}

function versionOf(deployment: KubernetesObject): string | undefined {
  const containers = at(deployment, 'spec', 'template', 'spec', 'containers');
  const image = Array.isArray(containers) ? stringAt(containers[0], 'image') : undefined;
  const tag = image?.match(/:v?(\d+\.\d+[^@/]*)(?:@|$)/)?.[1];
  return tag ?? stringAt(deployment, 'metadata', 'labels', 'app.kubernetes.io/version');
}

export function judgeCrossplane(deployment: KubernetesObject | undefined): readonly Diagnosis[] {
  if (deployment === undefined) {
    return [
      {
        severity: 'error',
        problem: 'Crossplane is not installed: no Deployment has the label app=crossplane',
        remedy: `helm install crossplane ${chart} --namespace crossplane-system --create-namespace`,
      },
    ];
  }
  const object = identify(deployment);
  const { namespace = '', name = '' } = deployment.metadata ?? {};
  const findings: Diagnosis[] = [];
  const version = versionOf(deployment);
  const [major, minor] = (version ?? '').split('.').map(Number);
  if (major !== minimum.major || minor === undefined || minor < minimum.minor) {
    findings.push({
      severity: 'error',
      object,
      problem: version === undefined ? `cannot tell Crossplane's version: ${wanted}` : `Crossplane is version ${version}: ${wanted}`,
      remedy: upgrade(deployment, version),
    });
  }
  if ((numberAt(deployment, 'status', 'availableReplicas') ?? 0) === 0) {
    findings.push({
      severity: 'error',
      object,
      problem: `Crossplane is not running: Deployment ${namespace}/${name} has no available replica`,
      remedy: `kubectl -n ${namespace} describe pods -l app=crossplane`,
    });
  }
  return findings;
}

export const crossplane: Check = {
  id: 'crossplane',
  title: 'Crossplane',
  run: async (cluster) => judgeCrossplane(await crossplaneDeployment(cluster)),
};
