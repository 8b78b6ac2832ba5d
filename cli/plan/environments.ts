import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import { shown } from '../../functions/core/problem.ts';
import { InputError, readObjects, readText } from '../input.ts';
import { isYaml } from './sources.ts';

/** An environment by name, with all the EnvironmentConfigs that there are beside it. */
export interface Chosen {
  readonly name: string;
  readonly all: readonly KubernetesObject[];
}

const configsIn = async (file: string) => readObjects(await readText(file), file).filter(({ kind }) => kind === 'EnvironmentConfig');

/** The environments of a file, of which the first is meant. */
async function fromFile(file: string): Promise<Chosen> {
  const all = await configsIn(file);
  const name = all[0]?.metadata?.name;
  if (name === undefined) throw new InputError(`cannot use environment: ${shown(file)} has no EnvironmentConfig with a name`);
  return { name, all };
}

function among(name: string, all: readonly KubernetesObject[], where: string, option: string): Chosen {
  const names = all.flatMap(({ metadata }) => metadata?.name ?? []).sort();
  if (names.includes(name)) return { name, all };
  const choice = names.length === 0 ? `there are none${where}; want` : `want one of ${names.join(', ')}${where}, or`;
  throw new InputError(`cannot use environment: ${option}: got ${shown(name)}, ${choice} an EnvironmentConfig file ending in .yaml`);
}

/** An environment by the name of a file below the root, or by a file. */
export async function readEnvironment(root: string, nameOrFile: string, option: string): Promise<Chosen> {
  if (isYaml(nameOrFile)) return await fromFile(nameOrFile);
  const folder = join(root, 'examples/environments');
  const files = globSync('*.yaml', { cwd: folder }).sort();
  if (!files.includes(`${nameOrFile}.yaml`)) {
    const named = files.map((file) => ({ apiVersion: '', kind: '', metadata: { name: basename(file, '.yaml') } }));
    return among(nameOrFile, named, files.length === 0 ? ' in examples/environments, which npm run generate writes' : '', option);
  }
  return { name: nameOrFile, all: (await Promise.all(files.map((file) => configsIn(join(folder, file))))).flat() };
}

/** An environment of the cluster by name, or one of a file in place of the cluster's of that name. */
export async function environmentInCluster(nameOrFile: string, there: readonly KubernetesObject[]): Promise<Chosen> {
  if (!isYaml(nameOrFile)) return among(nameOrFile, there, ' in the cluster', '--environment');
  const { name, all } = await fromFile(nameOrFile);
  const replaced = new Set(all.map(({ metadata }) => metadata?.name));
  return { name, all: [...there.filter(({ metadata }) => !replaced.has(metadata?.name)), ...all] };
}
