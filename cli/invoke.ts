import { parseArgs } from 'node:util';
import { oneLine, shown } from '../functions/core/problem.ts';
import { InputError } from './input.ts';
import type { ExitCode, Home, Terminal, Verb } from './verb.ts';
import { doctor } from './verbs/doctor/index.ts';
import { init } from './verbs/init/index.ts';
import { plan } from './verbs/plan/index.ts';
import { score } from './verbs/score/index.ts';
import { scorecard } from './verbs/scorecard/index.ts';
import { status } from './verbs/status/index.ts';

const verbs: readonly Verb[] = [plan, score, status, scorecard, doctor, init];

const help = `goldenpath: what a claim becomes and is, and whether an installation is sound

${verbs.map((verb) => verb.help).join('\n')}
  goldenpath --help

  A Node that is too old: exit code 2.

  Exit code 3, of any of them: a fault of goldenpath itself.
`;

function parse({ name, options, operands }: Verb, args: readonly string[]) {
  try {
    const config = { ...options, help: { type: 'boolean', short: 'h' } } as const;
    return parseArgs({ args: [...args], options: config, allowPositionals: operands });
  } catch (error) {
    const [problem = ''] = error instanceof Error ? error.message.split(/\.\s/) : [String(error)];
    throw new InputError(`${oneLine(problem)}; see goldenpath ${name} --help`);
  }
}

async function run(home: Home, terminal: Terminal, [name, ...args]: readonly string[]): Promise<ExitCode> {
  if (name === undefined || name === '--help' || name === '-h') {
    terminal.stdout.write(help);
    return name === undefined ? 2 : 0;
  }
  const verb = verbs.find((each) => each.name === name);
  if (verb === undefined)
    throw new InputError(
      `cannot run ${shown(name)}: want one of ${verbs.map((each) => each.name).join(', ')} first; see goldenpath --help`,
    );
  const { values, positionals } = parse(verb, args);
  if (values.help === true) {
    terminal.stdout.write(verb.help);
    return 0;
  }
  return await verb.run(home, terminal, values, positionals);
}

/** Runs a command line; whatever comes of it is an exit code, with one line where it did not get to its end. */
export async function invoke(home: Home, terminal: Terminal, args: readonly string[]): Promise<ExitCode | 3> {
  try {
    return await run(home, terminal, args);
  } catch (error) {
    if (error instanceof InputError) {
      terminal.stderr.write(`goldenpath: ${oneLine(error.message)}\n`);
      return 2;
    }
    const where = error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 2).join(' ') : String(error);
    terminal.stderr.write(`goldenpath: this is a fault of goldenpath, not of what it was given: ${oneLine(where)}\n`);
    return 3;
  }
}
