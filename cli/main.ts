#!/usr/bin/env node
import { parseArgs } from 'node:util';
import pico from 'picocolors';
import { InputError } from './input.ts';

const help = `goldenpath: what a claim becomes, and whether an installation is sound

  goldenpath plan FILE… --environment NAME|FILE [--environment …] [--output table|yaml|json]
      What each claim would become in each environment: settings and where they come
      from, resources, verdict. Runs the code that runs in the cluster; needs no cluster.
      Exit code 0: all is fine; 1: something is refused; 2: bad input.

  goldenpath doctor [--output table|json|yaml]
      Checks the installation that the current kubeconfig points to, and says for each
      finding what to run. Exit code 0: nothing is wrong; 1: errors; 2: no cluster.

  goldenpath --help
`;

const options = {
  environment: { type: 'string', short: 'e', multiple: true },
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

async function run(): Promise<number> {
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
      const { text, exitCode } = plan({ files, environments: values.environment ?? [], output: values.output }, pico.createColors(color));
      process.stdout.write(text);
      return exitCode;
    }
    case 'doctor': {
      const { doctor } = await import('./doctor/doctor.ts');
      return doctor({ output: values.output, stdout: process.stdout, stderr: process.stderr, color });
    }
    default:
      throw new InputError(`cannot run ${JSON.stringify(command)}: want plan or doctor; see goldenpath --help`);
  }
}

try {
  process.exitCode = await run();
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`goldenpath: ${error.message}\n`);
  process.exitCode = 2;
}
