import { globSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { createColors } from 'picocolors';
import type { KubernetesObject } from '../../../functions/core/kubernetes.ts';
import { shown } from '../../../functions/core/problem.ts';
import { type Comparison, compareEnvironments } from '../../../plan/against.ts';
import { deltaOf, type Entry, running, whileGoing } from '../../../plan/change.ts';
import { labelOf } from '../../../plan/identity.ts';
import { type Place, planMatrix } from '../../../plan/matrix.ts';
import { planTogether } from '../../../plan/together.ts';
import { type Chosen, environmentsInCluster, readEnvironments } from '../../claims/environments.ts';
import { type Former, type Given, isPath, readFormer, readGiven } from '../../claims/from.ts';
import type { PassedOver } from '../../claims/sources.ts';
import { kustomizationIn, onDisk } from '../../claims/templates.ts';
import { type Cluster, reach } from '../../cluster.ts';
import { InputError, isFolder, named } from '../../input.ts';
import { printerOf } from '../../show/output.ts';
import { type Progress, progressOn } from '../../show/progress.ts';
import type { ExitCode, Home, Terminal } from '../../verb.ts';
import { environmentOf, type Live, type LiveState, readLive } from './live.ts';
import { type Printed, printers } from './render.ts';
import { asidesText, passedOverText } from './text.ts';

/** Refusals that come from what was typed rather than from a rule. */
const badInput = new Set(['ClaimInvalid', 'KindUnknown', 'EnvironmentInvalid', 'EnvironmentIncomplete', 'EnvironmentNotFound']);

export interface PlanOptions extends Home, Terminal {
  /** Files, folders, or `-`. */
  readonly files: readonly string[];
  /** Folders that kustomize builds. */
  readonly kustomizations: readonly string[];
  /** A pattern of folders that are called as the environment of their claims. */
  readonly environmentsFrom?: string | undefined;
  /** Names of environments in the folder of environments, or EnvironmentConfig files. */
  readonly environments: readonly string[];
  readonly against?: string | undefined;
  /** A file, a folder or a git revision. */
  readonly from?: string | undefined;
  readonly live: boolean;
  /** Nothing but what claims adopt. */
  readonly adopt?: boolean;
  /** What hosts end in that no Score file says. */
  readonly domain?: string | undefined;
  /** Of the kubeconfig; by default the current one. */
  readonly context?: string | undefined;
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
  const { files, kustomizations, environments, environmentsFrom, against, from, live, adopt = false } = options;
  const seen = adopt ? '--adopt' : '--live';
  const places = [
    ...(files.length > 0 ? ['FILE'] : []),
    ...(kustomizations.length > 0 ? ['--kustomize'] : []),
    ...(environments.length > 0 ? ['--environment'] : []),
    ...(against === undefined ? [] : ['--against']),
    ...(live ? [seen] : []),
  ];
  if (environmentsFrom !== undefined && places.length > 0)
    throw new InputError(`cannot plan: got --environments-from and ${places.join(' and ')}, want it alone, as its folders say both`);
  if (environmentsFrom === undefined && files.length + kustomizations.length === 0)
    throw new InputError('cannot plan: no FILE was given, want one or more claim files');
  if (environmentsFrom === undefined && environments.length === 0 && !live)
    throw new InputError('cannot plan: --environment: missing, want the name of an environment or an EnvironmentConfig file');
  if (options.context !== undefined && !live) throw new InputError('cannot plan: got --context without --live, want both or neither');
  const exclusive = [...(against === undefined ? [] : ['--against']), ...(from === undefined ? [] : ['--from']), ...(live ? [seen] : [])];
  if (exclusive.length > 1) throw new InputError(`cannot plan: got ${exclusive.join(' and ')}, want one of them`);
}

async function planFromFiles({ environments, claims, former }: Work, options: PlanOptions, progress: Progress): Promise<readonly Entry[]> {
  const { platform, steps, against } = options;
  const chosen = (await Promise.all(environments.map((each) => readEnvironments(options, each, '--environment')))).flat();
  const beside = against === undefined ? [] : await readEnvironments(options, against, '--against');
  if (beside.length > 1)
    throw new InputError(
      `cannot compare: --against: got ${shown(against)}, which has ${beside.map(({ name }) => name).join(', ')}, want one environment`,
    );
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

type Planned = Pick<Printed, 'entries' | 'cluster'>;

/** Of a cluster, or of files where this user may not read those of the cluster. */
async function environmentsAt(nameOrFile: string, home: Home, state: LiveState): Promise<readonly Chosen[]> {
  return state.environments === undefined
    ? await readEnvironments(home, nameOrFile, '--environment')
    : await environmentsInCluster(nameOrFile, state.environments);
}

async function planLive({ claims, environments }: Work, options: PlanOptions, progress: Progress, cluster: Cluster): Promise<Planned> {
  const { platform, steps } = options;
  const state = await readLive(cluster, platform, claims, progress.say);
  const own = new Map<string, Chosen>();
  if (environments.length === 0)
    for (const name of new Set(state.claims.map(environmentOf))) {
      const [found] =
        state.environments === undefined ? await readEnvironments(options, name, '--environment') : [{ name, all: state.environments }];
      if (found !== undefined) own.set(name, found);
    }
  const chosen = (await Promise.all(environments.map((each) => environmentsAt(each, options, state)))).flat();
  const columns: readonly ((live: Live) => Chosen | undefined)[] =
    chosen.length === 0 ? [(live) => own.get(environmentOf(live))] : chosen.map((each) => () => each);
  const planned = columns.map((choose) => {
    const entries = new Map<Live, Entry>();
    for (const [place, group] of Map.groupBy(state.claims, choose)) {
      if (place === undefined) continue;
      const world = { platform, steps, environments: place.all, objects: state.beside, now: new Date().toISOString() };
      const plans = planTogether(group, place.name, world, state.all, () => {});
      group.forEach((live, index) => {
        const made = plans[index];
        if (made === undefined) return;
        const plan = whileGoing(made, live.before);
        const before = live.before && running(live.before, live.observed);
        entries.set(live, { plan, delta: deltaOf(plan, before, world) });
      });
    }
    return entries;
  });
  return {
    entries: state.claims.flatMap((live) => planned.flatMap((entries) => entries.get(live) ?? [])),
    cluster: { context: cluster.context, server: cluster.server, notRead: state.notRead },
  };
}

interface Read extends Work {
  readonly passedOver: readonly PassedOver[];
  readonly without: number;
}

async function readWork(asked: readonly string[], given: Given, from: string | undefined): Promise<Read> {
  const found = await readGiven(given, from === undefined || (await isPath(from, given)) ? 'refused' : 'passed over');
  const former = from === undefined ? undefined : await readFormer(from, found, given);
  const claims = found.claims.map(({ object }) => object);
  const environments = [...new Set(asked)];
  return { environments, claims, former, passedOver: [...found.passedOver, ...(former?.passedOver ?? [])], without: found.without };
}

/** Folders that each have the claims of one environment, by its name. */
async function readFolders(pattern: string, options: PlanOptions): Promise<readonly Read[]> {
  const matches = await Promise.all(globSync(pattern).map(async (path) => ({ path, folder: await isFolder(path) })));
  const nowhere = matches.find(({ folder }) => folder === undefined);
  if (nowhere !== undefined)
    throw new InputError(`cannot plan: --environments-from: got ${named(nowhere.path)}, which leads nowhere, want a folder`);
  const folders = matches.flatMap(({ path, folder }) => (folder === true ? [path] : []));
  if (folders.length === 0)
    throw new InputError(`cannot plan: --environments-from: got ${named(pattern)}, want a pattern of folders, such as 'clusters/*/'`);
  return await Promise.all(
    folders.toSorted().map(async (folder) => {
      const isBuilt = (await kustomizationIn(resolve(folder), onDisk)) !== undefined;
      const given = { ...options, files: isBuilt ? [] : [folder], kustomizations: isBuilt ? [folder] : [] };
      return await readWork([basename(folder)], given, options.from);
    }),
  );
}

/** Of the plans, those of claims that adopt something. */
function adoptingOf(entries: readonly Entry[], asked: readonly string[]): readonly Entry[] {
  const adopting = entries.filter(({ plan: { settings } }) => settings.some(({ name, value }) => name === 'adopt' && value !== undefined));
  if (adopting.length > 0) return adopting;
  throw new InputError(`cannot plan ${asked.map(named).join(', ')}: --adopt: no claim adopts anything, want one with spec.adopt`);
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
  const { against, live, context, output, color, stdout, stderr } = options;
  const print = printerOf(printers, output);
  const progress = progressOn(stderr);
  try {
    const works = await readAll(options, progress);
    const planned: Planned[] = [];
    for (const work of works) {
      if (live) planned.push(await planLive(work, options, progress, await reach(context)));
      else planned.push({ entries: await planFromFiles(work, options, progress) });
    }
    const all = planned.flatMap((each) => each.entries);
    const entries = options.adopt ? adoptingOf(all, [...options.files, ...options.kustomizations]) : all;
    const cluster = planned[0]?.cluster;
    const comparisons = against === undefined ? undefined : comparisonsOf(entries);
    progress.end();
    stdout.write(
      print(
        { entries, ...(options.adopt && { adopt: true }), ...(cluster && { cluster }), ...(comparisons && { comparisons }) },
        createColors(color),
      ),
    );
    // A stream of objects has no field for remarks, so they go to stderr.
    if (output === 'yaml') stderr.write(asidesText(entries));
    const refusals = entries.flatMap(({ plan: { refused, adoption } }) => refused ?? (options.adopt ? adoption?.open : undefined) ?? []);
    if (refusals.length === 0) return 0;
    return refusals.some(({ reason }) => badInput.has(reason)) ? 2 : 1;
  } finally {
    progress.end();
  }
}
