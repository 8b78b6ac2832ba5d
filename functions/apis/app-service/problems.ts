import type { Source } from '../../core/api.ts';
import { shown } from '../../core/problem.ts';
import type { Bound } from './bindings.ts';
import { bindingRoot, problemOfVariables } from './env.ts';
import { problemOfHealth, problemOfQuestion } from './health.ts';
import { problemIn } from './placeholders.ts';
import { metricsPortOf, type Port, portsOf } from './ports.ts';
import type { File, ServiceSettings } from './schema.ts';

const reserved = [bindingRoot.value, '/dev', '/proc', '/sys'];

/** What is wrong with where a container has its volumes and files. */
function problemOfPaths(placed: readonly { readonly field: string; readonly path: string }[]): string | undefined {
  const taken = new Map([['/tmp', 'is there already']]);
  for (const { field, path } of placed) {
    const within = reserved.find((each) => path === each || path.startsWith(`${each}/`));
    const why = within === undefined ? taken.get(path) : `is in ${within}`;
    if (why !== undefined) return `${field}.path: got ${shown(path)}, which ${why}, want another path`;
    taken.set(path, `${field} has`);
  }
  return undefined;
}

const placedAt = (field: string, all: readonly { readonly path: string }[]) =>
  all.map(({ path }, index) => ({ field: `${field}.${index}`, path }));

/** What is wrong with what one container is given. */
function problemOfContainer(
  field: string,
  { env, files }: { readonly env: Readonly<Record<string, string>>; readonly files: readonly File[] },
  { volumes }: ServiceSettings,
  { keyed }: Bound,
): string | undefined {
  const texts = files.map(({ content }, index) => [`${field}.files.${index}.content`, problemIn(content, keyed)] as const);
  const [text] = texts.flatMap(([where, problem]) => (problem === undefined ? [] : [`${where}: ${problem}`]));
  return (
    problemOfVariables(`${field}.env`, env, keyed) ??
    problemOfPaths([...placedAt('spec.volumes', volumes), ...placedAt(`${field}.files`, files)]) ??
    text
  );
}

/** Whether two ports are one to Kubernetes, by name, or by where they are reached or listened on. */
const clash = (one: Port, other: Port) =>
  one.name === other.name || (one.protocol === other.protocol && (one.port === other.port || one.targetPort === other.targetPort));

/** What a claim says that cannot hold together. */
export function contradictionIn(settings: ServiceSettings, { autoscaling: scale }: { readonly autoscaling?: Source }): string | undefined {
  const { autoscaling, port, targetPort, replicas, host, sidecars, metrics } = settings;
  if (replicas !== undefined && scale === 'claim') return `spec.replicas: got ${replicas} beside spec.autoscaling, want one of the two`;
  if (autoscaling.max < autoscaling.min) {
    return `spec.autoscaling.max: got ${autoscaling.max}, want at least ${autoscaling.min}, which is the least`;
  }
  const [unhealthy] = [
    problemOfHealth(settings),
    ...sidecars.map(({ health }, index) => health && problemOfQuestion(`spec.sidecars.${index}.health`, health, undefined)),
  ].filter((problem) => problem !== undefined);
  if (unhealthy !== undefined) return unhealthy;
  if (port === undefined && targetPort !== undefined)
    return `spec.targetPort: got ${targetPort}, want spec.port too, by which it is reached`;
  if (port === undefined && host !== undefined) return `spec.host: got ${shown(host)}, want spec.port too, to which it leads`;
  if (metrics !== undefined && (metrics.port ?? port) === undefined)
    return 'spec.metrics.port: missing, want it, or spec.port, on which it answers them';
  const ports = portsOf(settings);
  const asked = metricsPortOf(settings);
  const other = asked?.isOwn ? ports.find((each) => clash(each, asked.port)) : undefined;
  if (asked !== undefined && other !== undefined)
    return `spec.metrics.port: got ${asked.port.port}, which would be port ${asked.port.name} beside ${other.name} on ${other.port}, want another number, or that on which one of spec.ports listens`;
  const [twice] = ports.filter((each, index, all) => all.some((one, at) => at < index && clash(one, each)));
  if (twice === undefined) return undefined;
  return `spec.ports: got ${twice.name} on ${twice.port}, whose name or number is that of another port, want each once`;
}

/** What is wrong with what the containers of an app are given. */
export function problemOfContainers(settings: ServiceSettings, bound: Bound): string | undefined {
  const all = [['spec', settings] as const, ...settings.sidecars.map((each, index) => [`spec.sidecars.${index}`, each] as const)];
  return all.map(([field, container]) => problemOfContainer(field, container, settings, bound)).find((problem) => problem !== undefined);
}
