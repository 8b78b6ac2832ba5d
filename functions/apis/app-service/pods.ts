import { type ContainerSize, containerSecurity, podSecurity } from '../../containers/server.ts';
import { type Bound, contentAnnotation } from './bindings.ts';
import { bindingRoot, type Variable } from './env.ts';
import { portsOf } from './ports.ts';
import type { ServiceSettings, Size } from './schema.ts';

const shapes: Readonly<Record<Size, ContainerSize & { readonly storage: string }>> = {
  small: { cpu: '100m', cpuLimit: '1', memory: '256Mi', storage: '512Mi' },
  medium: { cpu: '250m', cpuLimit: '1', memory: '512Mi', storage: '1Gi' },
  large: { cpu: '500m', cpuLimit: '2', memory: '1Gi', storage: '2Gi' },
  xlarge: { cpu: '1', cpuLimit: '4', memory: '2Gi', storage: '4Gi' },
};

/** How long a pod that is told to stop serves on: until every node and gateway has taken it out of its list. */
const drainSeconds = 5;

interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: number };
  readonly tcpSocket?: { readonly port: number };
  readonly exec?: { readonly command: readonly string[] };
}

/** How the app is asked whether it is up; undefined for a worker that says nothing of it. */
function probeOf({ port, health }: ServiceSettings): Probe | undefined {
  if (health?.exec !== undefined) return { exec: { command: health.exec } };
  if (health?.path !== undefined && port !== undefined) return { httpGet: { path: health.path, port } };
  const tcp = health?.tcp ?? port;
  return tcp === undefined ? undefined : { tcpSocket: { port: tcp } };
}

function probesOf(settings: ServiceSettings) {
  const probe = probeOf(settings);
  if (probe === undefined) return {};
  const asked = { ...probe, timeoutSeconds: 5 };
  return {
    startupProbe: { ...asked, periodSeconds: 1, failureThreshold: settings.health?.startupSeconds ?? 60 },
    readinessProbe: { ...asked, periodSeconds: 5, failureThreshold: 2 },
    livenessProbe: { ...asked, periodSeconds: 10, failureThreshold: 6 },
  };
}

const volumeOf = (secret: string) => `binding-${secret}`;

/** The template of the app's pods, as Pod Security `restricted` has them. */
export function podsOf(
  settings: ServiceSettings,
  account: string,
  labels: Readonly<Record<string, string>>,
  { keyed, content }: Bound,
  variables: readonly Variable[],
) {
  const { cpu, cpuLimit, memory, storage } = shapes[settings.size];
  const { image, command, args, user, graceSeconds } = settings;
  const ports = portsOf(settings);
  const drains = ports.length > 0;
  return {
    metadata: { labels, ...(content !== undefined && { annotations: { [contentAnnotation]: content } }) },
    spec: {
      serviceAccountName: account,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: graceSeconds + (drains ? drainSeconds : 0),
      securityContext: podSecurity(user),
      topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
        maxSkew: 1,
        topologyKey,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: labels },
      })),
      containers: [
        {
          name: 'app',
          image,
          ...(command !== undefined && { command }),
          ...(args !== undefined && { args }),
          ...(ports.length > 0 && { ports: ports.map(({ name, port }) => ({ name, containerPort: port, protocol: 'TCP' })) }),
          ...(variables.length > 0 && { env: variables }),
          resources: {
            requests: { cpu, memory, 'ephemeral-storage': storage },
            limits: { cpu: cpuLimit, memory, 'ephemeral-storage': storage },
          },
          securityContext: containerSecurity,
          ...probesOf(settings),
          ...(drains && { lifecycle: { preStop: { sleep: { seconds: drainSeconds } } } }),
          volumeMounts: [
            { name: 'tmp', mountPath: '/tmp' },
            ...keyed.map(({ secret }) => ({ name: volumeOf(secret), mountPath: `${bindingRoot.value}/${secret}`, readOnly: true })),
          ],
        },
      ],
      volumes: [
        { name: 'tmp', emptyDir: { sizeLimit: storage } },
        ...keyed.map(({ secret }) => ({ name: volumeOf(secret), secret: { secretName: secret } })),
      ],
    },
  };
}
