import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import { shown } from '../../functions/core/problem.ts';
import { InputError, named, readObjects, readText } from '../input.ts';
import { isYaml, type Located } from './sources.ts';

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

async function chosenFrom(files: readonly string[], name?: string): Promise<ChosenFromFiles | undefined> {
  const texts = await Promise.all(files.map(async (path) => ({ path, ...readObjects(await readText(path), path) })));
  const configs = texts.flatMap(({ path, objects }) =>
    objects.filter(({ kind }) => kind === 'EnvironmentConfig').map((object) => ({ object, path })),
  );
  const all = configs.map(({ object }) => object);
  const chosen = name ?? all[0]?.metadata?.name;
  return chosen === undefined ? undefined : { name: chosen, all, configs };
}

/** The environments of a file, of which the first is meant. */
async function fromFile(file: string): Promise<ChosenFromFiles> {
  const chosen = await chosenFrom([file]);
  if (chosen === undefined) throw new InputError(`cannot use environment: ${named(file)} has no EnvironmentConfig with a name`);
  return chosen;
}

function unknown(name: string, names: readonly string[], where: string, option: string): InputError {
  const choice = names.length === 0 ? `there are none${where}; want` : `want one of ${names.toSorted().join(', ')}${where}, or`;
  return new InputError(`cannot use environment: ${option}: got ${shown(name)}, ${choice} an EnvironmentConfig file ending in .yaml`);
}

/** An environment by the name of a file below the root, or by a file. */
export async function readEnvironment(root: string, nameOrFile: string, option: string): Promise<ChosenFromFiles> {
  if (isYaml(nameOrFile)) return await fromFile(nameOrFile);
  const folder = join(root, 'examples/environments');
  const files = globSync('*.yaml', { cwd: folder }).sort();
  if (!files.includes(`${nameOrFile}.yaml`)) {
    const names = files.map((file) => basename(file, '.yaml'));
    throw unknown(nameOrFile, names, files.length === 0 ? ' in examples/environments, which npm run generate writes' : '', option);
  }
  return (await chosenFrom(
    files.map((file) => join(folder, file)),
    nameOrFile,
  )) as ChosenFromFiles;
}

/** An environment of the cluster by name, or one of a file in place of the cluster's of that name. */
export async function environmentInCluster(nameOrFile: string, there: readonly KubernetesObject[]): Promise<Chosen> {
  if (!isYaml(nameOrFile)) {
    const names = there.flatMap(({ metadata }) => metadata?.name ?? []);
    if (!names.includes(nameOrFile)) throw unknown(nameOrFile, names, ' in the cluster', '--environment');
    return { name: nameOrFile, all: there };
  }
  const { name, all } = await fromFile(nameOrFile);
  const replaced = new Set(all.map(({ metadata }) => metadata?.name));
  return { name, all: [...there.filter(({ metadata }) => !replaced.has(metadata?.name)), ...all] };
}
