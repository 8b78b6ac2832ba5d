import { execFile } from 'node:child_process';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { oneLine } from '../functions/core/problem.ts';

const howToGet: Readonly<Record<string, string>> = {
  crossplane: 'install the Crossplane CLI 2.5 or newer from https://docs.crossplane.io/latest/cli/',
  docker: 'install it from https://docs.docker.com/engine/install/',
  kubectl: 'install it from https://kubernetes.io/docs/tasks/tools/',
  npm: 'install Node 24.2 or newer from https://nodejs.org/',
};

export const largestOutput = 64 * 1024 * 1024;

/** Runs a program to its end and returns what it printed; an error carries the program's own words. */
export async function run(program: string, args: readonly string[], options: { cwd?: string; input?: string } = {}): Promise<string> {
  return await new Promise((resolve, reject) => {
    const child = execFile(program, args, { cwd: options.cwd, maxBuffer: largestOutput }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const notFound = error.code === 'ENOENT' ? `not found on PATH; ${howToGet[program] ?? 'install it'}` : undefined;
      const said = stderr.trim().replaceAll(/\s*\n\s*/g, '; ');
      reject(new Error(`cannot run ${[program, ...args.slice(0, 2)].join(' ')}: ${notFound ?? (said === '' ? error.message : said)}`));
    });
    // A program that ends before it has read everything says why on stderr.
    child.stdin?.on('error', () => {}).end(options.input ?? '');
  });
}

/** What a person typed is wrong; the message is the whole of what they see. */
export class BadInput extends Error {}

type Values<Options extends ParseArgsOptionsConfig> = ReturnType<typeof parseArgs<{ options: Options }>>['values'];

/** What a command was given of its options; whatever else it was given would have no effect, and is refused. */
export function optionsGiven<const Options extends ParseArgsOptionsConfig>(options: Options): Values<Options> {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    const [problem = ''] = error instanceof Error ? error.message.split(/\.\s/) : [String(error)];
    throw new BadInput(`cannot start: ${oneLine(problem)}`);
  }
}

/** Runs a command of the project: its result is the exit code, which bad input makes 2, and an error is shown as its message alone. */
export async function command(work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = error instanceof BadInput ? 2 : 1;
  }
}
