import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Colors } from 'picocolors/types.js';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import { shown } from '../../functions/core/problem.ts';
import { InputError, readObjects } from '../input.ts';
import { planClaim } from './plan.ts';
import { outputs } from './render.ts';

const examples = fileURLToPath(new URL('../../examples/environments/', import.meta.url));

/** Refusals that come from what was typed rather than from a rule. */
const badInput = new Set(['ClaimInvalid', 'KindUnknown', 'EnvironmentInvalid', 'EnvironmentIncomplete', 'EnvironmentNotFound']);

export interface PlanOptions {
  readonly files: readonly string[];
  /** Names of environments in `environments/` or EnvironmentConfig files. */
  readonly environments: readonly string[];
  readonly output: string;
}

/** The EnvironmentConfigs of the examples, and the one that was named or given as a file. */
function readEnvironment(nameOrFile: string): { readonly name: string; readonly all: readonly KubernetesObject[] } {
  if (/\.ya?ml$/.test(nameOrFile)) {
    const all = readObjects(nameOrFile).filter(({ kind }) => kind === 'EnvironmentConfig');
    const [first] = all;
    if (first?.metadata?.name === undefined)
      throw new InputError(`cannot use environment: ${shown(nameOrFile)} has no EnvironmentConfig with a name`);
    return { name: first.metadata.name, all };
  }
  const files = readdirSync(examples).filter((file) => file.endsWith('.yaml'));
  const names = files.map((file) => basename(file, '.yaml')).sort();
  if (!names.includes(nameOrFile)) {
    throw new InputError(
      `cannot use environment: --environment: got ${shown(nameOrFile)}, want one of ${names.join(', ')}, or an EnvironmentConfig file ending in .yaml`,
    );
  }
  return { name: nameOrFile, all: files.flatMap((file) => readObjects(join(examples, file))) };
}

/** Plans every claim of the files in every environment; the exit code is 0, or 1 where something is refused, or 2 for bad input. */
export function plan(options: PlanOptions, colors: Colors): { readonly text: string; readonly exitCode: number } {
  const render = outputs[options.output];
  if (render === undefined)
    throw new InputError(`cannot plan: --output: got ${shown(options.output)}, want one of ${Object.keys(outputs).join(', ')}`);
  if (options.files.length === 0) throw new InputError('cannot plan: no FILE was given, want one or more claim files');
  if (options.environments.length === 0)
    throw new InputError('cannot plan: --environment: missing, want the name of an environment or an EnvironmentConfig file');
  const claims = options.files.flatMap(readObjects);
  const environments = options.environments.map(readEnvironment);
  const plans = claims.flatMap((claim) => environments.map(({ name, all }) => planClaim(claim, name, all)));
  const refusals = plans.flatMap(({ refused }) => (refused === null ? [] : [refused]));
  const exitCode = refusals.length === 0 ? 0 : refusals.some(({ reason }) => badInput.has(reason)) ? 2 : 1;
  return { text: render(plans, colors), exitCode };
}
