import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { accessSync, chmodSync, constants, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { placeholderCertificate } from '../../examples/examples.ts';
import { at } from '../../functions/core/kubernetes.ts';
import { expand } from '../../functions/expand/expand.ts';
import { createAuthority, issueCertificate } from '../certificates.ts';
import { run } from '../cluster/cluster.ts';
import { environmentConfig, everything, type Given, observedAfter, stepRequest } from '../request.ts';
import { programs, startPostgres, startValkey } from './servers.ts';

const password = 'p:/@%+ &=?#';
const work = mkdtempSync(join(tmpdir(), 'clients-'));
const home = import.meta.dirname;

const cleanUp: (() => void)[] = [];

/** Where pods mount bindings, and where their URIs look for the certificates. */
const mounted = '/bindings';

/** A binding of a claim of this name, as expand makes it once its provider has reported a server on localhost. */
function bindingOf(kind: string, backend: string, name: string, port: number, authorities: string): Readonly<Record<string, string>> {
  const environment = environmentConfig('here', {
    ...everything,
    tier: 'prod',
    aws: { ...everything.aws, rdsCaCertificates: authorities },
    shared: { postgres: { providerConfig: 'pg', host: 'localhost', port, caCertificate: authorities } },
    defaults: { [kind]: { backend } },
  });
  const given: Given = { kind, name, spec: {}, environment: 'here', environments: [environment] };
  const login = { username: 'app', password };
  const details = {
    role: { connectionDetails: login },
    login: { connectionDetails: login },
    instance: { connectionDetails: { ...login, host: 'localhost', port: String(port) } },
    'replication-group': {
      connectionDetails: { primary_endpoint_address: 'localhost', port: String(port), 'attribute.auth_token': password },
    },
  };
  let observed: Given['observed'] = {};
  // A login of the app's own is made once the instance is there, and so on.
  for (let round = 0; round < 4; round += 1) observed = observedAfter(expand(stepRequest({ ...given, observed })), details);
  const data = at(expand(stepRequest({ ...given, observed })).desired['binding']?.object, 'data') as Readonly<Record<string, string>>;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

/** Mounts a binding as a pod would have it. */
function mount(secret: string, values: Readonly<Record<string, string | undefined>>): void {
  const folder = join(mounted, secret);
  mkdirSync(folder, { recursive: true });
  cleanUp.push(() => rmSync(folder, { recursive: true }));
  for (const [key, value] of Object.entries(values)) if (value !== undefined) writeFileSync(join(folder, key), value);
}

const has = (program: string) =>
  programs.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** What is wrong with a server: its certificate is from another authority, from one of the same name, for another host, or missing. */
type WrongServer = 'wrong-authority' | 'namesake-authority' | 'wrong-host' | 'no-tls';

interface Client {
  readonly name: string;
  /** Programs that it takes. */
  readonly takes: readonly string[];
  /** Makes it ready to run; it has two minutes. */
  readonly prepare: () => void;
  readonly command: (folder: string) => readonly string[];
  /** What it says of each wrong server, and of the right one where the binding is not mounted as its URI says. */
  readonly refuses: Readonly<Record<WrongServer, RegExp> & { 'not-mounted'?: RegExp }>;
}

const quiet: ExecFileSyncOptions = { stdio: ['ignore', 'ignore', 'inherit'] };
const once = (prepare: () => void) => {
  let done = false;
  return () => {
    if (!done) prepare();
    done = true;
  };
};

const node = once(() => {
  cpSync(join(home, 'node'), join(work, 'node'), { recursive: true });
  execFileSync('npm', ['ci', '--loglevel=error', '--prefix', join(work, 'node')], quiet);
});
const go = once(() => execFileSync('go', ['build', '-o', join(work, 'go-client'), '.'], { ...quiet, cwd: join(home, 'go') }));
const java = once(() =>
  execFileSync(
    'mvn',
    ['--quiet', '--batch-mode', '--file', join(home, 'java/pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${work}/java`],
    quiet,
  ),
);

const postgresClients: readonly Client[] = [
  {
    name: 'psql, which is libpq',
    takes: ['psql'],
    prepare: () => {},
    command: (folder) => [
      'psql',
      ...['-X', '-qtA', '-F', ' ', '-d', readFileSync(join(folder, 'uri'), 'utf8')],
      ...['-c', "SELECT current_database(), CASE WHEN ssl THEN 'true' END FROM pg_stat_ssl WHERE pid = pg_backend_pid()"],
    ],
    refuses: {
      'wrong-authority': /SSL error: certificate verify failed/,
      // OpenSSL takes the authority of that name, and finds that the signature is not its own.
      'namesake-authority': /SSL error: EVP lib/,
      'wrong-host': /server certificate for "elsewhere.test" .*does not match host name "localhost"/,
      'no-tls': /server does not support SSL/,
      'not-mounted': /root certificate file "\/bindings\/not-mounted-\w+-database\/ca.crt" does not exist/,
    },
  },
  {
    name: 'pg of Node',
    takes: ['node', 'npm'],
    prepare: node,
    command: (folder) => ['node', join(work, 'node/pg.js'), folder],
    refuses: {
      'wrong-authority': /unable to verify the first certificate/,
      'namesake-authority': /certificate signature failure/,
      'wrong-host': /Hostname\/IP does not match certificate's altnames/,
      'no-tls': /The server does not support SSL connections/,
      'not-mounted': /ENOENT: no such file or directory, open '\/bindings\/not-mounted-\w+-database\/ca.crt'/,
    },
  },
  {
    name: 'pgx of Go',
    takes: ['go'],
    prepare: go,
    command: (folder) => [join(work, 'go-client'), 'pgx', folder],
    refuses: {
      'wrong-authority': /x509: certificate signed by unknown authority/,
      'namesake-authority': /x509: certificate signed by unknown authority/,
      'wrong-host': /x509: certificate is valid for elsewhere.test, not localhost/,
      'no-tls': /server refused TLS connection/,
      'not-mounted': /unable to read CA file/,
    },
  },
  {
    name: 'JDBC',
    takes: ['java', 'mvn'],
    prepare: java,
    command: (folder) => ['java', '-cp', `${work}/java/*`, join(home, 'java/Jdbc.java'), folder],
    refuses: {
      'wrong-authority': /PKIX path building failed/,
      'namesake-authority': /PKIX path validation failed/,
      'wrong-host': /The hostname localhost could not be verified/,
      'no-tls': /The server does not support SSL/,
      'not-mounted': /Could not open SSL root certificate file \/bindings\/not-mounted-\w+-database\/ca.crt/,
    },
  },
];

const cacheRefusals = {
  'wrong-authority': /self-signed certificate in certificate chain/,
  'namesake-authority': /certificate signature failure/,
  'wrong-host': /Hostname\/IP does not match certificate's altnames/,
  // A Valkey without TLS waits for the rest of what it takes for a command.
  'no-tls': /Connection timeout|Connection is closed/,
};

const cacheClients: readonly Client[] = [
  {
    name: 'redis of Node',
    takes: ['node', 'npm'],
    prepare: node,
    command: (folder) => ['node', join(work, 'node/redis.js'), folder],
    refuses: cacheRefusals,
  },
  {
    name: 'ioredis',
    takes: ['node', 'npm'],
    prepare: node,
    command: (folder) => ['node', join(work, 'node/ioredis.js'), folder],
    refuses: cacheRefusals,
  },
  {
    name: 'go-redis',
    takes: ['go'],
    prepare: go,
    command: (folder) => [join(work, 'go-client'), 'go-redis', folder],
    refuses: {
      'wrong-authority': /x509: certificate signed by unknown authority/,
      'namesake-authority': /x509: certificate signed by unknown authority/,
      'wrong-host': /x509: certificate is valid for elsewhere.test, not localhost/,
      'no-tls': /context deadline exceeded/,
    },
  },
];

/** By case, the file of authorities that the system trusts; a cache's certificate is from one of those. */
const trusted = new Map<string, string>();

const missing = ['initdb', 'pg_ctl', 'psql', 'valkey-server', 'openssl'].filter((program) => !has(program));
const unusable = [
  ...missing.map((program) => `${program}: not on PATH`),
  ...(process.getuid?.() === 0 ? [] : [`${mounted}: want root, to make it as a pod has it`]),
];

beforeAll(async () => {
  if (unusable.length > 0) return;
  chmodSync(work, 0o755);
  const authority = createAuthority(join(work, 'authority'));
  const another = createAuthority(join(work, 'another'), '/CN=another-ca');
  const namesake = createAuthority(join(work, 'namesake'));
  const here = issueCertificate(authority, join(work, 'here'));
  const elsewhere = issueCertificate(authority, join(work, 'elsewhere'), '/CN=elsewhere.test', 'DNS:elsewhere.test');
  for (const [name, certificate, { certificate: file }] of [
    ['right', here, authority],
    ['wrong-authority', here, another],
    ['namesake-authority', here, namesake],
    ['wrong-host', elsewhere, authority],
    ['no-tls', undefined, authority],
    ['not-mounted', here, authority],
  ] as const) {
    const authorities = readFileSync(file, 'utf8');
    trusted.set(name, file);
    const postgres = await startPostgres(join(work, `postgres-${name}`), certificate);
    cleanUp.push(postgres.stop);
    postgres.sql(`CREATE ROLE app LOGIN PASSWORD '${password}'`);
    for (const backend of ['shared', 'rds']) {
      const values = bindingOf('AppDatabase', backend, `${name}-${backend}`, postgres.port, authorities);
      postgres.sql(`CREATE DATABASE "${values['database']}" OWNER app`);
      mount(`${name}-${backend}-database`, name === 'not-mounted' ? { ...values, 'ca.crt': undefined } : values);
    }
    const valkey = await startValkey(join(work, `valkey-${name}`), certificate, password);
    cleanUp.push(valkey.stop);
    mount(`${name}-cache`, bindingOf('AppCache', 'elasticache', name, valkey.port, authorities));
  }
}, 120_000);

afterAll(() => {
  for (const each of cleanUp) each();
  rmSync(work, { recursive: true });
});

/** What a client says of a binding, with the authorities of its case as those that the system trusts. */
function connect({ command }: Client, secret: string) {
  const file = trusted.get(secret.replace(/-(shared-database|rds-database|cache)$/, '')) ?? '';
  const [program = '', ...args] = command(join(mounted, secret));
  const system = secret.endsWith('-cache') ? [`NODE_EXTRA_CA_CERTS=${file}`, `SSL_CERT_FILE=${file}`] : [];
  return run('timeout', ['60', 'env', ...system, program, ...args]);
}

// Without the programs that the others take it would not be seen that there is none.
test.each([
  ['AppDatabase', 'shared'],
  ['AppDatabase', 'rds'],
  ['AppCache', 'elasticache'],
])('%s has a binding on %s', (kind, backend) => {
  expect(bindingOf(kind, backend, 'bound', 5432, placeholderCertificate)['provider']).toBe(backend);
});

/** A client without a program that it takes is skipped with a word, never passed over. */
function prepared(skip: (note: string) => never, { name, takes, prepare }: Pick<Client, 'name' | 'takes' | 'prepare'>): void {
  const reasons = [...unusable, ...takes.filter((program) => !has(program)).map((program) => `${program}: not on PATH`)];
  if (reasons.length > 0) {
    const note = `cannot test ${name}: ${reasons.join('; ')}`;
    process.stderr.write(`${note}\n`);
    skip(note);
  }
  prepare();
}

describe.each(postgresClients)('$name, with nothing but the binding of a database,', (client) => {
  test.for(['shared', 'rds'])('connects to the right server on %s', async (backend, { skip }) => {
    prepared(skip, client);
    const secret = `right-${backend}-database`;
    const database = readFileSync(join(mounted, secret, 'database'), 'utf8');
    expect(await connect(client, secret)).toEqual({ code: 0, stdout: `${database} true\n`, stderr: '' });
  });

  test.for(Object.entries(client.refuses))('refuses to connect: %s', async ([wrong, message], { skip }) => {
    prepared(skip, client);
    for (const backend of ['shared', 'rds']) {
      const { code, stdout, stderr } = await connect(client, `${wrong}-${backend}-database`);
      expect([code === 0, stdout, stderr]).toEqual([false, '', expect.stringMatching(message)]);
    }
  });
});

describe.each(cacheClients)('$name, with nothing but the binding of a cache,', (client) => {
  test('connects to the right server', async ({ skip }) => {
    prepared(skip, client);
    expect(await connect(client, 'right-cache')).toEqual({ code: 0, stdout: 'PONG\n', stderr: '' });
  });

  test.for(Object.entries(client.refuses))('refuses to connect: %s', async ([wrong, message], { skip }) => {
    prepared(skip, client);
    const { code, stdout, stderr } = await connect(client, `${wrong}-cache`);
    expect([code === 0, stdout, stderr]).toEqual([false, '', expect.stringMatching(message)]);
  });
});

test.for(['wrong-authority', 'namesake-authority', 'wrong-host', 'no-tls'])(
  'the server with %s takes the password of a client that checks nothing',
  async (wrong, { skip }) => {
    prepared(skip, { name: 'a client that checks nothing', takes: ['psql'], prepare: () => {} });
    // Or else the refusals could be for another reason.
    const uri = readFileSync(join(mounted, `${wrong}-shared-database`, 'uri'), 'utf8').replace(/\?.*/, '?sslmode=prefer');
    expect(await run('psql', ['-X', '-qtA', '-d', uri, '-c', 'SELECT 1'])).toEqual({ code: 0, stdout: '1\n', stderr: '' });
  },
);
