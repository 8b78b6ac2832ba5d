import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { toYaml } from '../cli/yaml.ts';
import { toComposition } from '../compositions/composition.ts';
import { apisPage } from '../docs/apis.ts';
import { policyPages } from '../docs/policies.ts';
import { environmentConfigs, exampleClaim, exampleFile } from '../examples/examples.ts';
import { group } from '../functions/core/group.ts';
import { toXrd } from '../xrds/xrd.ts';
import { installManifests } from './install.ts';
import { exampleRegistry, functionName, installedName } from './names.ts';
import { type Project, project } from './project.ts';

/** Folders whose files with these endings are all generated, so that one which nothing generates any more is noticed. */
const folders = { xrds: '.yaml', compositions: '.yaml', examples: '.yaml', 'package/install': '.yaml', 'docs/policies': '.md' };

/** Every generated file: path from the repository's root, and content. */
export function generatedFiles(project: Project): ReadonlyMap<string, string> {
  const { platform } = project;
  const { apis } = platform;
  const names = { functionName: installedName(exampleRegistry, platform, functionName(platform)) };
  return new Map([
    ...apis.map((api): [string, string] => [`xrds/${api.plural}.${group}.yaml`, toYaml(toXrd(api))]),
    ...apis.map((api): [string, string] => [`compositions/${api.plural}.${group}.yaml`, toYaml(toComposition(api, names))]),
    ...apis.map((api): [string, string] => [`examples/${exampleFile(api)}`, toYaml(exampleClaim(api))]),
    ...[...environmentConfigs()].map(([file, object]): [string, string] => [`examples/environments/${file}`, toYaml(object)]),
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
  return Object.entries(folders)
    .flatMap(([folder, ending]) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter(
        (entry) => entry.isFile() && entry.name.endsWith(ending),
      ),
    )
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
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
