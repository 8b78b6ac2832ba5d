import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../platform/manifest.ts';

test.each([
  ['generate', ['--dry-run'], "Unknown option '--dry-run'"],
  ['generate', ['xrds'], "Unexpected argument 'xrds'"],
  ['refresh', ['test/golden'], "Unexpected argument 'test/golden'"],
  ['check', ['--fast'], "Unknown option '--fast'"],
  ['deploy', ['--environments=prod'], "Option '--environments' does not take an argument"],
  ['build', ['--push'], "Unknown option '--push'"],
])('%s %s is refused before anything is done, as it would have no effect', (command, args, problem) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(packageRoot, 'package', `${command}.ts`), ...args], {
    encoding: 'utf8',
  });
  expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: `cannot start: ${problem}\n` });
});
