#!/usr/bin/env node
import { goldenPath } from '../functions/golden-path.ts';
import { packageRoot } from '../platform/manifest.ts';
import { goldenpath } from './goldenpath.ts';

await goldenpath({ platform: goldenPath, root: packageRoot });
