import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import { shown } from '../../functions/core/problem.ts';
import { InputError, named, readObjects, readText } from '../input.ts';
import type { Home } from '../verb.ts';
import { isManifest, type Located } from './sources.ts';

/** An environment by name, with all the EnvironmentConfigs that there are beside it. */
export interface Chosen {
  readonly name: string;
  readonly all: readonly KubernetesObject[];
}

/** An environment that was chosen from files. */
export interface ChosenFromFiles extends Chosen {
  /** All of them, with where each is. */
  readonly configs: readonly Located[];
}

/** The EnvironmentConfigs of files, each once: of two of one name nobody could say which is meant. */
async function configsOf(files: readonly string[]): Promise<readonly Located[]> {
  const texts = await Promise.all(files.map(async (path) => ({ path, ...readObjects(await readText(path), path) })));
  const configs = texts.flatMap(({ path, objects }) =>
    objects.filter(({ kind }) => kind === 'EnvironmentConfig').map((object) => ({ object, path })),
  );
  for (const [name, [first, second]] of Map.groupBy(configs, ({ object }) => object.metadata?.name))
    if (name !== undefined && first !== undefined && second !== undefined)
      throw new InputError(
        `cannot use environment ${shown(name)}: it is in ${named(first.path)} and in ${named(second.path)}, want each environment once`,
      );
  return configs;
}

const objectsOf = (configs: readonly Located[]) => configs.map(({ object }) => object);

/** Each environment of a file. */
async function fromFile(file: string): Promise<readonly ChosenFromFiles[]> {
  const configs = await configsOf([file]);
  const names = configs.flatMap(({ object }) => object.metadata?.name ?? []);
  if (names.length === 0) throw new InputError(`cannot use environment: ${named(file)} has no EnvironmentConfig with a name`);
  return names.map((name) => ({ name, all: objectsOf(configs), configs }));
}

function unknown(name: string, names: readonly string[], where: string, option: string): InputError {
  const choice = names.length === 0 ? `there are none${where}; want` : `want one of ${names.toSorted().join(', ')}${where}, or`;
  return new InputError(
    `cannot use environment: ${option}: got ${shown(name)}, ${choice} an EnvironmentConfig file ending in .yaml, .yml or .json`,
  );
}

/** An environment by its name in the folder of environments, or those of a file. */
export async function readEnvironments(
  { root, environmentsFolder = 'examples/environments' }: Pick<Home, 'root' | 'environmentsFolder'>,
  nameOrFile: string,
  option: string,
): Promise<readonly ChosenFromFiles[]> {
  if (isManifest(nameOrFile)) return await fromFile(nameOrFile);
  const folder = join(root, environmentsFolder);
  // What kubectl apply takes of a folder.
  const configs = await configsOf(
    globSync('*.{yaml,yml,json}', { cwd: folder })
      .sort()
      .map((file) => join(folder, file)),
  );
  const names = configs.flatMap(({ object }) => object.metadata?.name ?? []);
  if (!names.includes(nameOrFile)) throw unknown(nameOrFile, names, names.length === 0 ? ` in ${environmentsFolder}` : '', option);
  return [{ name: nameOrFile, all: objectsOf(configs), configs }];
}

/** An environment of the cluster by name, or those of a file in place of the cluster's of their names. */
export async function environmentsInCluster(nameOrFile: string, there: readonly KubernetesObject[]): Promise<readonly Chosen[]> {
  if (!isManifest(nameOrFile)) {
    const names = there.flatMap(({ metadata }) => metadata?.name ?? []);
    if (!names.includes(nameOrFile)) throw unknown(nameOrFile, names, ' in the cluster', '--environment');
    return [{ name: nameOrFile, all: there }];
  }
  const chosen = await fromFile(nameOrFile);
  return chosen.map(({ name, all }) => {
    const replaced = new Set(all.map(({ metadata }) => metadata?.name));
    return { name, all: [...there.filter(({ metadata }) => !replaced.has(metadata?.name)), ...all] };
  });
}
