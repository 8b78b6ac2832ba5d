import { isDeepStrictEqual } from 'node:util';
import { createColors } from 'picocolors';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import type { Platform } from '../../functions/core/pipeline.ts';
import { shown } from '../../functions/core/problem.ts';
import { InputError } from '../input.ts';
import { type Comparison, compareEnvironments } from './against.ts';
import { deletion, deltaOf, type Entry, running, simulated } from './change.ts';
import { cluster, type Reader } from './cluster.ts';
import { type Chosen, configsIn, environmentInCluster, readEnvironment } from './environments.ts';
import { environmentOf, readLive } from './live.ts';
import { nameOf, planClaim } from './plan.ts';
import { type Progress, progressOn, type Sink } from './progress.ts';
import { provision, successor } from './provisioned.ts';
import { isOutput, outputs, print } from './render.ts';
import { readFileAt, readRevision } from './revision.ts';
import { claimsOf, isFolder, readSources } from './sources.ts';
import { planTogether } from './together.ts';

/** Refusals that come from what was typed rather than from a rule. */
const badInput = new Set(['ClaimInvalid', 'KindUnknown', 'EnvironmentInvalid', 'EnvironmentIncomplete', 'EnvironmentNotFound']);

export interface PlanOptions {
  readonly platform: Platform;
  /** The folder with `examples/environments/`. */
  readonly root: string;
  /** Files, folders, or `-`. */
  readonly files: readonly string[];
  /** Names of environments in `examples/environments/` or EnvironmentConfig files. */
  readonly environments: readonly string[];
  readonly against?: string | undefined;
  /** A file, a folder or a git revision. */
  readonly from?: string | undefined;
  readonly live?: boolean | undefined;
  readonly output: string;
  readonly color: boolean;
  readonly stdin: () => Promise<string>;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** How to read the cluster. */
  readonly reader?: () => Promise<Reader>;
}

interface Work {
  readonly claims: readonly KubernetesObject[];
  /** The claims as they were, with `--from`. */
  readonly old: readonly KubernetesObject[] | undefined;
  /** The git revision that they are of. */
  readonly revision: string | undefined;
  readonly progress: Progress;
}

function checked(options: PlanOptions): void {
  const { files, environments, against, from, live, output } = options;
  if (!isOutput(output)) throw new InputError(`cannot plan: --output: got ${shown(output)}, want one of ${outputs.join(', ')}`);
  if (files.length === 0) throw new InputError('cannot plan: no FILE was given, want one or more claim files');
  if (environments.length === 0 && live !== true)
    throw new InputError('cannot plan: --environment: missing, want the name of an environment or an EnvironmentConfig file');
  const exclusive = [
    ...(against === undefined ? [] : ['--against']),
    ...(from === undefined ? [] : ['--from']),
    ...(live === true ? ['--live'] : []),
  ];
  if (exclusive.length > 1) throw new InputError(`cannot plan: got ${exclusive.join(' and ')}, want one of them`);
}

const identityOf = (claim: KubernetesObject) => {
  const { kind, namespace, name } = nameOf(claim);
  return `${kind} ${namespace}/${name}`;
};

/** An environment, and all of its EnvironmentConfigs as they were when the claims were what they were. */
interface Place extends Chosen {
  readonly before: readonly KubernetesObject[];
}

function planOffline({ claims, old, progress }: Work, platform: Platform, places: readonly Place[]): readonly Entry[] {
  const total = claims.length * places.length;
  let done = 0;
  const onPlanned = () => {
    done += 1;
    progress.say(`planned ${done} of ${total} …`);
  };
  const columns = places.map(({ name, all, before: allBefore }): readonly Entry[] => {
    const world = { platform, environments: all };
    const worldBefore = { platform, environments: allBefore };
    if (old === undefined) {
      const subjects = claims.map((claim) => ({ claim, observed: {} }));
      return planTogether(subjects, name, world, [], onPlanned).map((plan) => ({ plan }));
    }
    const before = new Map(old.map((claim) => [identityOf(claim), { claim, provisioned: provision(claim, name, worldBefore) }]));
    const subjects = claims.map((claim) => {
      const was = before.get(identityOf(claim));
      if (was?.provisioned === undefined) return { claim, observed: {} };
      const same = isDeepStrictEqual(was.claim['spec'], claim['spec']);
      return { claim: successor(was.provisioned.claim, claim, same), observed: was.provisioned.observed };
    });
    const plans = planTogether(subjects, name, world, [], onPlanned);
    const kept = plans.map((plan, index): Entry => {
      const claim = claims[index] as KubernetesObject;
      const was = before.get(identityOf(claim));
      const delta = deltaOf(plan, was?.provisioned && simulated(was.provisioned), worldBefore);
      if (was === undefined || was.provisioned !== undefined) return { plan, delta };
      return { plan, delta: { ...delta, claim: 'changed', notes: ['the old claim comes to no resources: it is refused'] } };
    });
    const left = new Set(claims.map(identityOf));
    const gone = [...before].flatMap(([identity, { claim, provisioned }]) =>
      left.has(identity) ? [] : [deletion(provisioned?.plan ?? planClaim(claim, name, worldBefore), provisioned?.observed ?? {})],
    );
    return [...kept, ...gone];
  });
  // Claim by claim, each in every environment.
  return (columns[0] ?? []).flatMap((_, index) => columns.flatMap((column) => column[index] ?? []));
}

async function planLive({ claims, progress }: Work, options: PlanOptions): Promise<readonly Entry[]> {
  const state = await readLive(await (options.reader ?? cluster)(), options.platform, claims, progress.say);
  const chosen = await Promise.all(options.environments.map((each) => environmentInCluster(each, state.environments)));
  const columns: readonly ((live: (typeof state.claims)[number]) => Chosen)[] =
    chosen.length === 0 ? [(live) => ({ name: environmentOf(live), all: state.environments })] : chosen.map((each) => () => each);
  const planned = columns.map((choose) => {
    const groups = Map.groupBy(state.claims, (live) => choose(live).name);
    const entries = new Map<(typeof state.claims)[number], Entry>();
    for (const [name, group] of groups) {
      const world = { platform: options.platform, environments: group[0] === undefined ? [] : choose(group[0]).all };
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
  const { files, from, stdin, stderr } = options;
  progress.say('reading claims …');
  const isPath = from !== undefined && (await isFolder(from)) !== undefined;
  const missing = from === undefined || isPath ? 'refused' : 'passed over';
  const { claims, skipped } = claimsOf(await readSources(files, stdin, missing));
  const sources = from === undefined ? undefined : isPath ? await readSources([from], stdin) : await readRevision(files, from);
  const old = sources && claimsOf(sources).claims;
  if (claims.length === 0 && (old ?? []).length === 0)
    throw new InputError(`cannot plan ${files.map(shown).join(', ')}: there is no claim, want one or more`);
  if (skipped > 0) {
    progress.end();
    stderr.write(`goldenpath: passed over ${skipped} ${skipped === 1 ? 'object that is no claim' : 'objects that are no claims'}\n`);
  }
  return { claims, old, revision: isPath ? undefined : from, progress };
}

function comparisonsOf(entries: readonly Entry[]): readonly Comparison[] {
  const byClaim = Map.groupBy(entries, ({ plan: { claim } }) => `${claim.kind} ${claim.namespace}/${claim.name}`);
  return [...byClaim.values()].flatMap((group) => compareEnvironments(group.map(({ plan }) => plan)) ?? []);
}

/** Plans every claim in every environment; the exit code is 0, or 1 where something is refused, or 2 for bad input. */
export async function plan(options: PlanOptions): Promise<0 | 1 | 2> {
  checked(options);
  const { root, environments, against, live, output, color, stdout, stderr } = options;
  const progress = progressOn(stderr);
  try {
    const work = await readWork(options, progress);
    let entries: readonly Entry[];
    if (live === true) {
      entries = await planLive(work, options);
    } else {
      const chosen = await Promise.all(environments.map((each) => readEnvironment(root, each, '--environment')));
      const beside = against === undefined ? [] : [await readEnvironment(root, against, '--against')];
      const places = [...chosen, ...beside].map(async (each): Promise<Place> => {
        const { revision } = work;
        if (revision === undefined) return { ...each, before: each.all };
        return { ...each, before: await configsIn(each.files, (file) => readFileAt(file, revision, options.files[0] ?? '')) };
      });
      entries = planOffline(work, options.platform, await Promise.all(places));
    }
    const comparisons = against === undefined ? undefined : comparisonsOf(entries);
    const text = isOutput(output) ? print({ entries, ...(comparisons && { comparisons }) }, output, createColors(color)) : '';
    progress.end();
    stdout.write(text);
    const refusals = entries.flatMap(({ plan: { refused } }) => (refused === null ? [] : [refused]));
    if (refusals.length === 0) return 0;
    return refusals.some(({ reason }) => badInput.has(reason)) ? 2 : 1;
  } finally {
    progress.end();
  }
}
