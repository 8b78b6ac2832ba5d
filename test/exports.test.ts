import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { packageRoot } from '../platform/manifest.ts';

const files = globSync('exports/*.ts', { cwd: packageRoot }).sort();
const text = (file: string) => readFileSync(join(packageRoot, file), 'utf8');
const exported = /^export (?:type )?\{([^}]*)\} from '([^']*)';\n/gm;

test('each file of exports/ is an entry point of the npm package', () => {
  const entries = files.map((file) => basename(file, '.ts')).map((name) => [name === 'index' ? '.' : `./${name}`, name] as const);
  const wanted = entries.map(([path, name]) => [path, { types: `./lib/exports/${name}.d.ts`, default: `./lib/exports/${name}.js` }]);
  expect(manifest.exports).toEqual({ ...Object.fromEntries(wanted), './package.json': './package.json' });
});

test.each(files)('%s says what it is for, and only hands on what is defined elsewhere', (file) => {
  expect(text(file).replaceAll(exported, '')).toMatch(/^\/\*\* .*\. ?\*\/\n$/);
});

test('a name means the same wherever it is exported', () => {
  const sources = new Map<string, Set<string>>();
  for (const [, names = '', source = ''] of files.flatMap((file) => [...text(file).matchAll(exported)])) {
    for (const name of names.split(',').map((each) => each.replace('type ', '').trim())) {
      if (name !== '') sources.set(name, new Set([...(sources.get(name) ?? []), source]));
    }
  }
  expect(sources.size).toBeGreaterThan(100);
  expect([...sources].filter(([, from]) => from.size > 1)).toEqual([]);
});
