#!/usr/bin/env node
import { goldenPath } from '../functions/golden-path.ts';
import { goldenpath } from './goldenpath.ts';

await goldenpath(goldenPath);
