import { containerBackend, runningServer, secretPath, server, serverHost, shell } from '../../../../../functions/containers/server.ts';
import type { Context, Expansion } from '../../../../../functions/core/api.ts';
import { bind, bindingKey, issuedValues, issueOnce } from '../../../../../functions/core/binding.ts';
import { needsOf } from '../../../../../functions/core/facts.ts';
import { composedName } from '../../../../../functions/core/names.ts';
import { protection } from '../../../../../functions/kinds/crossplane/usage.ts';
import { binding, type Size, suffix, type TemplateSettings } from '../schema.ts';

const port = 6379;
const dataPath = '/data';

/** uid and gid of `valkey` in its image. */
const user = 999;

const memoryMiB: Readonly<Record<Size, number>> = { small: 256, large: 1024 };

/** The password comes from standard input, so that it is on no command line; data has half of the memory. */
const start = (size: Size) =>
  shell(`exec valkey-server - --port ${port} --dir ${dataPath} --appendonly yes --maxmemory ${memoryMiB[size] / 2}mb <<EOF
requirepass $(cat ${secretPath}/password)
EOF`);

const probe = shell(`REDISCLI_AUTH="$(cat ${secretPath}/password)" valkey-cli -e -p ${port} ping`);

function expand(context: Context<TemplateSettings, unknown>): Expansion {
  const { claim, environment, settings, observed } = context;
  const name = composedName(claim, suffix);
  const host = serverHost(claim, name);
  const password = issueOnce(context, issuedValues(binding, observed[bindingKey])?.['password']);
  const values = password && {
    type: suffix,
    provider: 'container',
    host,
    port: String(port),
    password,
    uri: `redis://:${password}@${host}:${port}`,
  };
  const bound = bind(claim, name, binding, values || undefined, observed[bindingKey], 'a password');
  const storageGiB = runningServer([], observed['server'])?.storageGiB ?? settings.storageGiB;
  const pod = server({
    claim,
    name,
    port,
    user,
    dataPath,
    storageGiB,
    probe,
    app: 'valkey',
    image: settings.image,
    imageFrom: { environment, field: 'data.defaults.AppTemplate' },
    command: start(settings.size),
    size: { cpu: '100m', cpuLimit: '1', memory: `${memoryMiB[settings.size]}Mi` },
    persistent: true,
    deletion: settings.deletion,
    scratch: [],
    secretKeys: ['password'],
    observed,
  });
  return {
    resources: { ...bound.resources, ...pod.resources, ...protection(claim, name, settings.deletion) },
    pending: { ...bound.pending, ...pod.pending },
    status: { host, port },
    inForce: { storageGiB },
    ...(bound.refusal && { refusal: bound.refusal }),
  };
}

/** A Valkey with a volume, in a pod of the claim's own namespace. */
export const container = containerBackend(needsOf(), expand);
