import { expect, test } from 'vitest';
import { generatedFiles } from '../../package/generate.ts';
import type { Project } from '../../package/project.ts';

const example = new URL('../../examples/own-platform/project.ts', import.meta.url);

test('the crossplane.yaml of the example is what npm run generate writes there', async () => {
  const { project } = (await import(example.href)) as { readonly project: Project };
  await expect(generatedFiles(project).get('crossplane.yaml')).toMatchFileSnapshot('../../examples/own-platform/crossplane.yaml');
});
