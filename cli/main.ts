#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { platform } from '../organisation/platform.ts';
import { packageRoot } from '../platform/manifest.ts';
import { goldenpath } from './goldenpath.ts';

const environmentsFolder = 'organisation/environments';

// A checkout has the organisation's environments; where npm installed this, they are those of the repository that it is called in.
const place = existsSync(join(packageRoot, environmentsFolder)) ? { root: packageRoot, environmentsFolder } : { root: process.cwd() };

await goldenpath({ platform, ...place });
