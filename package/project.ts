import { fileURLToPath } from 'node:url';
import type { Platform } from '../functions/core/pipeline.ts';
import { goldenPath } from '../functions/golden-path.ts';
import manifest from '../package.json' with { type: 'json' };

/** What is generated from, built and deployed. */
export interface Project {
  readonly platform: Platform;
  /** Semantic version of both packages. */
  readonly version: string;
  /** The folder that generated files are written to, with `examples/` among them; packages go to its `dist/`. */
  readonly root: string;
  /** The module that serves the platform. */
  readonly main: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** The project of this repository. */
export const project: Project = {
  platform: goldenPath,
  version: manifest.version,
  root,
  main: fileURLToPath(new URL('../functions/main.ts', import.meta.url)),
};
