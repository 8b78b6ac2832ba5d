import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, cpSync, mkdirSync, readdirSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { sleep } from '../cluster/cluster.ts';

/** Postgres refuses to run as root; `nobody` is on every Unix. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Where Debian has Postgres' programs, and then PATH. */
export const programs = [
  ...['/usr/lib/postgresql'].flatMap((folder) => {
    try {
      return readdirSync(folder).map((version) => join(folder, version, 'bin'));
    } catch {
      return [];
    }
  }),
  ...(process.env['PATH'] ?? '').split(':'),
];

interface Running {
  readonly port: number;
  stop(): void;
}

interface Postgres extends Running {
  /** Runs SQL as its superuser. */
  sql(text: string): void;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('unreachable');
  return address.port;
}

/** A folder of the server's own, with tls.crt and tls.key where it has a certificate. */
function prepared(directory: string, certificate: string | undefined): string {
  mkdirSync(directory, { recursive: true });
  if (certificate !== undefined) cpSync(certificate, directory, { recursive: true });
  for (const file of ['.', ...readdirSync(directory)]) {
    chmodSync(join(directory, file), file === '.' ? 0o700 : 0o600);
    if (nobody.uid !== undefined) chownSync(join(directory, file), nobody.uid, nobody.gid);
  }
  return directory;
}

/** A Postgres with a certificate, or without TLS; on a free port of localhost where nothing else is said. */
export async function startPostgres(
  directory: string,
  certificate: string | undefined,
  more: readonly string[] = [],
  listening: { readonly addresses: string; readonly port: number } | undefined = undefined,
): Promise<Postgres> {
  prepared(directory, certificate);
  const { addresses, port } = listening ?? { addresses: 'localhost', port: await freePort() };
  const data = join(directory, 'data');
  const env = { ...process.env, PATH: programs.join(':') };
  const run = (program: string, args: readonly string[], input = '') =>
    execFileSync(program, args, { ...nobody, env, input, cwd: directory, stdio: ['pipe', 'ignore', 'inherit'] });
  run('initdb', ['--pgdata', data, '--username=postgres', '--auth-host=scram-sha-256', '--auth-local=trust', '--no-sync']);
  // Without this only who is on the machine gets in.
  if (listening !== undefined) appendFileSync(join(data, 'pg_hba.conf'), 'hostssl all all all scram-sha-256\n');
  const tls = certificate === undefined ? 'off' : `on -c ssl_cert_file=${directory}/tls.crt -c ssl_key_file=${directory}/tls.key`;
  const own = [`port=${port}`, `listen_addresses=${addresses}`, `unix_socket_directories=${directory}`, 'fsync=off', `ssl=${tls}`];
  const settings = [...own, ...more].map((setting) => `-c ${setting}`).join(' ');
  run('pg_ctl', ['start', '--wait', '--pgdata', data, '--log', join(directory, 'log'), '--options', settings]);
  return {
    port,
    stop: () => run('pg_ctl', ['stop', '--pgdata', data, '--mode=immediate']),
    sql: (text) => run('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', directory, '-p', String(port), '-U', 'postgres'], text),
  };
}

async function answers(port: number, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = createConnection(port, 'localhost', () => resolve(true)).on('error', () => resolve(false));
      socket.unref();
    });
    if (connected) return;
    if (server.exitCode !== null) break;
    await sleep(100);
  }
  throw new Error(`cannot start ${server.spawnfile}: nothing answers on port ${port}`);
}

/** A Valkey on localhost with a certificate, or without TLS. */
export async function startValkey(directory: string, certificate: string | undefined, password: string): Promise<Running> {
  prepared(directory, certificate);
  const port = await freePort();
  const files = ['cert', 'key', 'ca-cert'].flatMap((what, index) => [`--tls-${what}-file`, ['tls.crt', 'tls.key', 'ca.crt'][index] ?? '']);
  const tls = ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', ...files];
  const listening = certificate === undefined ? ['--port', String(port)] : tls;
  const args = [...listening, '--bind', '127.0.0.1', '::1', '--requirepass', password, '--save', ''];
  const server = spawn('valkey-server', args, { ...nobody, cwd: directory, stdio: 'ignore' });
  await answers(port, server);
  return { port, stop: () => server.kill() };
}
