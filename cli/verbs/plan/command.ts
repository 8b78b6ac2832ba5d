import { createColors } from 'picocolors';
import type { KubernetesObject } from '../../../functions/core/kubernetes.ts';
import { type Comparison, compareEnvironments } from '../../../plan/against.ts';
import { deltaOf, type Entry, running } from '../../../plan/change.ts';
import { labelOf } from '../../../plan/identity.ts';
import { type Place, planMatrix } from '../../../plan/matrix.ts';
import { planTogether } from '../../../plan/together.ts';
import { type Chosen, environmentInCluster, readEnvironment } from '../../claims/environments.ts';
import { type Former, isPath, readFormer } from '../../claims/from.ts';
import { readClaims } from '../../claims/sources.ts';
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

interface Work {
  readonly claims: readonly KubernetesObject[];
  /** What they were, with `--from`. */
  readonly former: Former | undefined;
}

function checked(options: PlanOptions): void {
  const { files, environments, against, from, live } = options;
  if (files.length === 0) throw new InputError('cannot plan: no FILE was given, want one or more claim files');
  if (environments.length === 0 && !live)
    throw new InputError('cannot plan: --environment: missing, want the name of an environment or an EnvironmentConfig file');
  const exclusive = [
    ...(against === undefined ? [] : ['--against']),
    ...(from === undefined ? [] : ['--from']),
    ...(live ? ['--live'] : []),
  ];
  if (exclusive.length > 1) throw new InputError(`cannot plan: got ${exclusive.join(' and ')}, want one of them`);
}

async function planFromFiles({ claims, former }: Work, options: PlanOptions, progress: Progress): Promise<readonly Entry[]> {
  const { platform, steps, root, environments, against } = options;
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

async function readWork(options: PlanOptions, progress: Progress): Promise<Work> {
  const { files, from, strict, stdin, stderr } = options;
  progress.say('reading claims …');
  const found = await readClaims(files, stdin, from === undefined || (await isPath(from, files)) ? 'refused' : 'passed over');
  const former = from === undefined ? undefined : await readFormer(from, found, files, stdin);
  if (found.claims.length === 0 && (former?.claims ?? []).length === 0)
    throw new InputError(`cannot plan ${files.map(named).join(', ')}: there is no claim, want one or more`);
  const passedOver = [...found.passedOver, ...(former?.passedOver ?? [])];
  if (strict && passedOver.length > 0)
    throw new InputError(`cannot plan: --strict: ${passedOver.map(({ path, why }) => `${named(path)}: ${why}`).join('; ')}`);
  progress.end();
  stderr.write(passedOverText(passedOver, found.without));
  return { claims: found.claims.map(({ object }) => object), former };
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
    const work = await readWork(options, progress);
    const entries = await (live ? planLive : planFromFiles)(work, options, progress);
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
