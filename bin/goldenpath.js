#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const oldest = engines.node.replace('>=', '');
if (process.versions.node.localeCompare(oldest, 'en', { numeric: true }) < 0) {
  process.stderr.write(`cannot start: Node: got ${process.versions.node}, want ${oldest} or newer\n`);
  process.exit(2);
}
// Node strips no types below node_modules, so the package has compiled files in place of the sources.
const source = new URL('../cli/main.ts', import.meta.url);
await import(existsSync(source) ? source.href : '../lib/cli/main.js');
