import * as z from 'zod';
import { bindingHead } from '../../core/binding.ts';
import { field, type SettingsOf, setting } from '../../core/field.ts';

/** What names made for a claim end with. */
export const suffix = 'service';

const sizes = ['small', 'medium', 'large', 'xlarge'] as const;
const backendNames = ['container'] as const;

export type Size = (typeof sizes)[number];

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
});

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

const health = z.object({
  path: line.optional().describe('Path that answers GET on the port with a status below 400 while requests can be served.'),
  tcp: port.optional().describe('Port that takes connections while requests can be served.'),
  exec: words.optional().describe('Command that succeeds while work can be done.'),
  startupSeconds: z.int().min(1).max(300).default(60).describe('How long it may take to start.'),
});

const bound = z.object({
  kind: line.describe('Kind of the claim, such as AppDatabase.'),
  name: label.describe('Name of the claim, which is in the same namespace.'),
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
  ports: field(z.array(further).max(10).default([]).meta(byKeys('name')), {
    text: 'Further TCP ports that it listens on.',
    example: [{ name: 'metrics', port: 9090 }],
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
  env: field(z.record(z.string(), z.string().max(1024)).default({}), {
    text: 'Environment variables. `${bindings.<secret>.<key>}` stands for a key of one of `bindings`, such as `${bindings.orders-database.uri}`, and is never written down where it can be read; `$${` is a `${` as it is.',
    example: {
      DATABASE_URL: '${bindings.orders-database.uri}',
      GREETING: 'postgres at ${bindings.orders-database.host}',
      LOG_LEVEL: 'info',
    },
  }),
  health: field(health, {
    text: 'How it is known to be up; one of `path`, `tcp` and `exec`. Default: `port` takes connections.',
    example: { path: '/', startupSeconds: 120 },
  }),
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
export type ServiceSettings = SettingsOf<typeof fields>;

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
