import { spawn, spawnSync } from 'node:child_process';
import { cpSync, lstatSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What is said of how this checkout is tested, and by which tools. */
const ofThisCheckout = ['CRDS', 'FORCE_COLOR', 'KUBE_SCORE', 'NODE_OPTIONS', 'PROMTOOL', 'SCORE_EXAMPLES'];

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A checkout of its own, for as long as the test runs. */
export interface Copy {
  readonly folder: string;
  /** Runs a line of a shell; what it leaves in the background ends with the test. */
  run(line: string): Promise<Ended>;
}

const git = (folder: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`cannot copy the checkout: git ${args[0]}: ${stderr}`);
  return stdout;
};

/** The sources as they are now, with the dependencies of this checkout. */
export function copyOfCheckout(): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'checkout-'));
  onTestFinished(() => rmSync(folder, { recursive: true }), 60_000);
  const files = git(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0');
  for (const file of files) {
    if (lstatSync(join(root, file), { throwIfNoEntry: false })?.isFile()) cpSync(join(root, file), join(folder, file));
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  git(folder, 'init', '--quiet');
  git(folder, 'add', '.');
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofThisCheckout.includes(name)));
  const env = {
    ...inherited,
    NO_COLOR: '1',
    PATH: [join(folder, 'node_modules/.bin'), inherited['PATH']].join(delimiter),
  };
  return {
    folder,
    run: (line) =>
      new Promise((resolve, reject) => {
        // bash takes a socket, as Node's pipe is, for a remote login, and reads the startup files of this machine.
        const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
        const child = spawn('bash', ['-euo', 'pipefail', '-c', line], { cwd: folder, env, detached: true, stdio });
        onTestFinished(() => {
          try {
            if (child.pid !== undefined) process.kill(-child.pid);
          } catch {
            // The whole process group has ended already.
          }
        });
        let [stdout, stderr] = ['', ''];
        child.stdout.on('data', (chunk) => {
          stdout += chunk;
        });
        child.stderr.on('data', (chunk) => {
          stderr += chunk;
        });
        child.once('error', reject);
        child.once('close', (code) => resolve({ code, stdout, stderr }));
      }),
  };
}
