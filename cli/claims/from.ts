import { resolve } from 'node:path';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import { identityOf } from '../../plan/identity.ts';
import { InputError, isFolder, named, standardInput } from '../input.ts';
import { commitOf, fullNameOf, repositoryOf } from './git.ts';
import { kustomized, kustomizedThen } from './kustomize.ts';
import { claimsBefore, environmentsBefore, readRevision } from './revision.ts';
import { scoredThen } from './score-then.ts';
import { type Claims, type Located, type PassedOver, type Reading, readClaims, united } from './sources.ts';
import { kustomizationIn, onDisk } from './templates.ts';

/** What claims and their environments were. */
export interface Former {
  readonly claims: readonly KubernetesObject[];
  /** What was at the given paths and is not planned. */
  readonly passedOver: readonly PassedOver[];
  environments(now: readonly Located[]): Promise<readonly KubernetesObject[]>;
}

/** Where claims are. */
export interface Given extends Reading {
  readonly files: readonly string[];
  /** Folders that kustomize builds. */
  readonly kustomizations: readonly string[];
}

/** The claims that are given, where files may be missing that a revision has. */
export async function readGiven(given: Given, missing: 'refused' | 'passed over'): Promise<Claims> {
  const { files, kustomizations } = given;
  return united([await readClaims(files, given, missing), ...(await Promise.all(kustomizations.map((folder) => kustomized(folder))))]);
}

/** Whether `--from` is a path; one that is a revision too could mean either, and says so. */
export async function isPath(from: string, { files, kustomizations }: Given): Promise<boolean> {
  if ((await isFolder(from)) === undefined) return /^\.{0,2}\//.test(from);
  if (/^\.{0,2}\//.test(from)) return true;
  for (const file of [...files, ...kustomizations].filter((each) => each !== standardInput)) {
    const top = await repositoryOf(file);
    if (top === undefined || (await commitOf(top, from)) === undefined) continue;
    const name = (await fullNameOf(top, from)) ?? `${from}^{commit}`;
    throw new InputError(
      `cannot compare: --from: got ${named(from)}, which is both there and a git revision, want ./${from} for what is there, or ${name} for the revision`,
    );
  }
  return true;
}

/** What was at a path; what could not be read there was no less there. */
async function atPath(path: string, now: Claims, given: Given): Promise<Former> {
  const isBuilt = given.kustomizations.length > 0 && (await kustomizationIn(resolve(path), onDisk)) !== undefined;
  const then = isBuilt ? await kustomized(path) : await readClaims([path], given);
  const before = then.claims.map(({ object }) => object);
  const same = new Set(now.passedOver.map(({ text }) => text));
  const unread = then.passedOver.filter(({ text }) => text !== undefined && (text === '' || !same.has(text)));
  const known = new Set(before.map(identityOf));
  const unknown = now.claims.find(({ object }) => !known.has(identityOf(object)));
  if (unknown !== undefined && unread.length > 0)
    throw new InputError(
      `cannot compare ${identityOf(unknown.object)}: it is not in what can be read of ${named(path)}; what cannot: ${unread.map((each) => `${named(each.path)}: ${each.why}`).join('; ')}`,
    );
  return { claims: before, passedOver: [], environments: async (configs) => configs.map(({ object }) => object) };
}

async function atRevision(revision: string, now: Claims, given: Given): Promise<Former> {
  const { files, kustomizations } = given;
  if (files.includes(standardInput))
    throw new InputError(`cannot compare standard input: --from: got ${named(revision)}, want a file or a folder, since it has no path`);
  const revisions = await readRevision([...files, ...kustomizations], files, revision);
  const built = united(await Promise.all(kustomizations.map((folder) => kustomizedThen(folder, revision))));
  const scored = await scoredThen(files, revision, given);
  const known = new Set(scored.claims.map(({ object }) => identityOf(object)));
  const { old, moved } = await claimsBefore(
    now.claims.filter(({ object, built: isBuilt }) => isBuilt !== true && !known.has(identityOf(object))),
    revisions,
  );
  return {
    claims: [...old, ...[...built.claims, ...scored.claims].map(({ object }) => object)],
    passedOver: moved,
    environments: (configs) => environmentsBefore(configs, revisions),
  };
}

/** What claims were at a path or in a git revision, which is asked only of what is in its repository. */
export async function readFormer(from: string, now: Claims, given: Given): Promise<Former> {
  return (await isPath(from, given)) ? await atPath(from, now, given) : await atRevision(from, now, given);
}
