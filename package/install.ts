import { k8s } from 'cdk8s-plus-28';
import { apis } from '../functions/apis/index.ts';
import { environmentLabel, group, kindLabel, namespaceDeletionAnnotation } from '../functions/core/group.ts';
import type { ComposedKind, KubernetesObject } from '../functions/core/kubernetes.ts';
import { protectedTiers, tiers } from '../functions/core/tier.ts';
import { composedKinds, distinct, groupOf, isManaged, isOfProvider } from './composed.ts';
import { configurationName, exampleRegistry, functionName, installedName, packageReference, productName, releaseTag } from './names.ts';

const crossplaneNamespace = 'crossplane-system';

/** What Crossplane's own chart (v2.3) lets it do with everything of a group, or with the resources named. */
const grantedByChart: Readonly<Record<string, readonly string[] | 'everything'>> = {
  '': ['configmaps', 'secrets', 'serviceaccounts', 'services'],
  apps: ['deployments'],
  'coordination.k8s.io': ['leases'],
  'apiextensions.crossplane.io': 'everything',
  'ops.crossplane.io': 'everything',
  'pkg.crossplane.io': 'everything',
  'protection.crossplane.io': 'everything',
};

function clusterRole(): KubernetesObject {
  const missing = composedKinds.filter((kind) => {
    const granted = grantedByChart[groupOf(kind)];
    return !isOfProvider(kind) && granted !== 'everything' && granted?.includes(kind.plural) !== true;
  });
  return k8s.KubeClusterRole.manifest({
    metadata: { name: `${productName}:aggregate-to-crossplane`, labels: { 'rbac.crossplane.io/aggregate-to-crossplane': 'true' } },
    rules: [
      { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] },
      ...distinct(missing.map(groupOf)).map((apiGroup) => ({
        apiGroups: [apiGroup],
        resources: [...distinct(missing.filter((kind) => groupOf(kind) === apiGroup).map(({ plural }) => plural))],
        verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
      })),
    ],
  });
}

function runtimeConfig(podLabels: Readonly<Record<string, string>>): KubernetesObject {
  const probe = { httpGet: { path: '/healthz', port: 8080 } };
  const spread = { maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: podLabels } };
  return {
    apiVersion: 'pkg.crossplane.io/v1beta1',
    kind: 'DeploymentRuntimeConfig',
    metadata: { name: productName },
    spec: {
      deploymentTemplate: {
        spec: {
          replicas: 2,
          selector: {},
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
          template: {
            spec: {
              // The function sees what Crossplane sends it and asks the apiserver for nothing.
              automountServiceAccountToken: false,
              securityContext: { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, seccompProfile: { type: 'RuntimeDefault' } },
              topologySpreadConstraints: [
                { topologyKey: 'kubernetes.io/hostname', ...spread },
                { topologyKey: 'topology.kubernetes.io/zone', ...spread },
              ],
              containers: [
                {
                  name: 'package-runtime',
                  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '256Mi' } },
                  readinessProbe: { ...probe, periodSeconds: 5 },
                  livenessProbe: { ...probe, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
                  securityContext: {
                    runAsNonRoot: true,
                    privileged: false,
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
    },
  };
}

function disruptionBudget(podLabels: Readonly<Record<string, string>>): KubernetesObject {
  return k8s.KubePodDisruptionBudget.manifest({
    metadata: { name: functionName, namespace: crossplaneNamespace },
    spec: { maxUnavailable: k8s.IntOrString.fromNumber(1), selector: { matchLabels: podLabels } },
  });
}

const celList = (values: readonly string[]): string => `[${values.map((value) => `'${value}'`).join(', ')}]`;

/**
 * Deleting a namespace takes its claims along, whatever protects them one by one.
 * The policy lists the tiers that may go, so an environment whose tier cannot be read is protected too.
 */
function namespaceProtection(): readonly KubernetesObject[] {
  const name = `namespace-protection.${group}`;
  const labels = 'oldObject.metadata.labels';
  const annotations = 'oldObject.metadata.annotations';
  const unprotected = tiers.filter((tier) => !protectedTiers.includes(tier));
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        paramKind: { apiVersion: 'apiextensions.crossplane.io/v1beta1', kind: 'EnvironmentConfig' },
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['namespaces'] }],
          objectSelector: { matchExpressions: [{ key: environmentLabel, operator: 'Exists' }] },
        },
        variables: [
          { name: 'environment', expression: `${labels}['${environmentLabel}']` },
          { name: 'isParam', expression: 'variables.environment == params.metadata.name' },
          {
            name: 'tierIsUnprotected',
            expression: `has(params.data) && 'tier' in params.data && params.data.tier in ${celList(unprotected)}`,
          },
          {
            name: 'isAllowed',
            expression: `has(${annotations}) && '${namespaceDeletionAnnotation}' in ${annotations} && ${annotations}['${namespaceDeletionAnnotation}'] == 'Allow'`,
          },
        ],
        validations: [
          {
            expression: '!variables.isParam || variables.tierIsUnprotected || variables.isAllowed',
            reason: 'Forbidden',
            message: `the namespace belongs to a protected environment; to delete it all the same, annotate it with ${namespaceDeletionAnnotation}=Allow first`,
            messageExpression: [
              `'cannot delete namespace "' + oldObject.metadata.name + '": environment "' + variables.environment + '" is protected; `,
              `to delete it all the same, first run: kubectl annotate namespace ' + oldObject.metadata.name + ' ${namespaceDeletionAnnotation}=Allow'`,
            ].join(''),
          },
        ],
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: ['Deny'],
        paramRef: { selector: { matchLabels: { [kindLabel]: 'environment' } }, parameterNotFoundAction: 'Allow' },
      },
    },
  ];
}

/** The Function comes first: the Configuration depends on it, and finds it under the name that Crossplane would give it. */
function packageManifests(registry: string, tag: string): readonly [KubernetesObject, KubernetesObject] {
  const packageApiVersion = 'pkg.crossplane.io/v1';
  return [
    {
      apiVersion: packageApiVersion,
      kind: 'Function',
      metadata: { name: installedName(registry, functionName) },
      spec: { package: packageReference(registry, functionName, tag), runtimeConfigRef: { name: productName } },
    },
    {
      apiVersion: packageApiVersion,
      kind: 'Configuration',
      metadata: { name: installedName(registry, configurationName) },
      spec: { package: packageReference(registry, configurationName, tag) },
    },
  ];
}

type InstallFile = 'rbac.yaml' | 'runtime.yaml' | 'namespace-protection.yaml' | 'packages.yaml';
export type InstallManifests = Readonly<Record<InstallFile, readonly KubernetesObject[]>>;

/**
 * A managed resource cannot delete what is outside the cluster once its namespace is going, since its provider may not record
 * there any more which credentials it uses: it, and so the namespace, would hang for ever. Where the kind is not installed there
 * is none of it, which is why a failure to look lets the namespace go.
 */
function managedBeforeNamespace({ apiVersion, kind, plural }: ComposedKind): readonly KubernetesObject[] {
  const name = `managed-before-namespace.${plural}.${apiVersion.split('/')[0]}`;
  const claims = apis.map((api) => api.plural).join(',');
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Ignore',
        paramKind: { apiVersion, kind },
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['namespaces'] }],
        },
        validations: [
          {
            expression: 'false',
            reason: 'Forbidden',
            message: `the namespace still has ${kind} objects, each of which stands for something outside of the cluster: delete the claims first`,
            messageExpression: `'cannot delete namespace "' + oldObject.metadata.name + '": it has ${kind} "' + params.metadata.name + '", which stands for something outside of the cluster; first run: kubectl delete ${claims} --all --cascade=foreground --namespace ' + oldObject.metadata.name`,
          },
        ],
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'], paramRef: { selector: {}, parameterNotFoundAction: 'Allow' } },
    },
  ];
}

/** What an installation needs besides the packages, and the packages themselves, by the file under package/install. */
export function installManifests(registry: string = exampleRegistry, tag: string = releaseTag): InstallManifests {
  const podLabels = { 'pkg.crossplane.io/function': installedName(registry, functionName) };
  return {
    'rbac.yaml': [clusterRole()],
    'runtime.yaml': [runtimeConfig(podLabels), disruptionBudget(podLabels)],
    'namespace-protection.yaml': [...namespaceProtection(), ...composedKinds.filter(isManaged).flatMap(managedBeforeNamespace)],
    'packages.yaml': packageManifests(registry, tag),
  };
}
