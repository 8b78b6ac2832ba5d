import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { apis } from '../functions/apis/index.ts';
import { tiers } from '../functions/core/tier.ts';
import { generatedFiles, strayFiles } from '../package/generate.ts';
import { project } from '../package/project.ts';

const { root } = project;
const files = generatedFiles(project);

test.each([...files].map(([path, content]) => ({ path, content })))('$path is what npm run generate writes', ({ path, content }) => {
  expect(existsSync(join(root, path)), `${path} is missing: run npm run generate`).toBe(true);
  expect(readFileSync(join(root, path), 'utf8')).toBe(content);
});

test('nothing else lies among the generated files', () => {
  expect(files.size).toBeGreaterThan(5);
  expect(strayFiles(project, files)).toEqual([]);
});

test('every golden file belongs to a tier and a backend that exist', () => {
  const known = apis.flatMap((api) =>
    tiers.flatMap((tier) =>
      Object.keys(api.backends).flatMap((backend) =>
        ['defaults', 'every-field'].map((fields) => `${api.plural}/${tier}-${backend}-${fields}.yaml`),
      ),
    ),
  );
  const golden = join(root, 'test/golden');
  const found = readdirSync(golden).flatMap((folder) => readdirSync(join(golden, folder)).map((file) => `${folder}/${file}`));
  expect(found.sort()).toEqual(known.sort());
});
