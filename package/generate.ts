import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toYaml } from '../cli/yaml.ts';
import { toComposition } from '../compositions/composition.ts';
import { apisPage } from '../docs/apis.ts';
import { policyPages } from '../docs/policies.ts';
import { exampleFiles } from '../examples/examples.ts';
import { group } from '../functions/core/group.ts';
import { toXrd } from '../xrds/xrd.ts';
import { installManifests } from './install.ts';
import { exampleRegistry, functionName, installedName } from './names.ts';
import { type Project, project } from './project.ts';

/** Files that are all generated, so that one which nothing generates any more is noticed. */
const generated = ['{xrds,compositions,examples,examples/environments,package/install}/*.yaml', 'docs/policies/*.md'];

/** Every generated file: path from the project's root, and content. */
export function generatedFiles(project: Project): ReadonlyMap<string, string> {
  const { platform, environments } = project;
  const { apis } = platform;
  const names = { functionName: installedName(exampleRegistry, platform, functionName(platform)), steps: platform.steps };
  return new Map([
    ...apis.map((api): [string, string] => [`xrds/${api.plural}.${group}.yaml`, toYaml(toXrd(api))]),
    ...apis.map((api): [string, string] => [`compositions/${api.plural}.${group}.yaml`, toYaml(toComposition(api, names))]),
    ...Object.entries(exampleFiles(platform, environments)).map(([file, object]): [string, string] => [`examples/${file}`, toYaml(object)]),
    ...Object.entries(installManifests(project)).map(([file, objects]): [string, string] => [
      `package/install/${file}`,
      toYaml(...objects),
    ]),
    ['docs/apis.md', apisPage(platform)],
    ...[...policyPages(platform.policies)].map(([file, text]): [string, string] => [`docs/policies/${file}`, text]),
  ]);
}

/** Files in the generated folders that nothing generates. */
export function strayFiles({ root }: Project, files: ReadonlyMap<string, string>): readonly string[] {
  return globSync(generated, { cwd: root })
    .sort()
    .filter((path) => !files.has(path));
}

/** Writes the generated files, removes those that nothing generates any more, and returns the paths of what it changed. */
export function generate(project: Project): readonly string[] {
  const { root } = project;
  const files = generatedFiles(project);
  const changed = [...files].filter(
    ([path, content]) => !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== content,
  );
  for (const [path, content] of changed) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const strays = strayFiles(project, files);
  for (const path of strays) rmSync(join(root, path));
  return [...changed.map(([path]) => path), ...strays];
}

/** `npm run generate`. */
export function generateCommand(project: Project): void {
  const changed = generate(project);
  process.stdout.write(`${generatedFiles(project).size} files generated, ${changed.length} of them changed\n`);
}

if (import.meta.main) generateCommand(project);
