import type { Terminal } from '../cli/verb.ts';

/** What a verb answers where nobody sits at a terminal, and all that it writes. */
export async function writtenBy<Code>(verb: (terminal: Terminal) => Promise<Code>, stdin = '') {
  const written = { stdout: '', stderr: '' };
  const code = await verb({
    stdin: async () => stdin,
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    color: false,
  });
  return { code, ...written };
}
