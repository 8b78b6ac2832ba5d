import { containerSecurity, podSecurity } from '../../containers/server.ts';
import { type Bound, contentAnnotation } from './bindings.ts';
import { bindingRoot, type Variable, variablesOf } from './env.ts';
import type { Files } from './files.ts';
import { probesOf } from './health.ts';
import { roleAnnotation } from './identity.ts';
import { allPortsOf, portsOf } from './ports.ts';
import type { ServiceSettings, Sidecar, Size } from './schema.ts';

/** What a container requests, and may use at most. */
interface Shape {
  readonly cpuMillicores: number;
  readonly cpuLimitMillicores: number;
  /** Requested and at most, so that the scheduler knows what it will take. */
  readonly memoryMiB: number;
  /** For what it writes to its node. */
  readonly storageMiB: number;
}

const shapes: Readonly<Record<Size, Shape>> = {
  small: { cpuMillicores: 100, cpuLimitMillicores: 1000, memoryMiB: 256, storageMiB: 512 },
  medium: { cpuMillicores: 250, cpuLimitMillicores: 1000, memoryMiB: 512, storageMiB: 1024 },
  large: { cpuMillicores: 500, cpuLimitMillicores: 2000, memoryMiB: 1024, storageMiB: 2048 },
  xlarge: { cpuMillicores: 1000, cpuLimitMillicores: 4000, memoryMiB: 2048, storageMiB: 4096 },
};

/** What a sidecar that says nothing may use of CPU, and what it has for temporary files. */
const sidecarShape = { cpuLimitMillicores: 500, storageMiB: 128 };

/** How long a pod that is told to stop serves on: until every node and gateway has taken it out of its list. */
const drainSeconds = 5;

/** As Kubernetes writes quantities. */
const cores = (millicores: number) => (millicores % 1000 === 0 ? String(millicores / 1000) : `${millicores}m`);
const bytes = (mebibytes: number) => (mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`);

function resourcesOf({ cpuMillicores, cpuLimitMillicores, memoryMiB, storageMiB }: Shape) {
  const both = { memory: bytes(memoryMiB), 'ephemeral-storage': bytes(storageMiB) };
  return {
    requests: { cpu: cores(cpuMillicores), ...both },
    limits: { cpu: cores(Math.max(cpuMillicores, cpuLimitMillicores)), ...both },
  };
}

/** What the pods of an app are made of. */
export interface Given {
  readonly settings: ServiceSettings;
  /** Their ServiceAccount. */
  readonly account: string;
  readonly bound: Bound;
  /** The role that they get in AWS, if any. */
  readonly role: string | undefined;
  readonly files: Files;
  /** Volumes that outlive them, by the claims that they are had by. */
  readonly kept: readonly { readonly name: string; readonly claimName: string }[];
  /** Variables that the platform gives to the app, and that the claim may say otherwise. */
  readonly given: readonly Variable[];
}

const bindingVolume = (secret: string) => `binding-${secret}`;
const ownVolume = (name: string) => `volume-${name}`;
const scratchOf = (sidecar: string) => `tmp-${sidecar}`;

const mountsOf = ({ volumes }: ServiceSettings) => volumes.map(({ name, path }) => ({ name: ownVolume(name), mountPath: path }));

interface Runs {
  readonly image: string;
  readonly command?: readonly string[] | undefined;
  readonly args?: readonly string[] | undefined;
}

const programOf = ({ image, command, args }: Runs) => ({
  image,
  ...(command !== undefined && { command }),
  ...(args !== undefined && { args }),
});

const envOf = (variables: readonly Variable[]) => (variables.length === 0 ? {} : { env: variables });

/** What is asked of a sidecar that stays: only of one that others wait for before they start. */
function sidecarProbes({ before, health }: Sidecar) {
  const { startupProbe, ...running } = probesOf(health, undefined);
  if (before === 'healthy') return { startupProbe, ...running };
  if (running.livenessProbe === undefined) return {};
  return { ...running, livenessProbe: { ...running.livenessProbe, initialDelaySeconds: health?.startupSeconds } };
}

function sidecarOf(sidecar: Sidecar, { settings, files }: Given) {
  const { name, cpuMillicores, cpuLimitMillicores = sidecarShape.cpuLimitMillicores, memoryMiB, before } = sidecar;
  return {
    name,
    ...programOf(sidecar),
    ...(before !== 'complete' && { restartPolicy: 'Always' }),
    ...envOf(variablesOf(sidecar.env, [])),
    resources: resourcesOf({ cpuMillicores, cpuLimitMillicores, memoryMiB, storageMiB: sidecarShape.storageMiB }),
    securityContext: containerSecurity,
    ...sidecarProbes(sidecar),
    volumeMounts: [{ name: scratchOf(name), mountPath: '/tmp' }, ...mountsOf(settings), ...files.mountsOf(name)],
  };
}

/** What the app itself runs, on what and with what; as another program where `runs` says so. */
function appOf(
  { settings, bound: { keyed }, files, given }: Given,
  runs: Runs,
  more: { readonly ports?: object; readonly probes?: object } = {},
) {
  const { size, resources, volumes, env } = settings;
  const sized = shapes[size];
  const written = volumes.reduce((sum, { sizeMiB = 0 }) => sum + sizeMiB, sized.storageMiB);
  return {
    name: appContainer,
    ...programOf(runs),
    ...more.ports,
    ...envOf(variablesOf(env, [...(keyed.length === 0 ? [] : [bindingRoot]), ...given])),
    resources: resourcesOf({
      cpuMillicores: resources?.cpuMillicores ?? sized.cpuMillicores,
      cpuLimitMillicores: resources?.cpuLimitMillicores ?? sized.cpuLimitMillicores,
      memoryMiB: resources?.memoryMiB ?? sized.memoryMiB,
      storageMiB: written,
    }),
    securityContext: containerSecurity,
    ...more.probes,
    volumeMounts: [
      { name: 'tmp', mountPath: '/tmp' },
      ...keyed.map(({ secret }) => ({ name: bindingVolume(secret), mountPath: `${bindingRoot.value}/${secret}`, readOnly: true })),
      ...mountsOf(settings),
      ...files.mountsOf(appContainer),
    ],
  };
}

/** The container of the app itself. */
export const appContainer = 'app';

/** What all pods of the app have, as Pod Security `restricted` wants it. */
function templateOf(given: Given, labels: Readonly<Record<string, string>>, app: object, around: object) {
  const { settings, account, bound, role, files } = given;
  const { user, size, volumes, sidecars, imagePullSecrets } = settings;
  const scratch = [
    { name: 'tmp', sizeMiB: shapes[size].storageMiB },
    ...sidecars.map(({ name }) => ({ name: scratchOf(name), sizeMiB: sidecarShape.storageMiB })),
    ...volumes.flatMap(({ name, sizeMiB }) => (sizeMiB === undefined ? [] : [{ name: ownVolume(name), sizeMiB }])),
  ];
  const annotations = {
    ...(bound.content !== undefined && { [contentAnnotation]: bound.content }),
    ...(role !== undefined && { [roleAnnotation]: role }),
  };
  return {
    metadata: { labels, ...(Object.keys(annotations).length > 0 && { annotations }) },
    spec: {
      serviceAccountName: account,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...(imagePullSecrets.length > 0 && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
      ...around,
      securityContext: podSecurity(user),
      ...(sidecars.length > 0 && { initContainers: sidecars.map((sidecar) => sidecarOf(sidecar, given)) }),
      containers: [app],
      volumes: [
        ...scratch.map(({ name, sizeMiB }) => ({ name, emptyDir: { sizeLimit: bytes(sizeMiB) } })),
        ...given.kept.map(({ name, claimName }) => ({ name: ownVolume(name), persistentVolumeClaim: { claimName } })),
        ...bound.keyed.map(({ secret }) => ({ name: bindingVolume(secret), secret: { secretName: secret } })),
        ...files.volumes,
      ],
    },
  };
}

/** The template of pods that stay, and take requests where the app has ports. */
export function servingPods(given: Given, labels: Readonly<Record<string, string>>) {
  const { settings } = given;
  const ports = allPortsOf(settings);
  const drains = portsOf(settings).length > 0;
  const app = appOf(given, settings, {
    ports: {
      ...(ports.length > 0 && { ports: ports.map(({ name, targetPort, protocol }) => ({ name, containerPort: targetPort, protocol })) }),
    },
    probes: {
      ...probesOf(settings.health, settings.targetPort ?? settings.port),
      ...(drains && { lifecycle: { preStop: { sleep: { seconds: drainSeconds } } } }),
    },
  });
  return templateOf(given, labels, app, {
    terminationGracePeriodSeconds: settings.graceSeconds + (drains ? drainSeconds : 0),
    topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: labels },
    })),
  });
}

/** A Job of pods that run a program of the app to its end: what fails is tried once more, and what its node stopped is no failure. */
export function endingJob(given: Given, labels: Readonly<Record<string, string>>, runs: Runs) {
  const template = templateOf(given, labels, appOf(given, runs), {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: given.settings.graceSeconds,
  });
  return {
    backoffLimit: 1,
    podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
    template,
  };
}
