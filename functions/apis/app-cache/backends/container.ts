import { image } from '../../../containers/facts.ts';
import { containerBackend, runningServer, secretPath, server, serverHost, shell } from '../../../containers/server.ts';
import type { Composed, Context, Expansion } from '../../../core/api.ts';
import { bind, bindingKey, issuedValues, issueOnce } from '../../../core/binding.ts';
import { type FactsOf, needsOf } from '../../../core/facts.ts';
import { composedName } from '../../../core/names.ts';
import { shown } from '../../../core/problem.ts';
import type { Refusal } from '../../../core/step.ts';
import { protection } from '../../../kinds/crossplane/usage.ts';
import { binding, type CacheSettings, completeBinding, port, type Size, suffix, versions } from '../schema.ts';

const needs = needsOf(image('valkey', 'Valkey image', 'docker.io/valkey/valkey'));
type Needs = FactsOf<typeof needs>;

const dataPath = '/data';

/** uid and gid of `valkey` in the official image. */
const valkeyUser = 999;

interface Shape {
  readonly cpu: string;
  readonly cpuLimit: string;
  readonly memoryMiB: number;
}

const shapes: Readonly<Record<Size, Shape>> = {
  small: { cpu: '100m', cpuLimit: '1', memoryMiB: 256 },
  medium: { cpu: '250m', cpuLimit: '1', memoryMiB: 1024 },
  large: { cpu: '500m', cpuLimit: '2', memoryMiB: 4096 },
  xlarge: { cpu: '1', cpuLimit: '4', memoryMiB: 8192 },
};

/** What of the memory may be data: the rest is for clients, and a rewrite of the file under many writes copies every page. */
const dataShare = { None: 0.75, Snapshots: 0.4 } as const;

/** How many times the data fits on its volume: the append-only file grows to several times that before it is rewritten. */
const volumeFactor = 8;

const volumeGiB = (memoryMiB: number) => Math.ceil((memoryMiB * dataShare.Snapshots * volumeFactor) / 1024);

/** Read from standard input, so that the password is on no command line and in no file of its own. */
function start({ persistence, evictionPolicy }: CacheSettings, memoryMiB: number, storageGiB: number): readonly string[] {
  const fits = memoryMiB * dataShare[persistence];
  // A volume keeps its first size, and one that is full would stop every write.
  const dataMiB = persistence === 'None' ? fits : Math.min(fits, (storageGiB * 1024) / volumeFactor);
  const config = [
    `requirepass "$(cat ${secretPath}/password)"`,
    `port ${port}`,
    `dir ${dataPath}`,
    `maxmemory ${Math.floor(dataMiB)}mb`,
    `maxmemory-policy ${evictionPolicy}`,
    `appendonly ${persistence === 'None' ? 'no' : 'yes'}`,
    'save ""',
  ];
  return shell(['exec valkey-server - <<EOF', ...config, 'EOF'].join('\n'));
}

/** Fails on an error too, such as that data is still being loaded. */
const probe = shell(`REDISCLI_AUTH="$(cat ${secretPath}/password)" valkey-cli -e -h 127.0.0.1 -p ${port} ping`);

/** A pod is replaced to change its version, but a volume is neither given nor taken away by that. */
function running(context: Context<CacheSettings, Needs>): {
  readonly settings: CacheSettings;
  readonly storageGiB: number;
  readonly refusal?: Refusal;
} {
  const { observed, settings, sources } = context;
  const found = runningServer(versions, observed['server']);
  const storageGiB = volumeGiB(shapes[settings.size].memoryMiB);
  if (found === undefined) return { settings, storageGiB };
  const persistence = found.persistent ? 'Snapshots' : 'None';
  const kept = { settings: { ...settings, persistence }, storageGiB: found.storageGiB ?? storageGiB } as const;
  if (persistence === settings.persistence || sources['persistence'] !== 'claim') return kept;
  const message = `cannot change a container: spec.persistence: got ${shown(settings.persistence)}, want ${shown(persistence)}, with which it was made; make a new claim`;
  return { ...kept, refusal: { reason: 'WouldReplace', message } };
}

function expand(context: Context<CacheSettings, Needs>): Expansion {
  const { claim, environment, facts, observed } = context;
  const { settings, storageGiB, refusal } = running(context);
  const { cpu, cpuLimit, memoryMiB } = shapes[settings.size];
  const name = composedName(claim, suffix);
  const host = serverHost(claim, name);
  const password = issueOnce(context, issuedValues(binding, observed[bindingKey])?.['password']);
  const fresh =
    password === undefined ? undefined : completeBinding({ provider: 'container', host, port: String(port), password, tls: 'false' });
  const bound = bind(claim, name, binding, fresh, observed[bindingKey], 'a password');
  const refused = refusal ?? bound.refusal;
  const serving = server({
    claim,
    name,
    app: 'valkey',
    image: `${facts.images.valkey}:${settings.version}`,
    imageFrom: { environment, field: 'data.images.valkey' },
    user: valkeyUser,
    port,
    size: { cpu, cpuLimit, memory: `${memoryMiB}Mi` },
    command: start(settings, memoryMiB, storageGiB),
    probe,
    dataPath,
    storageGiB,
    persistent: settings.persistence === 'Snapshots',
    deletion: settings.deletion,
    scratch: [],
    secretKeys: ['password'],
    observed,
  });
  const resources: Record<string, Composed> = {
    ...bound.resources,
    ...serving.resources,
    ...protection(claim, name, settings.deletion),
  };
  return {
    resources,
    pending: { ...bound.pending, ...serving.pending },
    status: { host, port },
    inForce: settings,
    ...(refused && { refusal: refused }),
  };
}

/** A Valkey in a pod of the claim's own namespace. */
export const container = containerBackend(needs, expand);
