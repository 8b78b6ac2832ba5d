import { parseArgs } from 'node:util';

export interface Flags {
  readonly address: string;
  readonly metricsAddress: string;
  /** Undefined serves plaintext. */
  readonly tlsCertsDir: string | undefined;
  readonly shutdownDeadlineSeconds: number;
  readonly debug: boolean;
}

const help = `Serves the platform's pipeline steps to Crossplane.

  --address HOST:PORT               gRPC (default 0.0.0.0:9443)
  --metrics-address HOST:PORT       HTTP for /metrics and /healthz (default 0.0.0.0:8080)
  --tls-certs-dir DIR               tls.crt, tls.key and ca.crt, read again when they change (default $TLS_SERVER_CERTS_DIR)
  --insecure                        plaintext and no client certificate; for development only
  --shutdown-deadline-seconds N     time that calls in flight get after SIGTERM (default 25)
  --debug                           log every call
  --help                            this text

Exit code 0: told to end, and ended; 1: it could not serve, or calls were left at the deadline; 2: a flag or Node will not do.
`;

const options = {
  address: { type: 'string', default: '0.0.0.0:9443' },
  'metrics-address': { type: 'string', default: '0.0.0.0:8080' },
  'tls-certs-dir': { type: 'string' },
  insecure: { type: 'boolean', default: false },
  'shutdown-deadline-seconds': { type: 'string', default: '25' },
  debug: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const hostAndPort = /^([^:]+|\[[0-9a-f:]+\]):\d{1,5}$/;

function parse(argv: readonly string[], environment: NodeJS.ProcessEnv): Flags | 'help' {
  const { values } = parseArgs({ args: [...argv], options });
  if (values.help) return 'help';
  for (const flag of ['address', 'metrics-address'] as const) {
    if (!hostAndPort.test(values[flag])) throw new Error(`--${flag}: got ${JSON.stringify(values[flag])}, want HOST:PORT`);
  }
  const seconds = values['shutdown-deadline-seconds'];
  if (!/^\d{1,4}$/.test(seconds)) throw new Error(`--shutdown-deadline-seconds: got ${JSON.stringify(seconds)}, want a number`);
  const tlsCertsDir = values['tls-certs-dir'] ?? environment['TLS_SERVER_CERTS_DIR'] ?? '';
  if (tlsCertsDir === '' && !values.insecure) {
    throw new Error('--tls-certs-dir: missing, want a directory with tls.crt, tls.key and ca.crt, or --insecure');
  }
  return {
    address: values.address,
    metricsAddress: values['metrics-address'],
    tlsCertsDir: values.insecure ? undefined : tlsCertsDir,
    shutdownDeadlineSeconds: Number(seconds),
    debug: values.debug,
  };
}

/** Reads the command line; ends the process for --help and, with exit code 2, for what it does not know. */
export function readFlags(argv: readonly string[], environment: NodeJS.ProcessEnv): Flags {
  let flags: Flags | 'help';
  try {
    flags = parse(argv, environment);
  } catch (error) {
    const [line] = (error as Error).message.split(/\n|\. To specify/);
    process.stderr.write(`cannot start: ${line}; see --help\n`);
    process.exit(2);
  }
  if (flags !== 'help') return flags;
  process.stdout.write(help);
  process.exit(0);
}
