import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from '../../package/pack.ts';
import { run } from '../../package/run.ts';
import { packageRoot } from '../../platform/manifest.ts';

/** A copy of `examples/own-platform/` outside of this repository, with the npm package as it would be published. */
export interface Acme {
  readonly folder: string;
  /** Runs a program of the copy, or one of its scripts with `npm run`, and returns what it printed. */
  run(program: string, ...args: readonly string[]): Promise<string>;
  script(name: string, ...args: readonly string[]): Promise<string>;
  remove(): void;
}

export async function installAcme(): Promise<Acme> {
  const folder = mkdtempSync(join(tmpdir(), 'acme-'));
  cpSync(join(packageRoot, 'examples/own-platform'), folder, { recursive: true });
  const inFolder = (program: string, ...args: readonly string[]) => run(program, args, { cwd: folder });
  const file = await pack(folder);
  await inFolder('npm', 'install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', file);
  rmSync(file);
  return {
    folder,
    run: inFolder,
    script: (name, ...args) => inFolder('npm', 'run', '--silent', name, '--', ...args),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
