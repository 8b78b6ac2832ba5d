import {
  type Backend,
  bind,
  bindingKey,
  type Context,
  composedName,
  type Expansion,
  issuedValues,
  issueOnce,
  needsOf,
} from 'golden-path-platform/api';
import { type ContainerSize, secretPath, server, serverHost, serverKinds, shell } from 'golden-path-platform/containers';
import { secret } from 'golden-path-platform/kinds';
import { binding, completeBinding, port, type Size, suffix, type TopicSettings } from '../schema.ts';

const username = 'app';

/** The image has no user of its own, and no file that it would have to own. */
const natsUser = 1000;

const monitoring = '127.0.0.1:8222';

const sizes: Readonly<Record<Size, ContainerSize>> = {
  small: { cpu: '50m', cpuLimit: '500m', memory: '64Mi' },
  medium: { cpu: '250m', cpuLimit: '1', memory: '256Mi' },
  large: { cpu: '500m', cpuLimit: '2', memory: '1Gi' },
};

const config = {
  path: '/etc/nats/nats.conf',
  text: [`port: ${port}`, `http: "${monitoring}"`, 'authorization {', `  user: ${username}`, '  password: $NATS_PASSWORD', '}', ''].join(
    '\n',
  ),
};

/** The value is read as configuration, where a password that looks like a number would be one, so it has quotes of its own. */
const start = shell(`export NATS_PASSWORD="\\"$(cat ${secretPath}/password)\\""; exec nats-server --config ${config.path}`);

function expand(context: Context<TopicSettings, unknown>): Expansion {
  const { claim, environment, settings, observed } = context;
  const name = composedName(claim, suffix);
  const host = serverHost(claim, name);
  const password = issueOnce(context, issuedValues(binding, observed[bindingKey])?.['password']);
  const fresh =
    password === undefined ? undefined : completeBinding({ provider: 'container', host, port: String(port), username, password });
  const bound = bind(claim, name, binding, fresh, observed[bindingKey], 'a password');
  const serving = server({
    claim,
    name,
    app: 'nats',
    image: `${settings.image}:${settings.version}-alpine`,
    imageFrom: { environment, field: 'data.defaults.AppTopic' },
    user: natsUser,
    port,
    size: sizes[settings.size],
    command: start,
    config,
    probe: shell(`wget -q -O /dev/null http://${monitoring}/healthz`),
    dataPath: '/data',
    storageGiB: 1,
    persistent: false,
    deletion: 'Delete',
    scratch: [],
    secretKeys: ['password'],
    observed,
  });
  return {
    resources: {
      ...bound.resources,
      ...serving.resources,
    },
    pending: { ...bound.pending, ...serving.pending },
    status: { host, port },
    ...(bound.refusal && { refusal: bound.refusal }),
  };
}

/** A NATS server in a pod of the claim's own namespace, without JetStream, so that it keeps nothing. */
export const container: Backend<TopicSettings, unknown> = {
  needs: needsOf(),
  composes: { binding: secret, ...serverKinds },
  anchor: 'server',
  expand,
};
