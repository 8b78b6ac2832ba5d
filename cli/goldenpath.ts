import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import pico from 'picocolors';
import type { Platform } from '../functions/core/pipeline.ts';
import { InputError } from './input.ts';

const help = `goldenpath: what a claim becomes, and whether an installation is sound

  goldenpath plan FILE|DIR|-… --environment NAME|FILE [--environment …] [--output table|json|yaml|markdown]
      [--against NAME|FILE] [--from FILE|DIR|REVISION] [--live]
      What each claim would become in each environment: settings and where they come
      from, resources, cost, policies, verdict. Runs the code that runs in the cluster;
      needs no cluster. Of a folder every claim is planned, whatever else is in it.

      --against NAME|FILE       only what differs from this environment
      --from FILE|DIR|REVISION  what changes of the claims there, or of a git revision's,
                                as if the old claim were provisioned in the environment
      --live                    what changes of what the current kubeconfig's cluster
                                has; --environment defaults to that of the namespace
      --output markdown         a pull-request comment

      Exit code 0: all is fine; 1: something is refused; 2: bad input.

  goldenpath doctor [--output table|json|yaml]
      Checks the installation that the current kubeconfig points to, and says for each
      finding what to run. Exit code 0: nothing is wrong; 1: errors; 2: no cluster.

  goldenpath --help

  A Node that is too old: exit code 2.
`;

const options = {
  environment: { type: 'string', short: 'e', multiple: true },
  against: { type: 'string' },
  from: { type: 'string' },
  live: { type: 'boolean' },
  output: { type: 'string', short: 'o', default: 'table' },
  help: { type: 'boolean', short: 'h' },
} as const;

function parse() {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new InputError(`${error instanceof Error ? error.message.split('.')[0] : String(error)}; see goldenpath --help`);
  }
}

/** What the command line is of. */
interface Home {
  readonly platform: Platform;
  /** The folder with `examples/environments/`, where environments are looked up by name. */
  readonly root: string;
}

async function run({ platform, root }: Home): Promise<number> {
  const { values, positionals } = parse();
  const [command, ...files] = positionals;
  if (values.help === true || command === undefined) {
    process.stdout.write(help);
    return command === undefined && values.help !== true ? 2 : 0;
  }
  const color = process.stdout.isTTY === true && pico.isColorSupported;
  switch (command) {
    case 'plan': {
      const { plan } = await import('./plan/command.ts');
      const { environment, ...rest } = values;
      return plan({
        ...rest,
        platform,
        root,
        files,
        environments: environment ?? [],
        color,
        stdin: () => text(process.stdin),
        stdout: process.stdout,
        stderr: process.stderr,
      });
    }
    case 'doctor': {
      const { doctor } = await import('./doctor/doctor.ts');
      return doctor({ platform, output: values.output, stdout: process.stdout, stderr: process.stderr, color });
    }
    default:
      throw new InputError(`cannot run ${JSON.stringify(command)}: want plan or doctor; see goldenpath --help`);
  }
}

/** The command line of a platform: arguments are the process's, and so is the exit code that it sets. */
export async function goldenpath(home: Home): Promise<void> {
  try {
    process.exitCode = await run(home);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    process.stderr.write(`goldenpath: ${error.message}\n`);
    process.exitCode = 2;
  }
}
