import type { Backend, Claim, Context, Expansion } from '../core/api.ts';
import { bindingKey } from '../core/binding.ts';
import { type Card, typed } from '../core/card.ts';
import { type FactsOf, type Needs, needsOf } from '../core/facts.ts';
import { group } from '../core/group.ts';
import { at, type KubernetesObject, stringAt } from '../core/kubernetes.ts';
import { shortHash } from '../core/names.ts';
import type { Deletion } from '../core/protection.ts';
import type { ObservedResource } from '../core/step.ts';
import type { Stop } from '../core/stop.ts';
import { usage } from '../kinds/crossplane/usage.ts';
import { configMap } from '../kinds/kubernetes/config-map.ts';
import { networkPolicy } from '../kinds/kubernetes/network-policy.ts';
import { persistentVolumeClaim } from '../kinds/kubernetes/persistent-volume-claim.ts';
import { stoppedAt } from '../kinds/kubernetes/pods.ts';
import { prometheusRule } from '../kinds/kubernetes/prometheus-rule.ts';
import { secret } from '../kinds/kubernetes/secret.ts';
import { service } from '../kinds/kubernetes/service.ts';
import { statefulSet } from '../kinds/kubernetes/stateful-set.ts';
import { type Alert, matching, prometheus, rulesFor } from './monitoring.ts';
import { type Pull, pulledFirst, pullKinds } from './pull.ts';

/** What a container may use, as Kubernetes quantities. */
export interface ContainerSize {
  readonly cpu: string;
  readonly cpuLimit: string;
  /** Requested and at most, so that the scheduler knows what it will take. */
  readonly memory: string;
}

/** A writable place in an image whose root file system is read-only. */
interface Scratch {
  readonly name: string;
  readonly mountPath: string;
  readonly sizeLimit: string;
  readonly inMemory?: true;
}

export interface Server {
  readonly claim: Claim;
  readonly name: string;
  /** What runs, such as `postgres`: the name of its container and of its port. */
  readonly app: string;
  /** With a shell, in which it is tried before it takes the place of another. */
  readonly image: string;
  /** The environment, and its field that the image is from. */
  readonly imageFrom: { readonly environment: string; readonly field: `data.${string}` };
  /** uid and gid that the image has its files for. */
  readonly user: number;
  readonly port: number;
  readonly size: ContainerSize;
  readonly command?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  /** A file that the server reads when it starts; a change of it replaces the pod. */
  readonly config?: { readonly path: string; readonly text: string };
  /** A shell command that succeeds once clients are served, or a path that answers GET on its port then. */
  readonly probe: readonly string[] | { readonly path: string };
  /** A shell command to run once after each start. */
  readonly postStart?: readonly string[];
  readonly dataPath: string;
  /** For the data: a volume, or as much of the node's disk. */
  readonly storageGiB: number;
  readonly persistent: boolean;
  readonly deletion: Deletion;
  readonly scratch: readonly Scratch[];
  /** Keys of the binding that the server itself reads, as files under `secretPath`. */
  readonly secretKeys: readonly string[];
  /** A Secret that has them before there is a binding. */
  readonly secretName?: string;
  /** Pods that can reach it besides those of its namespace, as a NetworkPolicy has them. */
  readonly alsoFrom?: readonly object[];
  readonly observed: Readonly<Record<string, ObservedResource>>;
}

/** Where the server finds its keys of the binding. */
export const secretPath = '/etc/binding';

/** A command line for the image's shell. */
export const shell = (script: string): readonly string[] => ['/bin/sh', '-c', script];

const exec = (command: readonly string[]) => ({ exec: { command } });

/** On the pods: what their configuration is, so that they are replaced when it changes. */
const configAnnotation = `${group}/config`;
const configFile = 'config';

/** What Pod Security `restricted` asks of pods, whose files and processes are this user's. */
export const podSecurity = (user: number) => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  seccompProfile: { type: 'RuntimeDefault' },
});

/** What it asks of their containers, and that they change no file of their image. */
export const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

function labelsOf({ app, name, claim }: Server) {
  return {
    'app.kubernetes.io/name': app,
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/managed-by': claim.platform,
  };
}

function pods(server: Server, held: Pull['held']) {
  const {
    name,
    app,
    image,
    user,
    port,
    size,
    command,
    env,
    config,
    postStart,
    dataPath,
    persistent,
    deletion,
    scratch,
    secretKeys,
    secretName = name,
  } = server;
  const labels = labelsOf(server);
  const storage = `${server.storageGiB}Gi`;
  const probe = {
    ...('path' in server.probe ? { httpGet: { path: server.probe.path, port: app } } : exec(server.probe)),
    timeoutSeconds: 5,
  };
  return {
    ...typed(statefulSet),
    metadata: { name, labels },
    spec: {
      serviceName: name,
      replicas: 1,
      // In order, a pod of a revision that does not start is never replaced by one of the next, which would.
      podManagementPolicy: 'Parallel',
      // Kubernetes 1.35.0 to 1.35.3 count that pod as the one that may be unavailable. https://github.com/kubernetes/kubernetes/issues/137409
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2, ...held } },
      selector: { matchLabels: labels },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: deletion === 'Delete' ? 'Delete' : 'Retain', whenScaled: 'Retain' },
      template: {
        metadata: { labels, ...(config !== undefined && { annotations: { [configAnnotation]: shortHash(config.text) } }) },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 60,
          securityContext: podSecurity(user),
          containers: [
            {
              name: app,
              image,
              ...(command !== undefined && { command }),
              ...(env !== undefined && { env }),
              ports: [{ name: app, containerPort: port, protocol: 'TCP' }],
              resources: {
                requests: { cpu: size.cpu, memory: size.memory },
                limits: { cpu: size.cpuLimit, memory: size.memory },
              },
              securityContext: containerSecurity,
              startupProbe: { ...probe, periodSeconds: 1, failureThreshold: 120 },
              readinessProbe: { ...probe, periodSeconds: 5, failureThreshold: 3 },
              livenessProbe: { ...probe, periodSeconds: 20, failureThreshold: 6 },
              ...(postStart !== undefined && { lifecycle: { postStart: exec(postStart) } }),
              volumeMounts: [
                { name: 'data', mountPath: dataPath },
                ...scratch.map((each) => ({ name: each.name, mountPath: each.mountPath })),
                ...(config === undefined ? [] : [{ name: 'config', mountPath: config.path, subPath: configFile, readOnly: true }]),
                ...(secretKeys.length === 0 ? [] : [{ name: 'binding', mountPath: secretPath, readOnly: true }]),
              ],
            },
          ],
          volumes: [
            ...(persistent ? [] : [{ name: 'data', emptyDir: { sizeLimit: storage } }]),
            ...scratch.map((each) => ({
              name: each.name,
              emptyDir: { ...(each.inMemory && { medium: 'Memory' }), sizeLimit: each.sizeLimit },
            })),
            ...(config === undefined ? [] : [{ name: 'config', configMap: { name } }]),
            // A volume without items would have every key.
            ...(secretKeys.length === 0
              ? []
              : [{ name: 'binding', secret: { secretName, items: secretKeys.map((key) => ({ key, path: key })) } }]),
          ],
        },
      },
      ...(persistent && {
        volumeClaimTemplates: [
          {
            ...typed(persistentVolumeClaim),
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
          },
        ],
      }),
    },
  };
}

/** One server in a pod of the claim's own namespace, which pods of that namespace can reach, and no others that are not named. */
export function server(options: Server): Pick<Expansion, 'resources' | 'pending'> {
  const { claim, name, app, image, imageFrom, user, port, config, alsoFrom = [], observed } = options;
  const labels = labelsOf(options);
  const security = { pod: podSecurity(user), container: containerSecurity };
  const pull = pulledFirst({ namespace: claim.namespace, name, image, from: imageFrom, labels, security, observed });
  const resources = {
    ...(config !== undefined && {
      config: {
        object: {
          ...typed(configMap),
          metadata: { name, labels },
          data: { [configFile]: config.text },
        },
      },
    }),
    service: {
      object: {
        ...typed(service),
        metadata: { name, labels },
        spec: { clusterIP: 'None', selector: labels, ports: [{ name: app, port, protocol: 'TCP', targetPort: app }] },
      },
    },
    'network-policy': {
      object: {
        ...typed(networkPolicy),
        metadata: { name, labels },
        spec: {
          podSelector: { matchLabels: labels },
          policyTypes: ['Ingress'],
          ingress: [{ from: [{ podSelector: {} }, ...alsoFrom], ports: [{ port: app, protocol: 'TCP' }] }],
        },
      },
    },
    server: { object: pods(options, pull.held) },
    ...pull.resources,
  };
  return { resources, pending: pull.pending };
}

/** The host name under which the server is reached in the cluster. */
export function serverHost(claim: Claim, name: string): string {
  return `${name}.${claim.namespace}.svc`;
}

/** What a server that exists runs on. */
interface RunningServer<Version extends string> {
  /** The one of its versions that its image is of. */
  readonly version: Version | undefined;
  /** Whether its data is on a volume, which replacing the pod does not resize, give or take away. */
  readonly persistent: boolean;
  readonly storageGiB: number | undefined;
}

/** Undefined where there is no server yet. */
export function runningServer<Version extends string>(
  versions: readonly Version[],
  observed: ObservedResource | undefined,
): RunningServer<Version> | undefined {
  const image = stringAt(observed?.object, 'spec', 'template', 'spec', 'containers', '0', 'image');
  if (image === undefined) return undefined;
  const template = at(observed?.object, 'spec', 'volumeClaimTemplates', '0');
  const storage = Number.parseInt(stringAt(template, 'spec', 'resources', 'requests', 'storage') ?? '', 10);
  const version = versions.find((known) => image.endsWith(`:${known}`));
  return { version, persistent: template !== undefined, storageGiB: storage || undefined };
}

/** What `server` composes for every server, and for one with a `config`. */
export const serverKinds = { config: configMap, service, 'network-policy': networkPolicy, server: statefulSet, ...pullKinds };

const containerKinds = { binding: secret, ...serverKinds, protection: usage, alerts: prometheusRule };

const monitored = needsOf(prometheus);
type Monitored = FactsOf<typeof monitored>;

/** What of a server in a container can be told without an exporter beside it. */
function alertsOf({ metadata, spec }: KubernetesObject, { namespace, kind }: Claim): readonly Alert[] {
  const { name = '' } = metadata ?? {};
  const container = stringAt(spec, 'template', 'spec', 'containers', '0', 'name') ?? '';
  const volume = matching({ namespace, persistentvolumeclaim: `data-${name}-0` });
  return [
    {
      alert: `${kind}NotReady`,
      expr: `kube_statefulset_status_replicas_ready${matching({ namespace, statefulset: name })} < 1`,
      for: '10m',
      severity: 'warning',
      summary: 'serves nobody',
      description: `Its pod has not been ready for ten minutes: kubectl -n ${namespace} describe pod ${name}-0 says why.`,
    },
    {
      alert: `${kind}Restarting`,
      expr: `increase(kube_pod_container_status_restarts_total${matching({ namespace, pod: `${name}-0`, container })}[30m]) > 2`,
      severity: 'warning',
      summary: 'restarts again and again',
      description: `More than two restarts in half an hour: kubectl -n ${namespace} logs ${name}-0 --previous says why.`,
    },
    ...(at(spec, 'volumeClaimTemplates', '0') === undefined
      ? []
      : [
          {
            alert: `${kind}VolumeFilling`,
            expr: `kubelet_volume_stats_available_bytes${volume} / kubelet_volume_stats_capacity_bytes${volume} < 0.1`,
            for: '15m',
            severity: 'warning' as const,
            summary: 'has little room left on its volume',
            description: '{{ $value | humanizePercentage }} of the volume is free. Once it is full, nothing can be written.',
          },
        ]),
  ];
}

/**
 * What a server comes to that is to be stopped. Hours, which nobody acknowledges, leave one running whose data is on no volume; and one
 * that nobody was given yet, as while data is copied into it, runs until then.
 */
function stopped(expansion: Expansion, { by }: Stop): Expansion {
  const { server: serving, ...rest } = expansion.resources;
  if (serving === undefined || expansion.pending[bindingKey] !== undefined) return expansion;
  if (by === 'hours' && at(serving.object, 'spec', 'volumeClaimTemplates') === undefined) {
    return { ...expansion, stopped: { runsOn: 'what it has is on no volume, and would be lost' } };
  }
  return { ...expansion, resources: { ...rest, server: { object: stoppedAt(serving.object, 1, 1) } }, stopped: true };
}

/** A backend that runs a server, binds it, protects the claim, has alerts where the environment has who makes them, and composes `more`. */
export function containerBackend<Settings, Facts, Required = unknown, Key extends string = never>(
  needs: Needs<Facts>,
  expand: Backend<Settings, Facts, Required>['expand'],
  more?: { readonly [K in Key]: Card },
): Backend<Settings, Facts & Monitored, Required, keyof typeof containerKinds | Key> {
  return {
    needs: needsOf(...needs.facts, prometheus) as Needs<Facts & Monitored>,
    composes: { ...containerKinds, ...more } as { readonly [K in keyof typeof containerKinds | Key]: Card },
    anchor: 'server',
    stops: 'can',
    expand: (context: Context<Settings, Facts & Monitored, Required>) => {
      const running = expand(context);
      const expansion = context.stop === undefined ? running : stopped(running, context.stop);
      const { prometheus: operator } = context.facts.monitoring;
      const object = expansion.resources['server']?.object;
      if (operator === undefined || object === undefined || expansion.stopped === true) return expansion;
      const { name = '', labels = {} } = object.metadata ?? {};
      const alerts = rulesFor(context, operator, { name, labels }, { server: alertsOf(object, context.claim) });
      return { ...expansion, resources: { ...expansion.resources, alerts } };
    },
  };
}
