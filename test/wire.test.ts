import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import {
  FunctionRunner,
  FunctionRunnerServiceService,
  getServer,
  newGrpcServer,
  Resource,
  RunFunctionRequest,
  RunFunctionResponse,
  Severity,
  setDesiredComposedResources,
  startServer as startSdkServer,
  to,
} from '@crossplane-org/function-sdk-typescript';
import { type ChannelCredentials, Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { inputApiVersion } from '../functions/core/group.ts';
import type { Step } from '../functions/core/pipeline.ts';
import { goldenPath } from '../functions/golden-path.ts';
import { createMetrics } from '../functions/runtime/metrics.ts';
import { createRunFunction } from '../functions/runtime/run-function.ts';
import { type RunningServer, startServer } from '../functions/runtime/server.ts';
import { bundle } from '../package/bundle.ts';
import { nodeFlags } from '../package/image.ts';
import { type Authority, authoritySubject, clientCredentials, createAuthority, issueCertificate } from './certificates.ts';

const mebibyte = 1024 * 1024;
const source = fileURLToPath(new URL('../organisation/main.ts', import.meta.url));
const silent = pino({ level: 'silent' });
const { path: runFunctionPath } = FunctionRunnerServiceService.runFunction;

const claim = { apiVersion: 'platform.internal/v1alpha1', kind: 'AppDatabase', metadata: { name: 'orders', namespace: 'shop' }, spec: {} };
const input = { apiVersion: inputApiVersion, kind: 'Expand' };

const steps: Readonly<Record<string, Step>> = {
  Expand: ({ claim: { spec }, desired }) => ({ desired, status: { spec }, conditions: [], events: [], ttlSeconds: 60 }),
  Guard: () => {
    throw new Error('a defect');
  },
};

let scratch: string;
let authority: Authority;
let serverDirectory: string;
let clientDirectory: string;
let client: ChannelCredentials;
/** The function in one file, as its image has it. */
let program: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'golden-path-wire-'));
  authority = createAuthority(join(scratch, 'ca'));
  serverDirectory = issueCertificate(authority, join(scratch, 'server'));
  clientDirectory = issueCertificate(authority, join(scratch, 'client'));
  client = clientCredentials(authority.certificate, clientDirectory);
  program = join(scratch, 'main.mjs');
  await bundle(source, program);
});

const logged: string[] = [];
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  logged.length = 0;
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});
afterAll(() => rmSync(scratch, { recursive: true }));

async function serve(tlsCertsDir: string | undefined = serverDirectory): Promise<RunningServer> {
  const metrics = createMetrics(['AppDatabase']);
  const runFunction = createRunFunction({
    steps,
    platform: goldenPath,
    observe: metrics.observe,
    issueSecret: () => 'secret',
    now: () => '2026-01-02T03:04:05Z',
  });
  const anyPort = '127.0.0.1:0';
  const server = await startServer({
    runFunction,
    metrics,
    log: pino({}, { write: (line) => logged.push((JSON.parse(line) as { readonly msg: string }).msg) }),
    address: anyPort,
    metricsAddress: anyPort,
    tlsCertsDir,
    certificateRefreshSeconds: 0.02,
  });
  cleanUps.push(() => server.shutdown(0));
  return server;
}

function encoded(request: object): Buffer {
  return Buffer.from(
    RunFunctionRequest.encode(RunFunctionRequest.fromJSON({ input, observed: { composite: { resource: claim } }, ...request })).finish(),
  );
}

function ask(connection: Client, bytes: Buffer, milliseconds: number): Promise<RunFunctionResponse> {
  const same = (value: Buffer): Buffer => value;
  return new Promise((resolve, reject) => {
    connection.makeUnaryRequest(
      runFunctionPath,
      same,
      RunFunctionResponse.decode,
      bytes,
      { deadline: Date.now() + milliseconds },
      (error, response) => {
        if (error === null && response !== undefined) resolve(response);
        else reject(error as Error);
      },
    );
  });
}

function send(port: number, channel: ChannelCredentials, bytes = encoded({}), milliseconds = 10_000): Promise<RunFunctionResponse> {
  const connection = new Client(`localhost:${port}`, channel);
  return ask(connection, bytes, milliseconds).finally(() => connection.close());
}

async function refusal(call: Promise<unknown>): Promise<ServiceError> {
  return await call.then(
    () => Promise.reject(new Error('want an error')),
    (error: ServiceError) => error,
  );
}

function fatal({ results }: RunFunctionResponse): readonly string[] {
  return results.filter(({ severity }) => severity === Severity.SEVERITY_FATAL).map(({ message }) => message);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

describe('mutual TLS', () => {
  test('answers a client with a certificate of the right authority', async () => {
    const { port } = await serve();
    expect(fatal(await send(port, client))).toEqual([]);
  });

  test('answers a client whose certificate has the subject of its authority, as those of Crossplane have', async () => {
    const { port } = await serve();
    const namesake = issueCertificate(authority, join(scratch, 'namesake'), authoritySubject);
    expect(fatal(await send(port, clientCredentials(authority.certificate, namesake)))).toEqual([]);
  });

  test('refuses a client without a certificate', async () => {
    const { port } = await serve();
    expect(await refusal(send(port, clientCredentials(authority.certificate)))).toMatchObject({ code: status.UNAVAILABLE });
    expect(logged).toContain('refused a client: it presents no certificate');
  });

  test('refuses a client with a certificate of another authority', async () => {
    const { port } = await serve();
    const stranger = issueCertificate(createAuthority(join(scratch, 'other-ca')), join(scratch, 'stranger'));
    expect(await refusal(send(port, clientCredentials(authority.certificate, stranger)))).toMatchObject({ code: status.UNAVAILABLE });
    expect(logged).toContain('refused a client: its certificate is of another authority');
  });

  test('refuses plaintext', async () => {
    const { port } = await serve();
    expect(await refusal(send(port, credentials.createInsecure()))).toMatchObject({ code: status.UNAVAILABLE });
  });

  test('follows a rotation of the authority, and outlives one that went half-way', async () => {
    const directory = issueCertificate(authority, join(scratch, 'rotating'));
    const { port } = await serve(directory);
    await send(port, client);

    copyFileSync(join(clientDirectory, 'tls.key'), join(directory, 'tls.key'));
    await sleep(100);
    expect(fatal(await send(port, client))).toEqual([]);

    const next = createAuthority(join(scratch, 'next-ca'));
    issueCertificate(next, directory);
    const nextClient = clientCredentials(next.certificate, issueCertificate(next, join(scratch, 'next-client')));
    await expect.poll(() => send(port, nextClient).then(fatal, () => 'refused')).toEqual([]);
    expect(await refusal(send(port, client))).toMatchObject({ code: status.UNAVAILABLE });
  });

  test('outlives connections that break off', async () => {
    const { port } = await serve();
    const own = { cert: readFileSync(join(clientDirectory, 'tls.crt')), key: readFileSync(join(clientDirectory, 'tls.key')) };
    const options = { ca: readFileSync(authority.certificate), ALPNProtocols: ['h2'], servername: 'localhost' };
    for (const certificate of [own, {}]) {
      const socket = connectSocket(port, '127.0.0.1');
      const secure = connectTls({ ...options, ...certificate, socket }).on('error', () => undefined);
      await once(secure, 'secureConnect');
      secure.write('no HTTP/2');
      socket.resetAndDestroy();
    }
    const halfHandshake = connectSocket(port, '127.0.0.1');
    await once(halfHandshake, 'connect');
    halfHandshake.write(Buffer.from([0x16, 0x03, 0x01]));
    halfHandshake.resetAndDestroy();
    await sleep(50);
    expect(fatal(await send(port, client))).toEqual([]);
  });

  test('does not start with a key that does not fit its certificate', async () => {
    const directory = issueCertificate(authority, join(scratch, 'mismatched'));
    copyFileSync(join(clientDirectory, 'tls.key'), join(directory, 'tls.key'));
    await expect(serve(directory)).rejects.toThrow(`cannot use TLS certificates: ${directory}: `);
  });
});

describe('requests', () => {
  function nested(levels: number): object {
    let resource: object = {};
    for (let level = 1; level < levels; level += 1) resource = { spec: resource };
    return { observed: { composite: { resource: claim }, resources: { deep: { resource } } } };
  }

  test('takes 15 MiB', async () => {
    const { port } = await serve();
    const big = { resource: { data: 'x'.repeat(15 * mebibyte) } };
    expect(fatal(await send(port, client, encoded({ observed: { composite: { resource: claim }, resources: { big } } })))).toEqual([]);
  });

  test('refuses more than 16 MiB', async () => {
    const { port } = await serve();
    const { code, details } = await refusal(send(port, client, Buffer.alloc(16 * mebibyte + 1)));
    expect({ code, details }).toEqual({
      code: status.RESOURCE_EXHAUSTED,
      details: 'Received message larger than max (16777217 vs 16777216)',
    });
  });

  test('takes 50 levels and answers more with a reason', async () => {
    const { port } = await serve();
    expect(fatal(await send(port, client, encoded(nested(50))))).toEqual([]);
    expect(fatal(await send(port, client, encoded(nested(51))))).toEqual([
      'cannot read the request: its resource deep: something in it is nested deeper than 50 levels',
    ]);
  });

  test('answers bytes that are no request', async () => {
    const { port } = await serve();
    expect(fatal(await send(port, client, Buffer.from('no request')))).toEqual([expect.stringMatching(/^cannot read the request: /)]);
  });

  test('answers an unknown step', async () => {
    const { port } = await serve();
    expect(fatal(await send(port, client, encoded({ input: { ...input, kind: 'Foo' } })))).toEqual([
      'cannot run the pipeline step: input.kind: got "Foo", want one of Expand, Guard',
    ]);
  });

  test('answers when a step throws, and goes on', async () => {
    const { port } = await serve();
    expect(fatal(await send(port, client, encoded({ input: { ...input, kind: 'Guard' } })))).toEqual([
      'cannot run the pipeline step: internal error: a defect',
    ]);
    expect(fatal(await send(port, client))).toEqual([]);
  });

  test('refuses a key that would reach a prototype', async () => {
    const { port } = await serve();
    // Protobuf's own objects cannot spell the key, so it is put into the bytes.
    const placeholder = '__prot0__';
    const poison = { [placeholder]: { polluted: 'yes' } };
    const pod = { resource: { apiVersion: 'v1', kind: 'Pod', ...poison } };
    for (const [where, request] of [
      ['AppDatabase orders: ', { observed: { composite: { resource: { ...claim, spec: poison } } } }],
      ['what is desired of pod: ', { desired: { resources: { pod } } }],
      ['', { desired: { resources: { [placeholder]: { resource: claim } } } }],
      ['', { requiredResources: { [placeholder]: { items: [] } } }],
    ] as const) {
      const poisoned = Buffer.from(encoded(request).toString('latin1').replaceAll(placeholder, '__proto__'), 'latin1');
      expect(fatal(await send(port, client, poisoned))).toEqual([`cannot read the request: ${where}a key in it is __proto__`]);
    }
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    const spec = { constructor: { prototype: { polluted: 'yes' } } };
    const { desired } = await send(port, client, encoded({ observed: { composite: { resource: { ...claim, spec } } } }));
    expect(desired?.composite?.resource).toEqual({ apiVersion: claim.apiVersion, kind: claim.kind, status: { spec } });
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

test('counts calls', async () => {
  const { port, metricsPort } = await serve();
  await send(port, client);
  await send(port, client, encoded({ input: { ...input, kind: 'Guard' } }));
  await send(port, client, Buffer.from('no request'));
  const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  const text = await response.text();
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(text).toContain('goldenpath_calls_total{step="Expand",api="AppDatabase",outcome="done"} 1\n');
  expect(text).toContain('goldenpath_calls_total{step="Guard",api="AppDatabase",outcome="failed"} 1\n');
  expect(text).toContain('goldenpath_refusals_total{step="unknown",api="unknown",reason="RequestUnreadable"} 1\n');
  expect((await fetch(`http://127.0.0.1:${metricsPort}/`)).status).toBe(404);
});

describe('the process', () => {
  interface Exit {
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }

  function run(...flags: readonly string[]): { child: ChildProcess; serving: Promise<void>; exit: Promise<Exit> } {
    const child = spawn(process.execPath, [program, ...flags], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
    cleanUps.push(() => child.kill('SIGKILL'));
    const out = { stdout: '', stderr: '' };
    child.stderr.on('data', (text) => {
      out.stderr += text;
    });
    const lines = createInterface(child.stdout);
    lines.on('line', (line) => {
      out.stdout += `${line}\n`;
    });
    const serving = new Promise<void>((resolve) => {
      lines.on('line', (line) => {
        if (line.includes('"msg":"serving"')) resolve();
      });
    });
    return { child, serving, exit: once(child, 'close').then(([code]) => ({ code: code as number | null, ...out })) };
  }

  function messages(stdout: string): readonly string[] {
    return stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly msg: string }).msg);
  }

  interface HalfSent {
    /** Sends the other half. */
    finish(): Promise<Buffer>;
  }

  async function openSession(port: number): Promise<ClientHttp2Session> {
    const session = connect(`https://localhost:${port}`, {
      ca: readFileSync(authority.certificate),
      cert: readFileSync(join(clientDirectory, 'tls.crt')),
      key: readFileSync(join(clientDirectory, 'tls.key')),
    });
    session.on('error', () => undefined);
    await once(session, 'connect');
    cleanUps.push(() => session.destroy());
    return session;
  }

  async function sendHalf(port: number): Promise<HalfSent> {
    const session = await openSession(port);
    const message = encoded({});
    const frame = Buffer.concat([Buffer.alloc(5), message]);
    frame.writeUInt32BE(message.length, 1);
    const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, HTTP2_HEADER_CONTENT_TYPE } = constants;
    const stream = session.request({
      [HTTP2_HEADER_METHOD]: 'POST',
      [HTTP2_HEADER_PATH]: runFunctionPath,
      [HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      te: 'trailers',
    });
    stream.on('error', () => undefined);
    stream.write(frame.subarray(0, 20));
    await new Promise<void>((resolve, reject) => {
      session.ping((error) => (error === null ? resolve() : reject(error)));
    });
    return {
      async finish() {
        stream.end(frame.subarray(20));
        const chunks = await stream.toArray();
        return Buffer.concat(chunks).subarray(5);
      },
    };
  }

  async function started(...flags: readonly string[]) {
    const [port, metricsPort] = [await freePort(), await freePort()];
    const addresses = ['--address', `127.0.0.1:${port}`, '--metrics-address', `127.0.0.1:${metricsPort}`];
    const process = run(...addresses, '--tls-certs-dir', serverDirectory, ...flags);
    await Promise.race([process.serving, process.exit.then((exit) => Promise.reject(new Error(JSON.stringify(exit))))]);
    return { ...process, port, metricsPort };
  }

  test('answers the call in flight after SIGTERM, then ends', async () => {
    const { child, exit, port, metricsPort } = await started();
    expect((await fetch(`http://127.0.0.1:${metricsPort}/healthz`)).status).toBe(200);
    const call = await sendHalf(port);
    child.kill('SIGTERM');
    await expect.poll(() => fetch(`http://127.0.0.1:${metricsPort}/healthz`).then((response) => response.status)).toBe(503);
    expect(await refusal(send(port, client))).toMatchObject({ code: status.UNAVAILABLE });

    const response = RunFunctionResponse.decode(await call.finish());
    expect(Object.keys(response.requirements?.resources ?? {})).toEqual(['namespace', 'environments']);
    const { code, stdout, stderr } = await exit;
    expect({ code, stderr, messages: messages(stdout) }).toEqual({
      code: 0,
      stderr: '',
      messages: ['loaded TLS certificates', 'serving', 'stopped'],
    });
  });

  test('ends at once after SIGTERM while a client is idle', async () => {
    const { child, exit, port } = await started();
    const session = await openSession(port);
    // Not with once, which takes for an error that a process which ends resets a connection that nobody uses.
    const ended = new Promise((resolve) => session.once('close', resolve));
    child.kill('SIGTERM');
    await ended;
    expect(await exit).toMatchObject({ code: 0 });
  });

  test('ends at the deadline while a call hangs', async () => {
    const { child, exit, port } = await started('--shutdown-deadline-seconds', '1');
    await sendHalf(port);
    const asked = performance.now();
    child.kill('SIGTERM');
    const { code } = await exit;
    expect(code).toBe(1);
    expect(performance.now() - asked).toBeGreaterThan(900);
  });

  test('logs no call, and with --debug no more of it than its name', async () => {
    const { child, exit, port } = await started('--debug');
    await send(port, client, encoded({ observed: { composite: { resource: claim, connectionDetails: { password: 'c2VjcmV0' } } } }));
    child.kill('SIGTERM');
    const call = (await exit).stdout.split('\n').find((line) => line.includes('"msg":"call"')) ?? '';
    expect(Object.keys(JSON.parse(call) as object)).toEqual([
      'level',
      'time',
      'step',
      'outcome',
      'kind',
      'namespace',
      'name',
      'seconds',
      'msg',
    ]);
  });

  test('does not start on a port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    cleanUps.push(() => taken.close());
    await once(taken, 'listening');
    const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    const tls = ['--tls-certs-dir', serverDirectory];
    for (const [what, flags] of [
      ['gRPC', ['--address', address, '--metrics-address', '127.0.0.1:0']],
      ['metrics', ['--address', '127.0.0.1:0', '--metrics-address', address]],
    ] as const) {
      const { code, stdout, stderr } = await run(...flags, ...tls).exit;
      expect({ code, stderr, last: messages(stdout).at(-1) }).toEqual({
        code: 1,
        stderr: '',
        last: `cannot listen for ${what} on ${address}: EADDRINUSE`,
      });
    }
  });

  test('does not start without certificates', async () => {
    const { code, stdout, stderr } = await run('--tls-certs-dir', '/nowhere').exit;
    expect({ code, stderr, messages: messages(stdout) }).toEqual({
      code: 1,
      stderr: '',
      messages: ['cannot read TLS certificates: /nowhere/ca.crt: ENOENT'],
    });
  });

  test.each([
    [['--foo'], "cannot start: Unknown option '--foo'; see --help\n"],
    [[], 'cannot start: --tls-certs-dir: missing, want a directory with tls.crt, tls.key and ca.crt, or --insecure; see --help\n'],
    [
      ['--tls-certs-dir', ''],
      'cannot start: --tls-certs-dir: missing, want a directory with tls.crt, tls.key and ca.crt, or --insecure; see --help\n',
    ],
    [['--insecure', '--address', '9443'], 'cannot start: --address: got "9443", want HOST:PORT; see --help\n'],
    [['--insecure', '--shutdown-deadline-seconds', 'x'], 'cannot start: --shutdown-deadline-seconds: got "x", want a number; see --help\n'],
  ])('exits with 2 on flags %j', async (flags, want) => {
    expect(await run(...flags).exit).toEqual({ code: 2, stdout: '', stderr: want });
  });

  test('explains its flags', async () => {
    const { code, stdout } = await run('--help').exit;
    expect(code).toBe(0);
    expect(stdout).toContain('--shutdown-deadline-seconds N');
  });
});

describe('the process as its image runs it', () => {
  interface Running {
    readonly port: number;
    readonly metricsPort: number;
    /** As Crossplane has, before anything else comes. */
    readonly connection: Client;
    /** The most memory that it has had. */
    readonly mebibytes: () => number;
    readonly exitCode: () => number | null;
  }

  async function start(): Promise<Running> {
    const [port, metricsPort] = [await freePort(), await freePort()];
    const addresses = ['--address', `127.0.0.1:${port}`, '--metrics-address', `127.0.0.1:${metricsPort}`];
    const flags = [...nodeFlags, program, ...addresses, '--tls-certs-dir', serverDirectory];
    const child = spawn(process.execPath, flags, { env: {}, stdio: ['ignore', 'pipe', 'inherit'] });
    cleanUps.push(() => child.kill('SIGKILL'));
    await new Promise<void>((resolve) => {
      createInterface(child.stdout).on('line', (line) => {
        if (line.includes('"msg":"serving"')) resolve();
      });
    });
    const connection = new Client(`localhost:${port}`, client);
    cleanUps.push(() => connection.close());
    await ask(connection, encoded({}), patience);
    return {
      port,
      metricsPort,
      connection,
      mebibytes: () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
      exitCode: () => child.exitCode,
    };
  }

  const containerMebibytes = 256;
  const patience = 50_000;

  /** A claim of the same namespace with as many annotations as the apiserver takes. */
  function annotated(index: number): object {
    const annotations = Object.fromEntries(Array.from({ length: 50_000 }, (_, number) => [number.toString(36), '']));
    const fields = Object.fromEntries(Object.keys(annotations).map((key) => [`f:${key}`, {}]));
    const managedFields = [{ manager: 'kubectl', fieldsV1: { 'f:metadata': { 'f:annotations': fields } } }];
    return { resource: { ...claim, metadata: { ...claim.metadata, name: `noisy-${index}`, annotations, managedFields } } };
  }

  /** Calls for a claim that is as it should be, one after the other, until the others end. */
  async function answeredWhile(connection: Client, hostile: Promise<unknown>): Promise<number> {
    let ended = false;
    const end = hostile.finally(() => {
      ended = true;
    });
    let answered = 0;
    for (; !ended; answered += 1) {
      const { requirements } = await ask(connection, encoded({}), patience);
      expect(Object.keys(requirements?.resources ?? {})).toEqual(['namespace', 'environments']);
    }
    await end;
    return answered;
  }

  test('answers requests of 15 MiB, many at a time, in the memory that it has', async () => {
    const { port, connection, mebibytes, exitCode } = await start();
    const count = 13;
    const bytes = encoded({
      requiredResources: { 'claims-appdatabases': { items: Array.from({ length: count }, (_, index) => annotated(index)) } },
    });
    expect(bytes.length / mebibyte).toBeGreaterThan(14.5);
    const message = `cannot process the claim: it comes with more than 250000 values in ${count + 1} objects of ${(bytes.length / mebibyte).toFixed(1)} MiB; `;
    const text = encoded({
      observed: { composite: { resource: claim }, resources: { big: { resource: { text: '\u00e9'.repeat(7.5 * mebibyte) } } } },
    });
    const hostile = Promise.all(
      [...Array(8).keys()].map(async (index) => {
        const { results, conditions } = await send(port, client, index % 2 === 0 ? bytes : text, patience);
        if (index % 2 === 0) {
          expect(results.map((each) => each.message)).toEqual([expect.stringContaining(message)]);
          expect(conditions).toMatchObject([{ type: 'Resolved', reason: 'TooLarge', message: expect.stringContaining(message) }]);
        }
      }),
    );
    expect(await answeredWhile(connection, hostile)).toBeGreaterThan(0);
    expect({ exitCode: exitCode(), fits: mebibytes() < containerMebibytes }).toEqual({ exitCode: null, fits: true });
  }, 60_000);

  test('outlives thousands of connections that say three bytes, and closes them', async () => {
    const { port, connection, metricsPort, mebibytes, exitCode } = await start();
    const sockets = new Set<Socket>();
    cleanUps.push(() => {
      for (const socket of sockets) socket.destroy();
    });
    const open = (to: number, text: Buffer | string) =>
      new Promise<void>((resolve) => {
        const socket = connectSocket(to, '127.0.0.1', () => {
          socket.write(text);
          resolve();
        });
        sockets.add(socket);
        socket.on('error', () => resolve()).on('close', () => sockets.delete(socket));
        socket.resume();
      });
    const hostile = (async () => {
      for (let batch = 0; batch < 30; batch += 1) {
        await Promise.all([...Array(50)].flatMap(() => [open(port, Buffer.from([0x16, 0x03, 0x01])), open(metricsPort, 'GET')]));
      }
    })();
    expect(await answeredWhile(connection, hostile)).toBeGreaterThan(0);
    expect((await fetch(`http://127.0.0.1:${metricsPort}/healthz`)).status).toBe(200);
    expect(fatal(await send(port, client))).toEqual([]);
    // Those that are the newest are closed at the end of their time.
    await expect.poll(() => sockets.size, { timeout: 15_000 }).toBe(0);
    expect({ exitCode: exitCode(), fits: mebibytes() < containerMebibytes }).toEqual({ exitCode: null, fits: true });
  }, 60_000);
});

/** Each is why something here is our own; one that fails says that the SDK was mended and ours can go. */
describe('the SDK still', () => {
  const handler = { RunFunction: (request: RunFunctionRequest) => Promise.resolve(to(request)) };

  test('merges arrays where a resource is set that an earlier step wrote', () => {
    const resource = Resource.fromJSON({ resource: { args: ['-a', '1', '-b', '1'] } });
    const response = to(RunFunctionRequest.fromJSON({ desired: { resources: { pod: { resource: { args: ['-a', '1', '-b', '1'] } } } } }));
    const set = setDesiredComposedResources(response, { pod: resource });
    expect(set.desired?.resources['pod']?.resource).toEqual({ args: ['-a', '1', '-b'] });
  });

  test('answers clients without a certificate, and takes at most 4 MiB', async () => {
    const port = await freePort();
    const server = newGrpcServer(new FunctionRunner(handler, silent), silent);
    cleanUps.push(() => server.forceShutdown());
    startSdkServer(server, { address: `127.0.0.1:${port}`, tlsServerCertsDir: serverDirectory }, silent);
    const anonymous = clientCredentials(authority.certificate);
    await expect.poll(() => send(port, anonymous).then(fatal, () => 'not yet')).toEqual([]);
    const { details } = await refusal(send(port, anonymous, Buffer.alloc(4 * mebibyte + 1)));
    expect(details).toBe('Received message larger than max (4194305 vs 4194304)');
  });

  test('goes on when it cannot listen', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    cleanUps.push(() => taken.close());
    await once(taken, 'listening');
    const server = getServer(new FunctionRunner(handler, silent), silent);
    const failed = new Promise<void>((resolve) => {
      const log = pino({ level: 'error' }, { write: () => resolve() });
      startSdkServer(server, { address: `127.0.0.1:${(taken.address() as AddressInfo).port}`, insecure: true }, log);
    });
    await expect(failed).resolves.toBeUndefined();
  });

  test('decodes no more than 31 levels', () => {
    const levels = (count: number) => JSON.parse(`${'{"a":'.repeat(count - 1)}{}${'}'.repeat(count - 1)}`) as object;
    const decode = (count: number) => RunFunctionRequest.decode(encoded({ context: levels(count) }));
    expect(() => decode(31)).not.toThrow();
    expect(() => decode(34)).toThrow('protobuf decode recursion limit exceeded');
  });
});
