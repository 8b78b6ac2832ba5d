import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Socket, type Server as SocketServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { FunctionRunnerServiceService } from '@crossplane-org/function-sdk-typescript';
import { logVerbosity, Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, setLogVerbosity } from '@grpc/grpc-js';
import { Certificates } from './certificates.ts';
import { clientProblem } from './client-certificate.ts';
import { limitConnections } from './connections.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import { limitReceiving } from './receiving.ts';
import type { RunFunction } from './run-function.ts';

/** A claim with hundreds of composed resources fits; gRPC's own limit of 4 MiB is met in practice. */
const maxRequestBytes = 16 * 1024 * 1024;
/** Two of the largest requests, one of them copied, and what reading the other makes fit the container's memory. */
const maxReceivedCalls = 2;
const receiveTimeoutMilliseconds = 10_000;
const maxConnections = 512;
const handshakeTimeoutMilliseconds = 5000;
const idleTimeoutMilliseconds = 600_000;
const httpLimits = { headersTimeout: 5000, requestTimeout: 5000, connectionsCheckingInterval: 1000, maxHeaderSize: 8192 } as const;
const certificateRefreshSeconds = 10;

export interface ServerOptions {
  readonly runFunction: RunFunction;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly address: string;
  readonly metricsAddress: string;
  /** Undefined serves plaintext. */
  readonly tlsCertsDir: string | undefined;
  readonly certificateRefreshSeconds?: number;
}

export interface RunningServer {
  readonly port: number;
  readonly metricsPort: number;
  /** Takes no more calls and waits for those in flight; false where some are left at the deadline, for the process to end with. */
  shutdown(deadlineSeconds: number): Promise<boolean>;
}

/** The SDK's service without its codec, so that a request that cannot be decoded is answered and not refused as INTERNAL. */
const service = {
  runFunction: {
    ...FunctionRunnerServiceService.runFunction,
    requestDeserialize: (bytes: Buffer): Buffer => bytes,
    responseSerialize: (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  },
};

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /E[A-Z]{4,}/.exec(text)?.[0] ?? text;
}

/**
 * Lets in only clients with a certificate of ours. TLS ends here rather than in gRPC, whose own check refuses every certificate
 * that Crossplane makes.
 */
function createMutualTlsServer(certificates: Certificates, log: Logger, accept: (connection: Socket) => void): TlsServer {
  const options = {
    ...certificates.options,
    requestCert: true,
    rejectUnauthorized: false,
    ALPNProtocols: ['h2'],
    handshakeTimeout: handshakeTimeoutMilliseconds,
  };
  const server = createTlsServer(options, (connection) => {
    const problem = clientProblem(connection.getPeerCertificate().raw, certificates.authority);
    if (problem === undefined) {
      keep(connection);
      return accept(connection);
    }
    log.warn({ client: connection.remoteAddress }, `refused a client: ${problem}`);
    connection.destroy();
  });
  const keep = limitConnections(server, maxConnections);
  // Node tells of a handshake that takes too long, and leaves the connection open.
  server.on('tlsClientError', (_error, connection) => connection.destroy());
  certificates.onChange((changed) => server.setSecureContext(changed));
  return server;
}

async function listen(server: SocketServer, address: string): Promise<number> {
  const { hostname, port } = new URL(`tcp://${address}`);
  server.listen(Number(port), hostname.replaceAll(/[[\]]/g, ''));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function listening<T>(what: string, address: string, bound: Promise<T>): Promise<T> {
  try {
    return await bound;
  } catch (error) {
    throw new Error(`cannot listen for ${what} on ${address}: ${reason(error)}`);
  }
}

/** Serves Crossplane over mutual TLS, and the kubelet and Prometheus, which have no client certificate, over HTTP. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { runFunction, metrics, log, address, metricsAddress, tlsCertsDir } = options;
  let serving = false;
  // gRPC's own lines are not JSON, and say nothing that is not told here.
  setLogVerbosity(logVerbosity.NONE);

  const grpcServer = new Server({
    'grpc.max_receive_message_length': maxRequestBytes,
    'grpc.enable_channelz': 0,
    'grpc.max_connection_idle_ms': idleTimeoutMilliseconds,
    interceptors: [limitReceiving(maxReceivedCalls, receiveTimeoutMilliseconds)],
  });
  grpcServer.addService(service, {
    runFunction: (call: ServerUnaryCall<Buffer, Uint8Array>, respond: sendUnaryData<Uint8Array>) =>
      respond(null, runFunction(call.request)),
  });

  const httpServer = createServer(httpLimits, (request, response) => {
    if (request.url === '/healthz') {
      response.writeHead(serving ? 200 : 503).end(serving ? 'serving\n' : 'not serving\n');
    } else if (request.url === '/metrics') {
      metrics.text().then(
        (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
        (error: unknown) => response.writeHead(500).end(`${reason(error)}\n`),
      );
    } else {
      response.writeHead(404).end();
    }
  });

  limitConnections(httpServer, maxConnections);

  const metricsPort = await listening('metrics', metricsAddress, listen(httpServer, metricsAddress));
  const connections = grpcServer.createConnectionInjector(ServerCredentials.createInsecure());
  let draining = false;
  let open = 0;
  // A connection that was on its way when gRPC told its sessions to end would hold the process until the deadline.
  const accept = (connection: Socket) => {
    if (draining || open === maxConnections) {
      connection.destroy();
      return;
    }
    open += 1;
    connection.once('close', () => {
      open -= 1;
    });
    connections.injectConnection(connection);
  };
  const certificates =
    tlsCertsDir === undefined
      ? undefined
      : new Certificates(tlsCertsDir, options.certificateRefreshSeconds ?? certificateRefreshSeconds, log);
  if (certificates === undefined) log.warn('serving plaintext to anyone: --insecure is for development only');
  const socketServer = certificates === undefined ? createSocketServer(accept) : createMutualTlsServer(certificates, log, accept);
  const port = await listening('gRPC', address, listen(socketServer, address));
  serving = true;
  log.info({ address, metricsAddress }, 'serving');

  return {
    port,
    metricsPort,
    async shutdown(deadlineSeconds) {
      serving = false;
      draining = true;
      // gRPC only tells its sessions to end; a connection is closed once its last call is answered.
      const drained = promisify(socketServer.close.bind(socketServer))().then(() => true);
      grpcServer.tryShutdown(() => {});
      const answered = await Promise.race([drained, sleep(deadlineSeconds * 1000, false, { ref: false })]);
      certificates?.close();
      httpServer.close();
      httpServer.closeAllConnections();
      return answered;
    },
  };
}
