import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FunctionRunnerServiceService, RunFunctionRequest, RunFunctionResponse } from '@crossplane-org/function-sdk-typescript';
import { type ChannelCredentials, Client, credentials } from '@grpc/grpc-js';
import type { StepRequest } from '../../functions/core/pipeline.ts';
import { guard } from '../../functions/guard/guard.ts';
import { bundle } from '../../package/bundle.ts';
import { nodeFlags } from '../../package/image.ts';
import { project } from '../../package/project.ts';
import { clientCredentials, createAuthority, issueCertificate } from '../certificates.ts';
import { guardRequest, settledRequest } from './request.ts';

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));
const program = join(repositoryRoot, 'dist/function/main.mjs');
const calls = 10_000;
const warmUpCalls = 1000;
const concurrentCalls = 16;
const guardedResources = 100;
const guardCalls = 2000;
const plannedClaims = 1000;
const starts = 7;

interface Server {
  readonly process: ChildProcess;
  readonly address: string;
  readonly startMilliseconds: number;
}

async function start(tlsFlags: readonly string[], port: number): Promise<Server> {
  const address = `127.0.0.1:${port}`;
  const started = performance.now();
  const flags = ['--address', address, '--metrics-address', `127.0.0.1:${port + 1}`, ...tlsFlags];
  const child = spawn(process.execPath, [...nodeFlags, program, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface(child.stdout)) {
    if (line.includes('"msg":"serving"')) return { process: child, address, startMilliseconds: performance.now() - started };
  }
  throw new Error(`cannot start ${program}: it ended before it served`);
}

async function stop({ process: child }: Server): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

function residentMegabytes({ process: child }: Server): number {
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
  return Number(resident) / 1024;
}

/** What the process has used so far, of all its threads; the kernel counts in hundredths of a second. */
function cpuMilliseconds({ process: child }: Server): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function quantile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.floor((sorted.length - 1) * fraction)] ?? Number.NaN;
}

interface Measured {
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of CPU that the server used for a call made alone: unlike the latency, without what other processes took. */
  readonly cpu: number;
  readonly perSecond: number;
  /** Resident after the calls made one at a time. */
  readonly megabytes: number;
}

async function measure(server: Server, channel: ChannelCredentials, request: Buffer, times = calls): Promise<Measured> {
  const client = new Client(server.address, channel);
  const { path } = FunctionRunnerServiceService.runFunction;
  const same = (bytes: Buffer): Buffer => bytes;
  const call = (): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, same, same, request, (error, response) =>
        error === null ? resolve(response as Buffer) : reject(error),
      );
    });

  const { results } = RunFunctionResponse.decode(await call());
  if (results.length > 0) throw new Error(`cannot measure: the function answered ${JSON.stringify(results)}`);
  for (let done = 0; done < warmUpCalls; done += 1) await call();

  const milliseconds: number[] = [];
  const cpuBefore = cpuMilliseconds(server);
  for (let done = 0; done < times; done += 1) {
    const started = performance.now();
    await call();
    milliseconds.push(performance.now() - started);
  }
  const cpu = (cpuMilliseconds(server) - cpuBefore) / times;
  milliseconds.sort((a, b) => a - b);
  const megabytes = residentMegabytes(server);

  const started = performance.now();
  const caller = async () => {
    for (let done = 0; done < times / concurrentCalls; done += 1) await call();
  };
  await Promise.all(Array.from({ length: concurrentCalls }, caller));
  const seconds = (performance.now() - started) / 1000;
  client.close();
  return { p50: quantile(milliseconds, 0.5), p99: quantile(milliseconds, 0.99), cpu, perSecond: times / seconds, megabytes };
}

/** The guard by itself, in this process: its share of what a call costs. */
function measureGuard(step: StepRequest): Pick<Measured, 'p50' | 'p99'> {
  const milliseconds: number[] = [];
  for (let done = 0; done < warmUpCalls + guardCalls; done += 1) {
    const started = performance.now();
    const { refusal } = guard(step);
    if (done >= warmUpCalls) milliseconds.push(performance.now() - started);
    if (refusal !== undefined) throw new Error(`cannot measure: ${refusal.message}`);
  }
  milliseconds.sort((a, b) => a - b);
  return { p50: quantile(milliseconds, 0.5), p99: quantile(milliseconds, 0.99) };
}

/** The command line on a folder of claims, from its start to its exit. */
function measurePlan(folder: string, ...flags: readonly string[]): number {
  const claim = readFileSync(join(repositoryRoot, 'examples/app-database.yaml'), 'utf8');
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < plannedClaims; index += 1) {
    writeFileSync(join(folder, `${index}.yaml`), claim.replace('name: orders', `name: orders-${index}`));
  }
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [join(repositoryRoot, 'cli/main.ts'), 'plan', folder, ...flags], {
    encoding: 'utf8',
    maxBuffer: 1024 ** 3,
  });
  if (status !== 0) throw new Error(`cannot measure: ${stderr}`);
  return (performance.now() - started) / 1000;
}

async function medianStart(tlsFlags: readonly string[], port: number): Promise<number> {
  const milliseconds: number[] = [];
  for (let done = 0; done < starts; done += 1) {
    const server = await start(tlsFlags, port);
    milliseconds.push(server.startMilliseconds);
    await stop(server);
  }
  return quantile(
    milliseconds.sort((a, b) => a - b),
    0.5,
  );
}

function kilobytes(file: string): string {
  return `${(statSync(file).size / 1000).toFixed(0)} kB`;
}

function packageSizes(): readonly [string, string][] {
  const packages = globSync('dist/*.xpkg', { cwd: repositoryRoot }).sort();
  if (packages.length === 0) return [['packages', 'run npm run package first']];
  return packages.map((file) => [file, kilobytes(join(repositoryRoot, file))]);
}

await bundle(project.main, program);
const scratch = mkdtempSync(join(tmpdir(), 'golden-path-bench-'));
try {
  const authority = createAuthority(join(scratch, 'ca'));
  const clientDirectory = issueCertificate(authority, join(scratch, 'client'));
  const tlsFlags = ['--tls-certs-dir', issueCertificate(authority, join(scratch, 'server'))];
  const message = settledRequest();
  const request = Buffer.from(RunFunctionRequest.encode(message).finish());
  const ports = { tls: 19500, plain: 19510, start: 19520 };

  const guarded = guardRequest(guardedResources);
  const guardMessage = Buffer.from(RunFunctionRequest.encode(guarded.message).finish());
  const guardAlone = measureGuard(guarded.step);
  const guardServer = await start(tlsFlags, ports.start);
  const guardServed = await measure(guardServer, clientCredentials(authority.certificate, clientDirectory), guardMessage, guardCalls);
  await stop(guardServer);

  const rows: [string, string][] = [
    ['request', `${(request.length / 1000).toFixed(1)} kB, ${Object.keys(message.observed?.resources ?? {}).length} observed resources`],
  ];
  for (const [name, flags, channel, port] of [
    ['mutual TLS', tlsFlags, clientCredentials(authority.certificate, clientDirectory), ports.tls],
    ['plaintext', ['--insecure'], credentials.createInsecure(), ports.plain],
  ] as const) {
    const server = await start(flags, port);
    const { p50, p99, cpu, perSecond, megabytes } = await measure(server, channel, request);
    rows.push(
      [`RunFunction, ${name}, p50`, `${p50.toFixed(2)} ms`],
      [`RunFunction, ${name}, p99`, `${p99.toFixed(2)} ms`],
      [`RunFunction, ${name}, CPU of a call`, `${cpu.toFixed(2)} ms`],
      [`RunFunction, ${name}, ${concurrentCalls} at a time`, `${perSecond.toFixed(0)} a second`],
      [`resident memory, ${name}, after ${calls + warmUpCalls} calls`, `${megabytes.toFixed(0)} MB`],
    );
    await stop(server);
  }
  const guardName = `guard, ${guardedResources} desired resources`;
  rows.push(
    [guardName, `${(guardMessage.length / 1000).toFixed(1)} kB`],
    [`${guardName}, in process, p50`, `${guardAlone.p50.toFixed(2)} ms`],
    [`${guardName}, in process, p99`, `${guardAlone.p99.toFixed(2)} ms`],
    [`${guardName}, mutual TLS, p50`, `${guardServed.p50.toFixed(2)} ms`],
    [`${guardName}, mutual TLS, p99`, `${guardServed.p99.toFixed(2)} ms`],
    [`${guardName}, mutual TLS, CPU of a call`, `${guardServed.cpu.toFixed(2)} ms`],
    [`goldenpath plan, ${plannedClaims} claims in prod`, `${measurePlan(join(scratch, 'claims'), '--environment', 'prod').toFixed(1)} s`],
    ['start to serving, mutual TLS', `${(await medianStart(tlsFlags, ports.start)).toFixed(0)} ms`],
    ['bundle', kilobytes(program)],
    ...packageSizes(),
  );
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${value}`);
} finally {
  rmSync(scratch, { recursive: true });
}
