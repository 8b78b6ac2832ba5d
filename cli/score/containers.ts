import { shown } from '../../functions/core/problem.ts';
import { type Amounts, type Container, type Path, type Probe, readiness } from './schema.ts';
import { type Workload, wrong } from './workload.ts';

/** What of a Score file cannot be said of an app, where that does no harm. */
export type Remark = (path: Path, why: string) => void;

type Ready = (typeof readiness)[number];

export interface Ordered {
  /** The container that is the app itself. */
  readonly main: string;
  /** The others in the order in which they start, and how far each has to be for the next. */
  readonly sidecars: readonly { readonly name: string; readonly before: Ready }[];
}

/** Which container is the app: the first that no other waits for. What waits for nothing starts before it too. */
export function ordered(workload: Workload): Ordered {
  const { containers } = workload.score;
  const names = Object.keys(containers);
  const waits = names.flatMap((name) =>
    Object.entries(containers[name]?.before ?? {}).map(([first, { ready }]) => ({ name, first, ready })),
  );
  for (const { name, first } of waits) {
    if (names.includes(first)) continue;
    throw wrong(workload, ['containers', name, 'before', first], `there is no such container, want one of ${names.join(', ')}`);
  }
  const started: string[] = [];
  const start = (name: string, after: readonly string[]) => {
    if (after.includes(name))
      throw wrong(workload, ['containers', name, 'before'], `got ${[...after, name].join(' after ')}, want no circle`);
    if (started.includes(name)) return;
    for (const { first } of waits.filter((each) => each.name === name)) start(first, [...after, name]);
    started.push(name);
  };
  for (const name of names) start(name, []);
  const main = names.find((name) => waits.every(({ first }) => first !== name)) ?? '';
  return {
    main,
    sidecars: started
      .filter((name) => name !== main)
      .map((name) => ({
        name,
        before: readiness.findLast((ready) => waits.some((each) => each.first === name && each.ready === ready)) ?? 'started',
      })),
  };
}

const binary = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, Ti: 1024 ** 4, Pi: 1024 ** 5, Ei: 1024 ** 6 };
const decimal = { K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 };
const unitBytes: Readonly<Record<string, number>> = { ...binary, ...decimal };

function mebibytes(amount: string): number {
  const [, number = '', unit = ''] = /^([\d.]+)(\w*)$/.exec(amount) ?? [];
  return Math.ceil((Number(number) * (unitBytes[unit] ?? 1)) / binary.Mi);
}

const millicores = (amount: string) => (amount.endsWith('m') ? Number.parseInt(amount, 10) : Math.ceil(Number(amount) * 1000));

/** An app's memory is requested as much as it is limited, since what is over the request is the first to be killed. */
export function amountsOf({ resources: { limits = {}, requests = {} } = {} }: Pick<Container, 'resources'> = {}) {
  const first = (name: keyof Amounts, ...from: readonly Amounts[]) => from.find((each) => each[name] !== undefined)?.[name];
  const [cpu, memory] = [first('cpu', requests, limits), first('memory', limits, requests)];
  return {
    ...(cpu !== undefined && { cpuMillicores: millicores(cpu) }),
    ...(limits.cpu !== undefined && { cpuLimitMillicores: millicores(limits.cpu) }),
    ...(memory !== undefined && { memoryMiB: mebibytes(memory) }),
  };
}

/** A question of an app by HTTP, or a command. */
function asked(workload: Workload, { exec, httpGet }: Probe, path: Path, mainPort: number | undefined) {
  if (exec !== undefined || httpGet === undefined) return { exec: exec?.command };
  const { host, scheme, path: asks, port, httpHeaders = [] } = httpGet;
  if (scheme === 'HTTPS') throw wrong(workload, [...path, 'httpGet', 'scheme'], 'got "HTTPS", want HTTP, or exec');
  const headers = [...(host === undefined ? [] : [{ name: 'Host', value: host }]), ...httpHeaders];
  return { path: asks, ...(port !== mainPort && { port }), ...(headers.length > 0 && { headers }) };
}

/** How an app is asked whether it can serve, and, where that is another question, whether it is alive. */
export function healthOf(workload: Workload, name: string, mainPort: number | undefined) {
  const { readinessProbe, livenessProbe } = workload.score.containers[name] ?? {};
  const ready = readinessProbe && asked(workload, readinessProbe, ['containers', name, 'readinessProbe'], mainPort);
  const alive = livenessProbe && asked(workload, livenessProbe, ['containers', name, 'livenessProbe'], mainPort);
  if (ready === undefined) return alive;
  return { ...ready, ...(alive !== undefined && JSON.stringify(alive) !== JSON.stringify(ready) && { alive }) };
}

/** How a container beside the app is asked. */
export function sidecarHealthOf(workload: Workload, name: string, before: Ready, remark: Remark) {
  const { readinessProbe, livenessProbe } = workload.score.containers[name] ?? {};
  const field = readinessProbe === undefined ? 'livenessProbe' : 'readinessProbe';
  const probe = readinessProbe ?? livenessProbe;
  const path = ['containers', name, field];
  if (before === 'complete' && probe !== undefined)
    throw wrong(workload, path, 'got a probe, want none of what ends before the app starts');
  if (before === 'healthy' && probe === undefined)
    throw wrong(workload, ['containers', name], `got no probe, want a readinessProbe of what is waited for until it is ${shown(before)}`);
  if (probe === undefined) return undefined;
  if (probe.exec !== undefined) return { exec: probe.exec.command };
  remark([...path, 'httpGet'], 'it is asked whether its port takes connections');
  return { tcp: probe.httpGet?.port };
}
