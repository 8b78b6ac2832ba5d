#!/usr/bin/env node
import { existsSync } from 'node:fs';

// Node strips no types below node_modules, so the package has compiled files in place of the sources.
const source = new URL('../cli/main.ts', import.meta.url);
await import(existsSync(source) ? source.href : '../lib/cli/main.js');
