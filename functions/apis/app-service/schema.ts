import * as z from 'zod';
import { bindingHead } from '../../core/binding.ts';
import { field, type SettingsOf, setting } from '../../core/field.ts';
import { deletionField } from '../../core/protection.ts';
import { cron, cronText } from '../../core/schedule.ts';
import { runningField } from '../../core/stop.ts';
import { ttlField, ttlRules } from '../../core/ttl.ts';

/** What names made for a claim end with. */
export const suffix = 'service';

const sizes = ['small', 'medium', 'large', 'xlarge'] as const;
const backendNames = ['container'] as const;

const criticalities = ['tier-1', 'tier-2', 'tier-3'] as const;

export type Size = (typeof sizes)[number];
export type Criticality = (typeof criticalities)[number];

const line = z.string().min(1).max(512);
const words = z.array(z.string().max(1024)).max(50);
const port = z.int().min(1).max(65535);
const label = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
const portName = z
  .string()
  .max(15)
  .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/);
const set = { 'x-kubernetes-list-type': 'set' };
const byKeys = (...keys: readonly string[]) => ({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });

const further = z.object({
  name: portName.describe('What it is called, such as `metrics`.'),
  port: port.describe('Number of the port.'),
  targetPort: port.optional().describe('Port on which the app listens, where that is another.'),
  protocol: z.enum(['TCP', 'UDP']).default('TCP').describe('How it is spoken to.'),
});

const variables = z.record(z.string(), z.string().max(1024)).default({});

const scale = z.object({
  min: z.int().min(1).max(50).describe('Fewest pods.'),
  max: z.int().min(1).max(50).describe('Most pods. As many as the fewest are a fixed number.'),
  cpuPercent: z
    .int()
    .min(10)
    .max(100)
    .default(70)
    .describe('How much of the requested CPU the pods use on average before there are more of them.'),
});

const header = z.object({
  name: z
    .string()
    .max(64)
    .regex(/^[-A-Za-z0-9_]+$/)
    .describe('Its name.'),
  value: line.describe('Its value.'),
});

/** A question to the app, and what answers it. */
const question = {
  path: line.optional().describe('Path that answers GET on the port with a status below 400.'),
  port: port.optional().describe('Port on which `path` is asked, where that is another than the one for requests.'),
  headers: z.array(header).max(10).default([]).meta(byKeys('name')).describe('Headers with which `path` is asked.'),
  tcp: port.optional().describe('Port that takes connections.'),
  exec: words.optional().describe('Command that succeeds.'),
};

const health = z.object({
  ...question,
  alive: z
    .object(question)
    .optional()
    .describe(
      'How it is known to be alive, where that is another question than whether it can serve: it is restarted when this is not answered.',
    ),
  startupSeconds: z.int().min(1).max(300).default(60).describe('How long it may take to start.'),
});

const bound = z.object({
  kind: line.describe('Kind of the claim, such as AppDatabase.'),
  name: label.describe('Name of the claim, which is in the same namespace.'),
});

/** A path without `.`, `..` and what shells and Kubernetes read in one. */
const mounted = z
  .string()
  .max(256)
  .regex(/^(\/\.?[-A-Za-z0-9_][-A-Za-z0-9._]*)+$/);

const file = z.object({
  path: mounted.describe('Where it is, such as `/etc/app/config.yaml`.'),
  content: z
    .string()
    .max(65536)
    .describe('What is in it. Placeholders are those of `env`: a file with one is kept in a Secret, any other in a ConfigMap.'),
  mode: z
    .string()
    .regex(/^0[0-7]{3}$/)
    .default('0444')
    .describe('Who may do what with it, in octal digits, such as `0555` for a script; nobody can write it.'),
});
const files = z.array(file).max(20).default([]).meta(byKeys('path'));

/** Who can write to a volume at a time. https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes */
export const accessModes = ['ReadWriteOnce', 'ReadWriteMany'] as const;

const persistent = z.object({
  storageGiB: z
    .int()
    .min(1)
    .max(16384)
    .describe('How much it holds, in GiB. Never changes.')
    .meta({
      'x-kubernetes-validations': [
        { rule: 'self == oldSelf', message: 'storageGiB of a volume cannot be changed: move the data to another volume' },
      ],
    }),
});

const volume = z
  .object({
    name: label.max(40).describe('What it is called.'),
    path: mounted.describe('Where it is, such as `/var/cache/app`.'),
    sizeMiB: z
      .int()
      .min(1)
      .max(1048576)
      .optional()
      .describe('How much it holds at most, in MiB, where it goes with its pod. A pod that writes more is replaced.'),
    persistent: persistent
      .optional()
      .describe('That it outlives pods, and the claim as `deletion` says, where the environment has volumes for apps.'),
  })
  .meta({
    'x-kubernetes-validations': [
      { rule: 'has(self.sizeMiB) != has(self.persistent)', message: 'a volume has sizeMiB, or is persistent: say one of the two' },
    ],
  });

const millicores = z.int().min(10).max(64000);
const mebibytes = z.int().min(16).max(262144);
const cpuLimit = millicores.optional().describe('How much CPU it may use at most, in thousandths of one; never less than it requests.');

const resources = z.object({
  cpuMillicores: millicores.optional().describe('CPU that is set aside for it, in thousandths of one.'),
  cpuLimitMillicores: cpuLimit,
  memoryMiB: mebibytes.optional().describe('Memory that is set aside for it, in MiB. With more it is restarted.'),
});

const sidecarHealth = health.pick({ tcp: true, exec: true, startupSeconds: true });

const sidecar = z
  .object({
    name: label.max(40).describe('What it is called; `app` is the app itself.'),
    image: line.describe('Its image, as `image`.'),
    command: words.optional().describe('Program to run in place of that of the image.'),
    args: words.optional().describe('Arguments of the program in place of those of the image.'),
    env: variables.describe('Its environment variables, as `env`.'),
    files: files.describe('Its files, as `files`.'),
    cpuMillicores: millicores.default(50).describe('CPU that is set aside for it, in thousandths of one.'),
    cpuLimitMillicores: cpuLimit,
    memoryMiB: mebibytes.default(64).describe('Memory that is set aside for it, in MiB. With more it is restarted.'),
    health: sidecarHealth.optional().describe('How it is known to be up; one of `tcp` and `exec`.'),
    before: z
      .enum(['started', 'healthy', 'complete'])
      .default('started')
      .describe(
        'What has to be before the app, and the sidecars after it, start: that it runs, that it is healthy, or that it has ended with success, as a step that prepares something.',
      ),
  })
  .meta({
    'x-kubernetes-validations': [
      { rule: "self.before != 'healthy' || has(self.health)", message: 'before: healthy needs health, which says what that is' },
      { rule: "self.before != 'complete' || !has(self.health)", message: 'before: complete is of what ends: leave out health' },
      { rule: "self.name != 'app'", message: 'app is the name of the app itself: call the sidecar something else' },
    ],
  });

const schedule = z.object({
  cron: cron.describe(cronText),
  timeZone: z
    .string()
    .max(64)
    .regex(/^[A-Z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/)
    .default('UTC')
    .describe('In which these are, such as `Europe/Berlin`.'),
  concurrency: z
    .enum(['Allow', 'Forbid', 'Replace'])
    .default('Forbid')
    .describe('What becomes of a run whose turn it is while the one before is not done: it runs beside it, is left out, or replaces it.'),
  suspend: z.boolean().default(false).describe('Whether no further run begins.'),
});

const beforeDeploy = z.object({
  command: words.min(1).describe('Program, such as one that migrates a database.'),
  args: words.optional().describe('Its arguments.'),
  timeoutSeconds: z.int().min(1).max(86400).default(600).describe('How long it may take.'),
});

const metrics = z.object({
  port: port.optional().describe('Port on which it answers them, where that is another than the one for requests.'),
  path: z
    .string()
    .max(256)
    .regex(/^\/[-A-Za-z0-9._~/]*$/)
    .default('/metrics')
    .describe('Path that answers with its metrics as Prometheus reads them.'),
});

const reached = z.object({
  cidr: z
    .string()
    .max(43)
    .regex(/^[0-9a-fA-F.:]+\/[0-9]{1,3}$/)
    .optional()
    .describe('Addresses, such as 10.0.0.0/16; all where it is left out.'),
  port: port.describe('TCP port.'),
});

export const fields = {
  backend: setting(z.enum(backendNames), { text: 'What the app is run with.', default: { dev: 'container' } }),
  image: field(line, {
    text: 'Image of the app, with a tag or a digest, from a registry that the environment allows. It runs without root, on a read-only file system but for /tmp.',
    required: true,
    example: 'docker.io/library/python:3.13-alpine',
  }),
  command: field(words, { text: 'Program to run in place of that of the image.', example: ['python3'] }),
  args: field(words, { text: 'Arguments of the program in place of those of the image.', example: ['-m', 'http.server', '8080'] }),
  user: field(z.int().min(1).max(65535).default(65532), {
    text: 'uid and gid that it runs as, for an image whose files only its own user can read.',
    example: 1000,
  }),
  port: field(port, {
    text: 'TCP port on which it serves HTTP. Without one it is a worker, to which nobody connects.',
    example: 8080,
  }),
  targetPort: field(port, { text: 'Port on which it listens, where that is another than `port`.', example: 8000 }),
  ports: field(z.array(further).max(10).default([]).meta(byKeys('name')), {
    text: 'Further ports on which it is reached.',
    example: [
      { name: 'metrics', port: 9090 },
      { name: 'stream', port: 9000, targetPort: 19000, protocol: 'UDP' },
    ],
  }),
  replicas: field(z.int().min(1).max(50), { text: 'A fixed number of pods, in place of `autoscaling`.', example: 3 }),
  autoscaling: field(scale, {
    text: 'Between how many pods it is scaled by the CPU that they use.',
    default: {
      dev: { min: 1, max: 1, cpuPercent: 70 },
      staging: { min: 2, max: 2, cpuPercent: 70 },
      prod: { min: 2, max: 6, cpuPercent: 70 },
    },
    moves: 'freely',
    example: { min: 3, max: 9, cpuPercent: 50 },
  }),
  size: field(z.enum(sizes), {
    text: 'CPU, memory and room for temporary files of each pod.',
    default: { dev: 'small', prod: 'medium' },
    example: 'large',
  }),
  bindings: field(z.array(bound).max(20).default([]).meta(byKeys('kind', 'name')), {
    text: 'Claims whose Secrets it gets, each as files in `/bindings/<secret>`, after the Service Binding specification, with SERVICE_BINDING_ROOT. It starts once all are there, and restarts once when what is in one of them changes.',
    example: [{ kind: 'AppDatabase', name: 'orders' }],
  }),
  env: field(variables, {
    text: 'Environment variables. `${bindings.<secret>.<key>}` stands for a key of one of `bindings`, such as `${bindings.orders-database.uri}`, and is never written down where it can be read; `$${` is a `${` as it is.',
    example: {
      DATABASE_URL: '${bindings.orders-database.uri}',
      GREETING: 'postgres at ${bindings.orders-database.host}',
      LOG_LEVEL: 'info',
    },
  }),
  files: field(files, {
    text: 'Files that it finds, with keys of `bindings` where they say so. It restarts once when one changes.',
    example: [
      { path: '/etc/app/settings.ini', content: 'level = info\n' },
      { path: '/etc/app/database.ini', content: 'uri = ${bindings.orders-database.uri}\n' },
    ],
  }),
  volumes: field(z.array(volume).max(10).default([]).meta(byKeys('name')), {
    text: 'Places that it, and its sidecars, can write to besides /tmp. Each goes with its pod, or is `persistent`.',
    example: [
      { name: 'cache', path: '/var/cache/app', sizeMiB: 256 },
      { name: 'uploads', path: '/var/uploads', persistent: { storageGiB: 20 } },
    ],
  }),
  deletion: deletionField('keeps the volumes', { container: 'deletes its persistent volumes' }, 'where it has persistent volumes'),
  resources: field(resources, {
    text: 'CPU and memory of each pod in place of those of `size`; what is left out is that of `size`.',
    example: { cpuMillicores: 300, memoryMiB: 768 },
  }),
  sidecars: field(z.array(sidecar).max(5).default([]).meta(byKeys('name')), {
    text: 'Further containers of each pod, in the order in which they start. They share its network and its volumes, and get only those keys of bindings that they name.',
    example: [
      { name: 'prepare', image: 'docker.io/library/python:3.13-alpine', command: ['true'], before: 'complete' },
      {
        name: 'proxy',
        image: 'docker.io/library/python:3.13-alpine',
        args: ['-m', 'http.server', '8081'],
        env: { PASSWORD: '${bindings.orders-database.password}' },
        health: { tcp: 8081 },
        before: 'healthy',
      },
    ],
  }),
  imagePullSecrets: field(z.array(label).max(5).default([]).meta(set), {
    text: 'Secrets of the namespace, of type kubernetes.io/dockerconfigjson, with which its images are pulled.',
    example: ['registry'],
  }),
  schedule: field(schedule, {
    text: 'When it runs, for an app that does something and ends: it has a CronJob in place of pods that stay.',
    example: { cron: '30 3 * * *', timeZone: 'Europe/Berlin' },
  }),
  beforeDeploy: field(beforeDeploy, {
    text: 'What has to succeed, with its image, bindings and variables, before pods of another image or other settings start. It runs once for each such revision, and a second time where it failed; until it has succeeded the revision before serves.',
    example: { command: ['python3', '-m', 'compileall', '/tmp'] },
  }),
  running: runningField,
  ttlHours: ttlField,
  health: field(health, {
    text: 'How it is known to be up and able to serve; one of `path`, `tcp` and `exec`. Default: `port` takes connections.',
    example: { path: '/', headers: [{ name: 'X-Probe', value: 'ready' }], startupSeconds: 120, alive: { tcp: 8000 } },
  }),
  metrics: field(metrics, {
    text: 'Where Prometheus finds its metrics, where the environment has one. With those of an HTTP server as OpenTelemetry names them it is watched for errors and slow answers.',
    example: { port: 9090, path: '/internal/metrics' },
  }),
  criticality: field(z.enum(criticalities), {
    text: 'What it promises to those who use it, and so when somebody is told that it does not hold: tier-1 is 99.9 % of requests without an error and 99 % within half a second, tier-2 99.5 % and 95 % within half a second, tier-3 99 % and 95 % within 2.5 seconds. For tier-1 and tier-2 whoever is on call is called.',
    default: { dev: 'tier-3', prod: 'tier-2' },
    moves: 'freely',
    example: 'tier-1',
  }),
  owner: field(
    z
      .string()
      .max(63)
      .regex(/^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/),
    {
      text: 'Who of those that own its namespace looks after it: the label `claim_owner` of its alerts, besides that of the owner.',
      example: 'team-orders',
    },
  ),
  graceSeconds: field(z.int().min(1).max(3600).default(30), {
    text: 'How long it may take to finish what it is doing once it is told to stop with SIGTERM.',
    unit: 'seconds',
    example: 60,
  }),
  callers: field(z.array(label).max(20).default([]).meta(set), {
    text: 'Namespaces whose pods may connect to it besides those of its own.',
    example: ['checkout-prod'],
  }),
  egress: field(z.array(reached).max(20), {
    text: 'What it may connect to besides pods of its own namespace and DNS. Without the list it is bound by what holds for the namespace alone; with it, a database outside of the cluster needs its port here.',
    example: [{ cidr: '10.0.0.0/16', port: 5432 }, { port: 443 }],
  }),
  host: field(
    z
      .string()
      .max(253)
      .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/),
    {
      text: 'Host name under which it is reached from outside of the cluster, where the environment says how. One claim of a namespace has a host and path.',
      example: 'orders.shop.example.com',
    },
  ),
  path: field(
    z
      .string()
      .max(256)
      .regex(/^\/[-A-Za-z0-9._~/]*$/)
      .default('/'),
    {
      text: 'What paths under `host` that lead to it begin with.',
      example: '/orders',
    },
  ),
};
/** What pods that end have none of. */
const ofServing = [
  'port',
  'ports',
  'replicas',
  'autoscaling',
  'health',
  'host',
  'callers',
  'beforeDeploy',
  'metrics',
] as const satisfies readonly (keyof typeof fields)[];
const isSaid = (name: (typeof ofServing)[number]) =>
  fields[name].schema instanceof z.ZodDefault ? `(has(self.${name}) && size(self.${name}) > 0)` : `has(self.${name})`;

export const rules = [
  ...ttlRules,
  {
    rule: `!has(self.schedule) || !(${ofServing.map(isSaid).join(' || ')})`,
    message: `schedule is of an app that ends: leave out ${ofServing.join(', ')}, or schedule`,
  },
];

export type ServiceSettings = SettingsOf<typeof fields>;
export type File = z.output<typeof file>;
export type Volume = z.output<typeof volume>;
export type Sidecar = z.output<typeof sidecar>;
export type Health = z.output<typeof health>;
export type Question = Pick<Health, keyof typeof question>;

export const status = z.object({
  url: z.string().optional().describe('Where it is reached: from outside of the cluster where it has a host, or else within.'),
});

export const binding = z.strictObject({
  ...bindingHead('http', backendNames),
  host: z.string().min(1).exactOptional().describe('Host name in the cluster; a worker has none.'),
  port: z
    .string()
    .regex(/^[0-9]+$/)
    .exactOptional()
    .describe('Port; a worker has none.'),
  url: z
    .string()
    .regex(/^http:\/\//)
    .exactOptional()
    .describe('Both as one URL; a worker has none.'),
});
