import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import { shown } from '../../functions/core/problem.ts';
import { InputError, readObjects, readText } from '../input.ts';
import { isYaml, type Source } from './sources.ts';

/** An environment by name, with all the EnvironmentConfigs that there are beside it. */
export interface Chosen {
  readonly name: string;
  readonly all: readonly KubernetesObject[];
}

/** An environment that was chosen from files. */
export interface ChosenFromFiles extends Chosen {
  readonly files: readonly string[];
}

/** Gets at a file, as it is or as it was. */
type Read = (file: string) => Promise<Pick<Source, 'path' | 'text'>>;

const readNow: Read = async (path) => ({ path, text: await readText(path) });

/** The EnvironmentConfigs of files. */
export async function configsIn(files: readonly string[], read: Read = readNow): Promise<readonly KubernetesObject[]> {
  const sources = await Promise.all(files.map(read));
  return sources.flatMap(({ path, text }) => readObjects(text, path).filter(({ kind }) => kind === 'EnvironmentConfig'));
}

/** The environments of a file, of which the first is meant. */
async function fromFile(file: string): Promise<ChosenFromFiles> {
  const all = await configsIn([file]);
  const name = all[0]?.metadata?.name;
  if (name === undefined) throw new InputError(`cannot use environment: ${shown(file)} has no EnvironmentConfig with a name`);
  return { name, all, files: [file] };
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
  const paths = files.map((file) => join(folder, file));
  return { name: nameOrFile, all: await configsIn(paths), files: paths };
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
