import { text } from 'node:stream/consumers';
import pico from 'picocolors';
import { codeOf } from './input.ts';
import { invoke } from './invoke.ts';
import type { Home } from './verb.ts';

/** The command line of a platform: arguments are the process's, and so is the exit code that it sets. */
export async function goldenpath(home: Home): Promise<void> {
  // A reader such as head may close the pipe early; the exit code is still that of the whole run.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (codeOf(error) !== 'EPIPE') throw error;
    });
  }
  const terminal = {
    stdin: () => text(process.stdin),
    stdout: process.stdout,
    stderr: process.stderr,
    color: process.stdout.isTTY === true && pico.isColorSupported,
  };
  process.exitCode = await invoke(home, terminal, process.argv.slice(2));
}
