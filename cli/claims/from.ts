import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import { identityOf } from '../../plan/identity.ts';
import { InputError, isFolder, named } from '../input.ts';
import { commitOf, fullNameOf, repositoryOf } from './git.ts';
import { claimsBefore, environmentsBefore, readRevision } from './revision.ts';
import { type Claims, type Located, type PassedOver, readClaims, standardInput } from './sources.ts';

/** What claims and their environments were. */
export interface Former {
  readonly claims: readonly KubernetesObject[];
  /** What was at the given paths and is not planned. */
  readonly passedOver: readonly PassedOver[];
  environments(now: readonly Located[]): Promise<readonly KubernetesObject[]>;
}

/** Whether `--from` is a path; one that is a revision too could mean either, and says so. */
export async function isPath(from: string, files: readonly string[]): Promise<boolean> {
  if ((await isFolder(from)) === undefined) return /^\.{0,2}\//.test(from);
  if (/^\.{0,2}\//.test(from)) return true;
  for (const file of files.filter((each) => each !== standardInput)) {
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
async function atPath(path: string, now: Claims, stdin: () => Promise<string>): Promise<Former> {
  const then = await readClaims([path], stdin);
  const before = then.claims.map(({ object }) => object);
  const same = new Set(now.passedOver.map(({ text }) => text));
  const unread = then.passedOver.filter(({ text }) => text !== undefined && !same.has(text));
  const known = new Set(before.map(identityOf));
  const unknown = now.claims.find(({ object }) => !known.has(identityOf(object)));
  if (unknown !== undefined && unread.length > 0)
    throw new InputError(
      `cannot compare ${identityOf(unknown.object)}: it is not in what can be read of ${named(path)}; what cannot: ${unread.map((each) => `${named(each.path)}: ${each.why}`).join('; ')}`,
    );
  return { claims: before, passedOver: [], environments: async (configs) => configs.map(({ object }) => object) };
}

async function atRevision(revision: string, now: Claims, files: readonly string[]): Promise<Former> {
  if (files.includes(standardInput))
    throw new InputError(`cannot compare standard input: --from: got ${named(revision)}, want a file or a folder, since it has no path`);
  const revisions = await readRevision(files, revision);
  const { old, moved } = await claimsBefore(now.claims, revisions);
  return { claims: old, passedOver: moved, environments: (configs) => environmentsBefore(configs, revisions) };
}

/** What the claims of some files were at a path or in a git revision, which is asked only of what is in its repository. */
export async function readFormer(from: string, now: Claims, files: readonly string[], stdin: () => Promise<string>): Promise<Former> {
  return (await isPath(from, files)) ? await atPath(from, now, stdin) : await atRevision(from, now, files);
}
