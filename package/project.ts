import { join } from 'node:path';
import { type EnvironmentData, environments } from '../examples/examples.ts';
import type { Platform } from '../functions/core/pipeline.ts';
import { goldenPath } from '../functions/golden-path.ts';
import { manifest, packageRoot } from '../platform/manifest.ts';

/** What is generated from, built and deployed. */
export interface Project {
  readonly platform: Platform;
  /** Semantic version of both packages. */
  readonly version: string;
  /** The folder that generated files are written to, `examples/` among them; packages go to its `dist/`. */
  readonly root: string;
  /** The module that serves the platform. */
  readonly main: string;
  /** The environments below `examples/environments/`, by name. */
  readonly environments: Readonly<Record<string, EnvironmentData>>;
}

/** The project of this repository. */
export const project: Project = {
  platform: goldenPath,
  version: manifest.version,
  root: packageRoot,
  main: join(packageRoot, 'functions/main.ts'),
  environments,
};
