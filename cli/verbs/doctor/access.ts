import { at, type KubernetesObject } from '../../../functions/core/kubernetes.ts';
import { accessManifests } from '../../../platform/access.ts';
import { crossplaneNamespace } from '../../../platform/names.ts';
import type { Check } from './check.ts';
import { installedCrossplane } from './crossplane.ts';
import { type Diagnosis, identify } from './finding.ts';

const plurals: Readonly<Record<string, string>> = {
  ClusterRole: 'clusterroles',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
};

/** Whether a value says all that another does; the apiserver adds defaults to what it was given. */
function says(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(actual) && actual.length === wanted.length && wanted.every((each, index) => says(actual[index], each));
  }
  if (typeof wanted !== 'object' || wanted === null) return actual === wanted;
  return Object.entries(wanted).every(([key, each]) => says(at(actual, key), each));
}

function told(file: string, found: readonly KubernetesObject[], problem: string): readonly Diagnosis[] {
  const [first] = found;
  if (first === undefined) return [];
  const others = found.length === 1 ? '' : ` and ${found.length - 1} more`;
  return [
    {
      severity: 'error',
      object: identify(first),
      problem: `${identify(first)}${others} of ${file} ${found.length === 1 ? 'is' : 'are'} ${problem}`,
      remedy: `kubectl apply --server-side --force-conflicts -f package/install/${file}`,
    },
  ];
}

/** The policies let through what runs in one namespace. */
export function judgeHome(deployment: KubernetesObject): readonly Diagnosis[] {
  const namespace = deployment.metadata?.namespace ?? '';
  if (namespace === crossplaneNamespace) return [];
  const problem = `${identify(deployment)} is not in namespace ${crossplaneNamespace}, whose service accounts alone may write what claims compose`;
  return [{ severity: 'error', object: identify(deployment), problem, remedy: `install Crossplane in namespace ${crossplaneNamespace}` }];
}

/** Judges the roles and the admission policies that there are by those that there should be, by file. */
export function judgeAccess(
  wanted: Readonly<Record<string, readonly KubernetesObject[]>>,
  installed: readonly KubernetesObject[],
): readonly Diagnosis[] {
  const byName = new Map(installed.map((object) => [identify(object), object]));
  return Object.entries(wanted).flatMap(([file, objects]) => {
    const missing = objects.filter((object) => !byName.has(identify(object)));
    const differing = objects.filter((object) => {
      const actual = byName.get(identify(object));
      return actual !== undefined && !says(actual, object);
    });
    return [...told(file, missing, 'not installed'), ...told(file, differing, 'not that of this version')];
  });
}

export const access: Check = {
  id: 'access',
  title: 'Roles and admission policies',
  async run(cluster, platform) {
    const deployment = await installedCrossplane(cluster, 'cannot tell who may do what');
    const wanted = accessManifests(platform);
    const kinds = new Map(Object.values(wanted).flatMap((objects) => objects.map(({ apiVersion, kind }) => [kind, apiVersion])));
    const lists = await Promise.all([...kinds].map(([kind, apiVersion]) => cluster.list({ apiVersion, plural: String(plurals[kind]) })));
    return [...judgeHome(deployment), ...judgeAccess(wanted, lists.flat())];
  },
};
