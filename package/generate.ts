import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
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
  const names = { functionName: installedName(exampleRegistry, platform, functionName(platform)) };
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

/** `npm run generate`. */
export function generateCommand(project: Project): void {
  const { root } = project;
  const files = generatedFiles(project);
  for (const [path, content] of files) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  for (const path of strayFiles(project, files)) rmSync(join(root, path));
  process.stdout.write(`${files.size} files generated\n`);
}

if (import.meta.main) generateCommand(project);
