import { globSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { createColors } from 'picocolors';
import type { KubernetesObject } from '../../../functions/core/kubernetes.ts';
import { type Comparison, compareEnvironments } from '../../../plan/against.ts';
import { deltaOf, type Entry, running } from '../../../plan/change.ts';
import { labelOf } from '../../../plan/identity.ts';
import { type Place, planMatrix } from '../../../plan/matrix.ts';
import { planTogether } from '../../../plan/together.ts';
import { type Chosen, environmentInCluster, readEnvironment } from '../../claims/environments.ts';
import { type Former, type Given, isPath, readFormer, readGiven } from '../../claims/from.ts';
import type { PassedOver } from '../../claims/sources.ts';
import { kustomizationIn, onDisk } from '../../claims/templates.ts';
import { reach } from '../../cluster.ts';
import { InputError, named } from '../../input.ts';
import { printerOf } from '../../show/output.ts';
import { type Progress, progressOn } from '../../show/progress.ts';
import type { ExitCode, Home, Terminal } from '../../verb.ts';
import { environmentOf, readLive } from './live.ts';
import { printers } from './render.ts';
import { passedOverText } from './text.ts';

/** Refusals that come from what was typed rather than from a rule. */
const badInput = new Set(['ClaimInvalid', 'KindUnknown', 'EnvironmentInvalid', 'EnvironmentIncomplete', 'EnvironmentNotFound']);

export interface PlanOptions extends Home, Terminal {
  /** Files, folders, or `-`. */
  readonly files: readonly string[];
  /** Folders that kustomize builds. */
  readonly kustomizations: readonly string[];
  /** A pattern of folders that are called as the environment of their claims. */
  readonly environmentsFrom?: string | undefined;
  /** Names of environments in `examples/environments/` or EnvironmentConfig files. */
  readonly environments: readonly string[];
  readonly against?: string | undefined;
  /** A file, a folder or a git revision. */
  readonly from?: string | undefined;
  readonly live: boolean;
  /** What is passed over is an error. */
  readonly strict: boolean;
  readonly output: string;
}

/** Claims, and the environments that they are planned in. */
interface Work {
  readonly environments: readonly string[];
  readonly claims: readonly KubernetesObject[];
  /** What they were, with `--from`. */
  readonly former: Former | undefined;
}

function checked(options: PlanOptions): void {
  const { files, kustomizations, environments, environmentsFrom, against, from, live } = options;
  const places = [
    ...(files.length > 0 ? ['FILE'] : []),
    ...(kustomizations.length > 0 ? ['--kustomize'] : []),
    ...(environments.length > 0 ? ['--environment'] : []),
    ...(against === undefined ? [] : ['--against']),
    ...(live ? ['--live'] : []),
  ];
  if (environmentsFrom !== undefined && places.length > 0)
    throw new InputError(`cannot plan: got --environments-from and ${places.join(' and ')}, want it alone, as its folders say both`);
  if (environmentsFrom === undefined && files.length + kustomizations.length === 0)
    throw new InputError('cannot plan: no FILE was given, want one or more claim files');
  if (environmentsFrom === undefined && environments.length === 0 && !live)
    throw new InputError('cannot plan: --environment: missing, want the name of an environment or an EnvironmentConfig file');
  const exclusive = [
    ...(against === undefined ? [] : ['--against']),
    ...(from === undefined ? [] : ['--from']),
    ...(live ? ['--live'] : []),
  ];
  if (exclusive.length > 1) throw new InputError(`cannot plan: got ${exclusive.join(' and ')}, want one of them`);
}

async function planFromFiles({ environments, claims, former }: Work, options: PlanOptions, progress: Progress): Promise<readonly Entry[]> {
  const { platform, steps, root, against } = options;
  const chosen = await Promise.all(environments.map((each) => readEnvironment(root, each, '--environment')));
  const beside = against === undefined ? [] : [await readEnvironment(root, against, '--against')];
  const places = await Promise.all(
    [...chosen, ...beside].map(async ({ name, all, configs }): Promise<Place> => {
      const before = (await former?.environments(configs)) ?? all;
      return { name, world: { platform, steps, environments: all }, worldBefore: { platform, steps, environments: before } };
    }),
  );
  const total = claims.length * places.length;
  let done = 0;
  return planMatrix(places, { claims, old: former?.claims }, () => {
    done += 1;
    progress.say(`planned ${done} of ${total} …`);
  });
}

async function planLive({ claims }: Work, { platform, steps, environments }: PlanOptions, progress: Progress): Promise<readonly Entry[]> {
  const state = await readLive(await reach(), platform, claims, progress.say);
  const chosen = await Promise.all(environments.map((each) => environmentInCluster(each, state.environments)));
  const columns: readonly ((live: (typeof state.claims)[number]) => Chosen)[] =
    chosen.length === 0 ? [(live) => ({ name: environmentOf(live), all: state.environments })] : chosen.map((each) => () => each);
  const planned = columns.map((choose) => {
    const groups = Map.groupBy(state.claims, (live) => choose(live).name);
    const entries = new Map<(typeof state.claims)[number], Entry>();
    for (const [name, group] of groups) {
      const world = { platform, steps, environments: group[0] === undefined ? [] : choose(group[0]).all };
      const plans = planTogether(group, name, world, state.all, () => {});
      group.forEach((live, index) => {
        const plan = plans[index];
        if (plan === undefined) return;
        const before = live.before && running(live.before, live.observed);
        entries.set(live, { plan, delta: deltaOf(plan, before, world) });
      });
    }
    return entries;
  });
  return state.claims.flatMap((live) => planned.flatMap((entries) => entries.get(live) ?? []));
}

interface Read extends Work {
  readonly passedOver: readonly PassedOver[];
  readonly without: number;
}

async function readWork(environments: readonly string[], given: Given, from: string | undefined): Promise<Read> {
  const found = await readGiven(given, from === undefined || (await isPath(from, given)) ? 'refused' : 'passed over');
  const former = from === undefined ? undefined : await readFormer(from, found, given);
  const claims = found.claims.map(({ object }) => object);
  return { environments, claims, former, passedOver: [...found.passedOver, ...(former?.passedOver ?? [])], without: found.without };
}

/** Folders that each have the claims of one environment, by its name. */
async function readFolders(pattern: string, { from, stdin }: PlanOptions): Promise<readonly Read[]> {
  const matches = globSync(pattern).filter((path) => statSync(path).isDirectory());
  if (matches.length === 0)
    throw new InputError(`cannot plan: --environments-from: got ${named(pattern)}, want a pattern of folders, such as 'clusters/*/'`);
  return await Promise.all(
    matches.toSorted().map(async (folder) => {
      const isBuilt = (await kustomizationIn(resolve(folder), onDisk)) !== undefined;
      const given = { files: isBuilt ? [] : [folder], kustomizations: isBuilt ? [folder] : [], stdin };
      return await readWork([basename(folder)], given, from);
    }),
  );
}

async function readAll(options: PlanOptions, progress: Progress): Promise<readonly Work[]> {
  const { environments, environmentsFrom, from, strict, stderr } = options;
  progress.say('reading claims …');
  const all = environmentsFrom === undefined ? [await readWork(environments, options, from)] : await readFolders(environmentsFrom, options);
  const asked = environmentsFrom === undefined ? [...options.files, ...options.kustomizations] : [environmentsFrom];
  if (all.every(({ claims, former }) => claims.length + (former?.claims ?? []).length === 0))
    throw new InputError(`cannot plan ${asked.map(named).join(', ')}: there is no claim, want one or more`);
  const passedOver = all.flatMap((each) => each.passedOver);
  if (strict && passedOver.length > 0)
    throw new InputError(`cannot plan: --strict: ${passedOver.map(({ path, why }) => `${named(path)}: ${why}`).join('; ')}`);
  progress.end();
  stderr.write(
    passedOverText(
      passedOver,
      all.reduce((sum, { without }) => sum + without, 0),
    ),
  );
  return all;
}

function comparisonsOf(entries: readonly Entry[]): readonly Comparison[] {
  const byClaim = Map.groupBy(entries, ({ plan: { claim } }) => labelOf(claim));
  return [...byClaim.values()].flatMap((group) => compareEnvironments(group.map(({ plan }) => plan)) ?? []);
}

/** Plans every claim in every environment; the exit code is 0, or 1 where something is refused, or 2 for bad input. */
export async function plan(options: PlanOptions): Promise<ExitCode> {
  checked(options);
  const { against, live, output, color, stdout, stderr } = options;
  const print = printerOf(printers, output);
  const progress = progressOn(stderr);
  try {
    const entries: Entry[] = [];
    for (const work of await readAll(options, progress))
      entries.push(...(await (live ? planLive : planFromFiles)(work, options, progress)));
    const comparisons = against === undefined ? undefined : comparisonsOf(entries);
    progress.end();
    stdout.write(print({ entries, ...(comparisons && { comparisons }) }, createColors(color)));
    const refusals = entries.flatMap(({ plan: { refused } }) => (refused === null ? [] : [refused]));
    if (refusals.length === 0) return 0;
    return refusals.some(({ reason }) => badInput.has(reason)) ? 2 : 1;
  } finally {
    progress.end();
  }
}
