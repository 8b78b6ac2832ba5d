import { mainPort } from '../../functions/apis/app-service/ports.ts';
import { shown } from '../../functions/core/problem.ts';
import { amountsOf, healthOf, ordered, type Remark, sidecarHealthOf } from './containers.ts';
import { type Asked, checkName } from './data.ts';
import { appText, type Parts } from './placeholders.ts';
import {
  apiOf,
  type Context,
  claimNameOf,
  dataTypeOf,
  type Named,
  paramsOf,
  partsOf,
  pathOf,
  resourcesOf,
  targetOf,
  textParam,
} from './resources.ts';
import type { Path } from './schema.ts';
import { type ReadFile, volumesOf } from './targets.ts';
import { appKind } from './types.ts';
import { type Workload, wrong } from './workload.ts';

/** How much a volume holds of which no param says it. */
const defaultVolumeMiB = 1024;

/** Between how many pods an app is scaled that says nothing of it but that it is. */
const scaling = { min: 2, max: 3 };

/** Of several TCP ports, the one that is for requests unless a route says another. */
const webPorts = ['http', 'web', 'www'];

function textOf(parts: Parts, workload: Workload, path: Path): string {
  const text = appText(parts);
  if (text === undefined) throw wrong(workload, path, 'got a $ right before a placeholder, want something between them');
  return text;
}

function envOf(workload: Workload, container: string, context: Context): Readonly<Record<string, string>> {
  const variables = workload.score.containers[container]?.variables ?? {};
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      const path = ['containers', container, 'variables', name];
      return [name, textOf(partsOf(value, workload, path, context), workload, path)];
    }),
  );
}

function filesOf(workload: Workload, read: readonly ReadFile[], context: Context) {
  return read.map(({ target, value: { mode, noExpand, binaryContent }, text, at }) => {
    const isPlain = noExpand === true || binaryContent !== undefined;
    const content = textOf(isPlain ? [text] : partsOf(text, workload, at, context), workload, at);
    return { path: target, content, ...(mode !== undefined && { mode: mode.padStart(4, '0') }) };
  });
}

/** The volumes of all containers: the app and what runs beside it have each at one path. */
function volumes(workload: Workload, context: Context) {
  const found = new Map<
    string,
    { readonly name: string; readonly path: string; readonly sizeMiB?: unknown; readonly persistent?: unknown }
  >();
  for (const container of Object.keys(workload.score.containers)) {
    for (const { target, value, at } of volumesOf(workload, container)) {
      const [, name] = /^\$\{resources\.([^.}]+)(?:\.source)?\}$/.exec(value.source) ?? [];
      const of = resourcesOf(workload, 'volume').find((each) => each.name === name);
      const path = [...at, 'source'];
      if (of === undefined) throw wrong(workload, path, `got ${shown(value.source)}, want \${resources.<name>} of type volume`);
      if (of.resource.id !== undefined) throw wrong(workload, pathOf(of, 'id'), 'got an id, want none: a volume goes with its pod');
      for (const field of ['path', 'readOnly'] as const)
        if (value[field] !== undefined && value[field] !== false)
          throw wrong(workload, [...at, field], `got ${shown(value[field])}, want none: a volume is mounted whole, and can be written`);
      const other = found.get(of.name);
      if (other !== undefined && other.path !== target)
        throw wrong(workload, at, `got ${shown(target)}, want ${shown(other.path)}, where another container has the volume`);
      const { sizeMiB = defaultVolumeMiB, storageGiB } = paramsOf(of, context, ['sizeMiB', 'storageGiB']);
      const holds = storageGiB === undefined ? { sizeMiB } : { persistent: { storageGiB } };
      found.set(of.name, { name: of.name, path: target, ...holds });
    }
  }
  return [...found.values()];
}

/** The only resource of a type. */
function onlyOf(workload: Workload, type: 'route' | 'horizontal-pod-autoscaler'): Named | undefined {
  const [only, second] = resourcesOf(workload, type);
  if (second !== undefined) throw wrong(workload, pathOf(second), `it is the second ${type}, want one`);
  return only;
}

/** The ports of an app: the one for requests, and the others by name. */
function portsOf(workload: Workload, routed: string | undefined) {
  const all = Object.entries(workload.score.service?.ports ?? {}).map(([name, port]) => ({ name, protocol: 'TCP', ...port }));
  const tcp = all.filter(({ protocol }) => protocol === 'TCP');
  const main =
    routed === undefined
      ? (tcp.find(({ name }) => webPorts.includes(name)) ?? tcp[0])
      : tcp.find(({ name, port }) => routed === name || routed === String(port));
  const target = ({ port, targetPort = port }: (typeof all)[number]) => (targetPort === port ? {} : { targetPort });
  const further = all.filter((each) => each !== main);
  const namesake = main && further.find(({ name }) => name === mainPort);
  if (namesake !== undefined)
    throw wrong(
      workload,
      ['service', 'ports', namesake.name],
      `got the name that the port of requests has, which is ${main?.name}, want another`,
    );
  return {
    names: tcp.map(({ name }) => name),
    main: main && { port: main.port, ...target(main) },
    further: further.map((each) => ({
      name: each.name,
      port: each.port,
      ...(each.protocol !== 'TCP' && { protocol: each.protocol }),
      ...target(each),
    })),
  };
}

function scaled(of: Named, context: Context) {
  const {
    minReplicas,
    maxReplicas,
    targetCPUUtilizationPercentage: cpuPercent,
  } = paramsOf(of, context, ['minReplicas', 'maxReplicas', 'targetCPUUtilizationPercentage']);
  const min = minReplicas ?? scaling.min;
  return { min, max: maxReplicas ?? Math.max(scaling.max, Number(min)), ...(cpuPercent !== undefined && { cpuPercent }) };
}

/** What an app is bound to, each once. */
function bindingsOf(workload: Workload, context: Context) {
  const all = resourcesOf(workload).flatMap((of) => {
    const data = dataTypeOf(of);
    if (data !== undefined) return [{ kind: data.kind, name: claimNameOf(of) }];
    const isApp = of.resource.type === 'service' || of.resource.type === 'service-port';
    return isApp ? [{ kind: appKind, name: targetOf(of, context) }] : [];
  });
  return [...new Map(all.map((each) => [`${each.kind} ${each.name}`, each])).values()];
}

const unlessEmpty = <Name extends string, Value extends object>(name: Name, value: Value) =>
  Object.keys(value).length === 0 ? {} : { [name]: value };

/** The app that a workload is. */
export function appOf(workload: Workload, files: ReadonlyMap<string, readonly ReadFile[]>, context: Context, remark: Remark): Asked {
  const { metadata, containers } = workload.score;
  const api = apiOf(context, appKind, workload, ['metadata', 'name']);
  checkName(api, metadata.name, workload, ['metadata', 'name']);
  const { main, sidecars } = ordered(workload);
  const route = onlyOf(workload, 'route');
  const autoscaler = onlyOf(workload, 'horizontal-pod-autoscaler');
  const routed = route && textParam(route, 'port', context);
  const ports = portsOf(workload, routed);
  if (route !== undefined && ports.main === undefined)
    throw wrong(
      workload,
      pathOf(route, 'params', 'port'),
      `got ${shown(routed)}, want a TCP port of service.ports: ${ports.names.join(', ') || 'there is none'}`,
    );
  const host = route && textParam(route, 'host', context);
  if (route !== undefined && host === undefined)
    throw wrong(workload, pathOf(route, 'params', 'host'), 'missing, want a host, such as ${resources.<name>.host} of type dns');
  const path = route && textParam(route, 'path', context);
  const run = (name: string) => {
    const { image = '', command, args } = containers[name] ?? {};
    if (image === '.') throw wrong(workload, ['containers', name, 'image'], 'got ".", want the name of an image that is in a registry');
    return { image, ...(command && { command }), ...(args && { args }) };
  };
  const given = (name: string) => ({
    ...unlessEmpty('env', envOf(workload, name, context)),
    ...unlessEmpty('files', filesOf(workload, files.get(name) ?? [], context)),
  });
  const beside = sidecars.map(({ name, before }) => {
    const health = sidecarHealthOf(workload, name, before, remark);
    const amounts = amountsOf(containers[name]);
    return { name, ...run(name), ...given(name), ...amounts, ...(health && { health }), ...(before !== 'started' && { before }) };
  });
  const health = healthOf(workload, main, ports.main?.targetPort ?? ports.main?.port);
  const spec = {
    ...run(main),
    ...ports.main,
    ...unlessEmpty('ports', ports.further),
    ...(autoscaler && { autoscaling: scaled(autoscaler, context) }),
    ...unlessEmpty('resources', amountsOf(containers[main])),
    ...unlessEmpty('bindings', bindingsOf(workload, context)),
    ...given(main),
    ...unlessEmpty('volumes', volumes(workload, context)),
    ...unlessEmpty('sidecars', beside),
    ...(health && { health }),
    ...(host !== undefined && { host }),
    ...(path !== undefined && path !== '/' && { path }),
  };
  const places: Readonly<Record<string, Path>> = {
    env: ['containers', main, 'variables'],
    port: ['service', 'ports'],
    targetPort: ['service', 'ports'],
    ports: ['service', 'ports'],
    bindings: ['resources'],
    sidecars: ['containers'],
    health: ['containers', main],
    ...(autoscaler && { autoscaling: pathOf(autoscaler, 'params') }),
    ...(route && { host: pathOf(route, 'params', 'host'), path: pathOf(route, 'params', 'path') }),
  };
  return {
    api,
    name: metadata.name,
    spec,
    annotations: metadata.annotations,
    workload,
    path: ['metadata', 'name'],
    fieldPath: (field) => places[field] ?? ['containers', main, field],
  };
}
