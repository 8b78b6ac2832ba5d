import { k8s } from 'cdk8s-plus-28';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import type { Platform } from '../functions/core/pipeline.ts';
import { type AccessFile, accessManifests } from '../platform/access.ts';
import {
  configurationName,
  crossplaneNamespace,
  exampleRegistry,
  functionName,
  installedName,
  packageReference,
  releaseTag,
} from '../platform/names.ts';
import type { Project } from './project.ts';

function runtimeConfig({ name }: Platform, podLabels: Readonly<Record<string, string>>): KubernetesObject {
  const probe = { httpGet: { path: '/healthz', port: 8080 } };
  const spread = { maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: podLabels } };
  return {
    apiVersion: 'pkg.crossplane.io/v1beta1',
    kind: 'DeploymentRuntimeConfig',
    metadata: { name },
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

function disruptionBudget(platform: Platform, podLabels: Readonly<Record<string, string>>): KubernetesObject {
  return k8s.KubePodDisruptionBudget.manifest({
    metadata: { name: functionName(platform), namespace: crossplaneNamespace },
    spec: { maxUnavailable: k8s.IntOrString.fromNumber(1), selector: { matchLabels: podLabels } },
  });
}

/** Crossplane calls from its own namespace; the metrics have nothing to hide, and the kubelet asks for them from outside of it. */
function networkPolicy(platform: Platform, podLabels: Readonly<Record<string, string>>): KubernetesObject {
  const port = (number: number) => ({ protocol: 'TCP', port: k8s.IntOrString.fromNumber(number) });
  return k8s.KubeNetworkPolicy.manifest({
    metadata: { name: functionName(platform), namespace: crossplaneNamespace },
    spec: {
      podSelector: { matchLabels: podLabels },
      // The function asks nobody for anything.
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ podSelector: {} }], ports: [port(9443)] }, { ports: [port(8080)] }],
    },
  });
}

/** The Function comes first: the Configuration depends on it, and finds it under the name that Crossplane would give it. */
function packageManifests(platform: Platform, registry: string, tag: string): readonly [KubernetesObject, KubernetesObject] {
  const packageApiVersion = 'pkg.crossplane.io/v1';
  return [
    {
      apiVersion: packageApiVersion,
      kind: 'Function',
      metadata: { name: installedName(registry, platform, functionName(platform)) },
      spec: { package: packageReference(registry, platform, functionName(platform), tag), runtimeConfigRef: { name: platform.name } },
    },
    {
      apiVersion: packageApiVersion,
      kind: 'Configuration',
      metadata: { name: installedName(registry, platform, configurationName(platform)) },
      spec: { package: packageReference(registry, platform, configurationName(platform), tag) },
    },
  ];
}

type InstallFile = AccessFile | 'runtime.yaml' | 'packages.yaml';
export type InstallManifests = Readonly<Record<InstallFile, readonly KubernetesObject[]>>;

/** What an installation needs besides the packages, and the packages themselves, by the file under package/install. */
export function installManifests(
  { platform, version }: Pick<Project, 'platform' | 'version'>,
  registry: string = exampleRegistry,
  tag: string = releaseTag(version),
): InstallManifests {
  const podLabels = { 'pkg.crossplane.io/function': installedName(registry, platform, functionName(platform)) };
  return {
    ...accessManifests(platform),
    'runtime.yaml': [runtimeConfig(platform, podLabels), disruptionBudget(platform, podLabels), networkPolicy(platform, podLabels)],
    'packages.yaml': packageManifests(platform, registry, tag),
  };
}
