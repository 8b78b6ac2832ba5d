import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import pico from 'picocolors';
import { shown } from '../functions/core/problem.ts';
import { InputError } from './input.ts';
import type { ExitCode, Home, Terminal, Verb } from './verb.ts';
import { doctor } from './verbs/doctor/index.ts';
import { plan } from './verbs/plan/index.ts';

const verbs: readonly Verb[] = [plan, doctor];

const help = `goldenpath: what a claim becomes, and whether an installation is sound

${verbs.map((verb) => verb.help).join('\n')}
  goldenpath --help
`;

function parse({ name, options, operands }: Verb, args: readonly string[]) {
  try {
    const config = { ...options, help: { type: 'boolean', short: 'h' } } as const;
    return parseArgs({ args: [...args], options: config, allowPositionals: operands });
  } catch (error) {
    const [problem] = error instanceof Error ? error.message.split(/\.\s/) : [String(error)];
    throw new InputError(`${problem}; see goldenpath ${name} --help`);
  }
}

async function run(home: Home, terminal: Terminal, [name, ...args]: readonly string[]): Promise<ExitCode> {
  if (name === undefined || name === '--help' || name === '-h') {
    terminal.stdout.write(help);
    return name === undefined ? 2 : 0;
  }
  const verb = verbs.find((each) => each.name === name);
  if (verb === undefined)
    throw new InputError(`cannot run ${shown(name)}: want ${verbs.map((each) => each.name).join(' or ')} first; see goldenpath --help`);
  const { values, positionals } = parse(verb, args);
  if (values.help === true) {
    terminal.stdout.write(verb.help);
    return 0;
  }
  return await verb.run(home, terminal, values, positionals);
}

/** The command line of a platform: arguments are the process's, and so is the exit code that it sets. */
export async function goldenpath(home: Home): Promise<void> {
  const terminal = {
    stdin: () => text(process.stdin),
    stdout: process.stdout,
    stderr: process.stderr,
    color: process.stdout.isTTY === true && pico.isColorSupported,
  };
  try {
    process.exitCode = await run(home, terminal, process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    process.stderr.write(`goldenpath: ${error.message}\n`);
    process.exitCode = 2;
  }
}
