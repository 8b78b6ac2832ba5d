import { bindingRoot } from '../../functions/apis/app-service/env.ts';
import type { Api } from '../../functions/core/api.ts';
import { at as valueAt } from '../../functions/core/kubernetes.ts';
import { composedName } from '../../functions/core/names.ts';
import type { Platform } from '../../functions/core/pipeline.ts';
import { shown } from '../../functions/core/problem.ts';
import { expanded, knownText, type Parts } from './placeholders.ts';
import type { Path, Resource } from './schema.ts';
import { appKind, configFile, type DataType, dataTypes, insteadOf, type OwnType, ownTypes } from './types.ts';
import { type Workload, wrong } from './workload.ts';

/** What workloads are converted with. */
export interface Context {
  readonly platform: Platform;
  /** What the hosts end in that no Score file says. */
  readonly domain: string;
  /** Those that are converted together, by name. */
  readonly workloads: ReadonlyMap<string, Workload>;
}

/** A resource of a workload. */
export interface Named {
  readonly workload: Workload;
  readonly name: string;
  readonly resource: Resource;
}

/** The resources of a workload, those of a type where one is said. */
export function resourcesOf(workload: Workload, type?: OwnType): readonly Named[] {
  const all = Object.entries(workload.score.resources ?? {}).map(([name, resource]) => ({ workload, name, resource }));
  return type === undefined ? all : all.filter(({ resource }) => resource.type === type);
}

export const pathOf = ({ name }: Named, ...rest: Path): Path => ['resources', name, ...rest];

export const dataTypeOf = ({ resource }: Named): DataType | undefined =>
  Object.hasOwn(dataTypes, resource.type) ? dataTypes[resource.type] : undefined;

const isOwn = (type: string): type is OwnType => ownTypes.some((each) => each === type);

/** Refuses what the platform has no claim for. */
export function checkType(of: Named, { platform }: Context): void {
  const { type, class: given } = of.resource;
  const got = `got ${shown(type)}`;
  const served = (kind: string) => platform.apis.some((api) => api.kind === kind);
  const known = [...Object.entries(dataTypes).flatMap(([name, { kind }]) => (served(kind) ? [name] : [])), ...ownTypes].sort();
  const instead = Object.hasOwn(insteadOf, type) ? insteadOf[type] : undefined;
  const data = dataTypeOf(of);
  if (instead !== undefined) throw wrong(of.workload, pathOf(of, 'type'), `${got}, ${instead}`);
  if (data === undefined ? !isOwn(type) : !served(data.kind))
    throw wrong(of.workload, pathOf(of, 'type'), `${got}, want one of ${known.join(', ')}`);
  if (data === undefined && given !== undefined && given !== 'default')
    throw wrong(of.workload, pathOf(of, 'class'), `got ${shown(given)}, want default, the one class of ${type}`);
}

/** The API of a kind that a workload needs. */
export function apiOf({ platform }: Pick<Context, 'platform'>, kind: string, workload: Workload, path: Path): Api {
  const api = platform.apis.find((each) => each.kind === kind);
  if (api === undefined) throw wrong(workload, path, `it needs the API ${kind}, which the platform has not`);
  return api;
}

/** The name of the claim that a resource becomes: its own beside the workload's, or its `id`, by which workloads share it. */
export const claimNameOf = ({ workload, name, resource }: Named) =>
  resource.id === undefined ? `${workload.score.metadata.name}-${name}` : resource.id.replaceAll('.', '-');

/** The workload that a `service` or a `service-port` is of. */
export function targetOf(of: Named, context: Context, within: readonly Named[] = []): string {
  const { workload, name, resource } = of;
  const isPort = resource.type === 'service-port';
  const target = isPort ? textParam(of, 'workload', context, within) : (resource.id ?? name).split('.').at(-1);
  if (target === undefined) throw wrong(workload, pathOf(of, 'params', 'workload'), 'missing, want the name of a workload');
  if (target === workload.score.metadata.name)
    throw wrong(workload, pathOf(of, ...(isPort ? ['params', 'workload'] : [])), `got ${shown(target)}, want another workload than this`);
  return target;
}

/** What a placeholder within the params of these stands for. */
type Output = () => Parts;
type Outputs = Readonly<Record<string, Output>>;

/** The outputs of what has a binding, by the keys of it. */
function boundOutputs(of: Named, api: Api, claim: string): Outputs {
  const data = dataTypeOf(of);
  const secret = composedName({ name: claim }, api.suffix);
  const keys = Object.keys(api.binding?.shape ?? {});
  const key =
    (name: string): Output =>
    () => [{ secret, key: name }];
  const by = Object.entries(data?.outputs ?? {}).filter(([, name]) => keys.includes(name));
  return {
    ...Object.fromEntries(keys.map((name) => [name, key(name)])),
    ...Object.fromEntries(by.map(([output, name]) => [output, key(name)])),
    ...Object.fromEntries(Object.entries(data?.known ?? {}).map(([output, text]) => [output, () => [text]])),
    ...(keys.includes(configFile.key) && { [configFile.output]: () => [`${bindingRoot.value}/${secret}/${configFile.key}`] }),
  };
}

function servicePort(of: Named, target: string, context: Context, within: readonly Named[]): string {
  const port = textParam(of, 'port', context, within);
  const path = pathOf(of, 'params', 'port');
  if (port === undefined) throw wrong(of.workload, path, 'missing, want the name of a port');
  const there = context.workloads.get(target);
  if (there === undefined)
    throw wrong(of.workload, path, `got ${shown(port)}, which only the Score file of ${target} says, want that file too`);
  const ports = there.score.service?.ports ?? {};
  const found = Object.hasOwn(ports, port) ? ports[port] : undefined;
  if (found === undefined)
    throw wrong(of.workload, path, `got ${shown(port)}, want a port of ${target}: ${Object.keys(ports).join(', ') || 'it has none'}`);
  return String(found.port);
}

function outputsOf(of: Named, context: Context, within: readonly Named[]): Outputs {
  const { workload, name, resource } = of;
  const { type } = resource;
  const data = dataTypeOf(of);
  if (data !== undefined) return boundOutputs(of, apiOf(context, data.kind, workload, pathOf(of)), claimNameOf(of));
  const app = apiOf(context, appKind, workload, pathOf(of));
  if (type === 'service') {
    const outputs = boundOutputs(of, app, targetOf(of, context, within));
    return { ...outputs, ...(outputs['host'] && { name: outputs['host'] }) };
  }
  if (type === 'service-port') {
    const target = targetOf(of, context, within);
    const { host } = boundOutputs(of, app, target);
    return { ...(host && { hostname: host }), port: () => [servicePort(of, target, context, within)] };
  }
  if (type === 'dns') return { host: () => [hostOf(of, context, within)] };
  if (type !== 'environment') return {};
  const names = Object.keys(resource.params ?? {});
  return Object.fromEntries(
    names.map((param) => [
      param,
      () => {
        const value = resource.params?.[param];
        const path = pathOf(of, 'params', param);
        if (typeof value === 'object') throw wrong(workload, path, `got ${shown(value)}, want a text`);
        return partsOf(String(value), workload, path, context, [...within, { workload, name, resource }]);
      },
    ]),
  );
}

/** The host that a `dns` stands for. */
function hostOf(of: Named, context: Context, within: readonly Named[]): string {
  const shared = of.resource.id?.replaceAll('.', '-');
  return textParam(of, 'host', context, within) ?? `${shared ?? of.workload.score.metadata.name}.${context.domain}`;
}

function placeholder(
  reference: readonly string[],
  whole: string,
  workload: Workload,
  path: Path,
  context: Context,
  within: readonly Named[],
): Parts {
  const [head, name = '', ...rest] = reference;
  const refuse = (want: string) => wrong(workload, path, `got ${shown(whole)}, want ${want}`);
  if (head === 'metadata') {
    const value = valueAt(workload.score.metadata, ...reference.slice(1));
    if (typeof value !== 'string') throw refuse('a text of metadata, such as ${metadata.name}');
    return [value];
  }
  if (head !== 'resources' || name === '') throw refuse('${metadata.name} or ${resources.<name>.<output>}, or $$ for a $ as it is');
  const all = resourcesOf(workload);
  const of = all.find((each) => each.name === name);
  if (of === undefined) throw refuse(`one of resources: ${all.map((each) => each.name).join(', ') || 'there are none'}`);
  if (within.some((each) => each.name === name)) throw refuse('no circle of params');
  const outputs = outputsOf(of, context, within);
  const output = rest.join('.');
  const { without = {} } = dataTypeOf(of) ?? {};
  const instead = Object.hasOwn(without, output) ? without[output] : undefined;
  if (instead !== undefined) throw refuse(instead.replace('<name>', name));
  const found = Object.hasOwn(outputs, output) ? outputs[output] : undefined;
  if (found === undefined)
    throw refuse(`an output of ${name}: ${Object.keys(outputs).sort().join(', ') || `${of.resource.type} has none`}`);
  return found();
}

/** What a text of a workload comes to. */
export function partsOf(text: string, workload: Workload, path: Path, context: Context, within: readonly Named[] = []): Parts {
  return expanded(text, (reference, whole) => placeholder(reference, whole, workload, path, context, within));
}

/** A param as far as it is known beforehand, in whatever it has. */
function known(value: unknown, of: Named, path: Path, context: Context, within: readonly Named[]): unknown {
  if (Array.isArray(value)) return value.map((each, index) => known(each, of, [...path, String(index)], context, within));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, known(each, of, [...path, key], context, within)]));
  if (typeof value !== 'string') return value;
  const text = knownText(partsOf(value, of.workload, path, context, [...within, of]));
  if (text === undefined) throw wrong(of.workload, path, `got ${shown(value)}, want what is known before the resource is there`);
  return text;
}

/** What the params of a resource come to; where it takes only some, another is refused. */
export function paramsOf(
  of: Named,
  context: Context,
  takes: readonly string[] = Object.keys(of.resource.params ?? {}),
  within: readonly Named[] = [],
): Readonly<Record<string, unknown>> {
  const params = of.resource.params ?? {};
  const unknown = Object.keys(params).find((name) => !takes.includes(name));
  if (unknown !== undefined)
    throw wrong(of.workload, pathOf(of, 'params', unknown), `unknown param, want one of ${takes.join(', ') || 'none'}`);
  return known(params, of, pathOf(of, 'params'), context, within) as Readonly<Record<string, unknown>>;
}

const textParams: { readonly [T in OwnType]?: readonly string[] } = {
  dns: ['host'],
  route: ['host', 'path', 'port'],
  'service-port': ['workload', 'port'],
};

/** A param that is a text, or a number as one. */
export function textParam(of: Named, name: string, context: Context, within: readonly Named[] = []): string | undefined {
  const value = paramsOf(of, context, textParams[of.resource.type as OwnType], within)[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number')
    throw wrong(of.workload, pathOf(of, 'params', name), `got ${shown(value)}, want a text`);
  return String(value);
}
