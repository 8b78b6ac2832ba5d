#!/usr/bin/env node
import { platform } from '../organisation/platform.ts';
import { packageRoot } from '../platform/manifest.ts';
import { goldenpath } from './goldenpath.ts';

await goldenpath({ platform, root: packageRoot, environmentsFolder: 'organisation/environments' });
