import { dirname, join, relative } from 'node:path';
import { InputError, isFolder, named, readText, standardInput } from '../input.ts';
import { type ScoreText, scoreMark, type Workload, workloadsIn } from '../score/workload.ts';
import { commitOfPath, filesWith, inCommit, isAtOrBelow, placesOf } from './git.ts';
import { isScore } from './score.ts';
import { type Claims, claimsOf, isManifest, type Reading } from './sources.ts';

const none: Claims = { claims: [], passedOver: [], without: 0 };

/** The Score file of a commit that was at a path; undefined where it was none, or nowhere. */
async function readThen(tree: string, top: string, path: string, revision: string): Promise<ScoreText | undefined> {
  const [place] = await placesOf(path);
  const inside = join(tree, relative(top, place));
  if (!isAtOrBelow(place, top) || (await isFolder(inside)) !== false) return undefined;
  const text = await readText(inside);
  return isScore(text) ? { path: `${revision}:${path}`, text, folder: dirname(inside), root: async () => tree } : undefined;
}

/** The claims that Score files came to in a revision, together as they do now, with the files that they take in. */
export async function scoredThen(paths: readonly string[], revision: string, reading: Reading): Promise<Claims> {
  const files = paths.filter((path) => path !== standardInput);
  const now = await Promise.all(files.map(async (path) => ((await isFolder(path)) === false ? isScore(await readText(path)) : false)));
  const gone = await Promise.all(files.map(async (path) => (await isFolder(path)) === undefined));
  const concerned = files.filter((_, index) => now[index] || gone[index]);
  const byTop = new Map<string, { readonly commit: string; readonly paths: string[] }>();
  for (const path of concerned) {
    const { top, commit } = await commitOfPath(path, revision);
    byTop.set(top, { commit, paths: [...(byTop.get(top)?.paths ?? []), path] });
  }
  const [only, second] = byTop;
  if (only === undefined) return none;
  if (second !== undefined)
    throw new InputError(`cannot compare: got Score files of ${named(only[0])} and of ${named(second[0])}, want those of one repository`);
  const [top, { commit, paths: asked }] = only;
  return await inCommit(top, commit, async (tree) => {
    const then = await Promise.all(asked.map(async (path) => ({ path, text: await readThen(tree, top, path, revision) })));
    const isNew = then.find(({ path, text }) => text === undefined && now[files.indexOf(path)]);
    if (isNew !== undefined) await refuseMoved(isNew.path, top, commit, revision);
    const workloads: readonly Workload[] = then.flatMap(({ text }) => (text === undefined ? [] : workloadsIn(text)));
    return workloads.length === 0 ? none : await claimsOf(workloads, reading);
  });
}

/** A Score file that is not where it was may be any that is new: its claims are never said to be new. */
async function refuseMoved(path: string, top: string, commit: string, revision: string): Promise<void> {
  const there = (await filesWith(top, [scoreMark], commit)).filter(isManifest);
  const here = await Promise.all(there.map(async (each) => await isFolder(join(top, each))));
  const left = there.filter((_, index) => here[index] === undefined);
  if (left.length === 0) return;
  throw new InputError(
    `cannot compare ${named(path)}: it is not in ${named(revision)}, which has ${left.map(named).join(', ')} that may have been it, want --from FILE`,
  );
}
