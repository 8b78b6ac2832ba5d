import { join } from 'node:path';
import { packageRoot } from '../platform/manifest.ts';
import { run } from './run.ts';

/** Builds the npm package into a folder, and returns its file. */
export async function pack(folder: string): Promise<string> {
  // The build is a script of this repository, which lets npm run none by itself.
  const printed = await run('npm', ['pack', '--ignore-scripts=false', '--silent', '--pack-destination', folder], { cwd: packageRoot });
  return join(folder, printed.trim().split('\n').at(-1) ?? '');
}
