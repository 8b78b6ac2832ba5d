import { dirname, join, relative, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import { identityOf } from '../../plan/identity.ts';
import { InputError, isFolder, isHidden, named, readObjects, UnusableFile } from '../input.ts';
import { commitOfPath, contentsOf, filesWith, hasCommit, isAtOrBelow, placesOf, repositoryOf, submoduleNow, treeOf } from './git.ts';
import { claimMark, claimsIn, isManifest, type Located, type PassedOver } from './sources.ts';
import { type Files, onDisk, roleOf } from './templates.ts';

const environmentMark = 'EnvironmentConfig';

/** What git had of the claims and environments of a repository, wherever they were. */
export interface Revision {
  readonly name: string;
  /** The top folder of the repository. */
  readonly top: string;
  readonly claims: readonly (Located & { readonly given: boolean })[];
  readonly environments: readonly Located[];
  /** What may have been a claim or an environment, and could not be read. */
  readonly unread: readonly PassedOver[];
}

/** What a commit has, and what of its submodules; by whole paths. */
interface Tree {
  readonly files: ReadonlyMap<string, { readonly repository: string; readonly hash: string }>;
  readonly links: ReadonlyMap<string, string>;
  /** The files that may have something to read. */
  readonly candidates: readonly string[];
  readonly unread: readonly PassedOver[];
}

async function readTree(repository: string, commit: string): Promise<Tree> {
  const entries = [...(await treeOf(repository, commit))];
  const of = (kind: string) =>
    entries.filter(([, entry]) => entry.kind === kind).map(([path, { hash }]) => ({ path: join(repository, path), hash }));
  const links = of('link');
  const targets = await contentsOf(
    repository,
    links.map(({ hash }) => hash),
  );
  const inside = await Promise.all(
    of('submodule').map(async ({ path, hash }): Promise<Partial<Tree>> => {
      if (await hasCommit(path, hash)) return await readTree(path, hash);
      // A submodule that is not cloned and still stands at the same commit has not changed.
      const same =
        (await submoduleNow(repository, relative(repository, path))) === hash && (await isFolder(join(path, '.git'))) === undefined;
      const why = `it is a submodule whose commit ${hash.slice(0, 12)} is not here, want git submodule update --init, or git fetch in it`;
      return { unread: same ? [] : [{ path, why }] };
    }),
  );
  const found = await filesWith(repository, [claimMark, environmentMark], commit);
  return {
    files: new Map([
      ...of('file').map(({ path, hash }) => [path, { repository, hash }] as const),
      ...inside.flatMap(({ files }) => [...(files ?? [])]),
    ]),
    links: new Map([
      ...links.map(({ path }, index) => [path, targets[index] ?? ''] as const),
      ...inside.flatMap((each) => [...(each.links ?? [])]),
    ]),
    candidates: [...found.map((path) => join(repository, path)), ...inside.flatMap(({ candidates }) => candidates ?? [])],
    unread: inside.flatMap(({ unread }) => unread ?? []),
  };
}

const mostLinks = 40;

/** Where a path leads through the links of a tree; undefined where that goes round in circles. */
function followed(links: ReadonlyMap<string, string>, path: string): string | undefined {
  let current = path;
  for (let hops = 0; hops < mostLinks; hops += 1) {
    const parts = current.split('/');
    const at = parts.findIndex((_, index) => links.has(parts.slice(0, index + 1).join('/')));
    if (at === -1) return current;
    const link = parts.slice(0, at + 1).join('/');
    current = resolve(dirname(link), links.get(link) ?? '', ...parts.slice(at + 1));
  }
  return undefined;
}

function hiddenBelow(top: string, path: string): boolean {
  return relative(top, path).split('/').some(isHidden);
}

/** A revision of a repository, of which some paths were given. */
async function readRepository(top: string, commit: string, revision: string, paths: readonly string[]): Promise<Revision> {
  const tree = await readTree(top, commit);
  const located = await Promise.all(paths.map(async (path) => ({ path, places: await placesOf(path) })));
  const unread: PassedOver[] = [...tree.unread];
  const given: string[] = located.flatMap(({ places }) => [...places, ...places.flatMap((place) => followed(tree.links, place) ?? [])]);
  for (const [link] of tree.links) {
    if (!given.some((each) => isAtOrBelow(link, each)) || !(isManifest(link) || given.includes(link))) continue;
    const target = followed(tree.links, link);
    const isThere = target !== undefined && [...tree.files.keys()].some((file) => isAtOrBelow(file, target));
    if (isThere) given.push(target);
    else unread.push({ path: link, why: `it is a link to ${named(tree.links.get(link) ?? '')}, which is not in the revision` });
  }
  for (const { path, places } of located) {
    const there = [...tree.files.keys(), ...tree.links.keys(), ...unread.map((each) => each.path)].some((file) =>
      places.some((place) => isAtOrBelow(file, place)),
    );
    if (!there && (await isFolder(path)) === undefined)
      throw new UnusableFile(path, `it is neither there nor in ${named(revision)}, want a YAML file`);
  }
  const candidates = tree.candidates.filter((path) => given.includes(path) || (isManifest(path) && !hiddenBelow(top, path)));
  const wanted = candidates.flatMap((path) => {
    const file = tree.files.get(path);
    return file === undefined ? [] : [{ path, ...file }];
  });
  const contents = new Map<string, string>();
  for (const [repository, group] of Map.groupBy(wanted, (each) => each.repository)) {
    const texts = await contentsOf(
      repository,
      group.map(({ hash }) => hash),
    );
    for (const [index, { path }] of group.entries()) contents.set(path, texts[index] ?? '');
  }
  const files: Files = async (path) => {
    const file = tree.files.get(path);
    return contents.get(path) ?? (file && (await contentsOf(file.repository, [file.hash]))[0]);
  };
  const claims: (Located & { readonly given: boolean })[] = [];
  const environments: Located[] = [];
  for (const [path, text] of contents) {
    if ((await roleOf(path, files)) !== undefined) continue;
    const label = `${revision}:${relative(top, path)}`;
    try {
      const isGiven = given.some((each) => isAtOrBelow(path, each));
      const found = text.includes(claimMark) ? claimsIn({ path: label, text, found: true }) : { claims: [], passedOver: [] };
      claims.push(...found.claims.map(({ object }) => ({ object, path, given: isGiven })));
      const broken = found.passedOver.filter((each) => each.text !== undefined);
      if (broken[0] !== undefined) throw new UnusableFile(label, broken[0].why);
      if (!text.includes(environmentMark)) continue;
      const objects = readObjects(text, label).objects.filter(({ kind }) => kind === environmentMark);
      environments.push(...objects.map((object) => ({ object, path })));
    } catch (error) {
      if (!(error instanceof UnusableFile)) throw error;
      // An unreadable file with the same text on disk has not changed.
      if ((await onDisk(path)) !== text) unread.push({ path, why: error.why, text });
    }
  }
  return { name: revision, top, claims, environments, unread };
}

/** What a revision has in the repositories that paths are in, of which some have claims as they are. */
export async function readRevision(
  paths: readonly string[],
  withClaims: readonly string[],
  revision: string,
): Promise<readonly Revision[]> {
  const byTop = new Map<string, { readonly commit: string; readonly paths: string[] }>();
  for (const path of paths) {
    const { top, commit } = await commitOfPath(path, revision);
    byTop.set(top, byTop.get(top) ?? { commit, paths: [] });
    if (withClaims.includes(path)) byTop.get(top)?.paths.push(path);
  }
  return await Promise.all([...byTop].map(([top, known]) => readRepository(top, known.commit, revision, known.paths)));
}

/** Of several that were the same object, the one that it was at the same place, or else the only one. */
function theOne(what: string, candidates: readonly Located[], places: readonly string[], revision: string): KubernetesObject | undefined {
  const here = candidates.filter(({ path }) => places.includes(path));
  const [first, ...others] = here.length > 0 ? here : candidates;
  const other = others.find(({ object }) => !isDeepStrictEqual(object, first?.object));
  if (first !== undefined && other !== undefined)
    throw new InputError(
      `cannot compare ${what}: in ${named(revision)} it is in ${named(first.path)} and in ${named(other.path)}, want one of them, as --from FILE`,
    );
  return first?.object;
}

/** What could not be read may have been anything: it is never said to be new. */
function refuseUnread(what: string, mark: string, { name, unread }: Revision): void {
  const hiding = unread.filter(({ text }) => text === undefined || text.includes(mark));
  if (hiding.length === 0) return;
  const list = hiding.map(({ path, why }) => `${named(path)}: ${why}`).join('; ');
  throw new InputError(`cannot compare ${what}: it is not in what can be read of ${named(name)}; what cannot: ${list}`);
}

/** The claims of a work tree, by identity, with where each is. */
async function claimsNow(top: string): Promise<ReadonlyMap<string, string>> {
  const files = (await filesWith(top, [claimMark])).filter((path) => isManifest(path) && !hiddenBelow(top, join(top, path)));
  const found = await Promise.all(
    files.map(async (path) => {
      try {
        const text = (await onDisk(join(top, path))) ?? '';
        return claimsIn({ path: join(top, path), text, found: true }).claims;
      } catch (error) {
        if (error instanceof UnusableFile) return [];
        throw error;
      }
    }),
  );
  return new Map(found.flat().map(({ object, path }) => [identityOf(object), path]));
}

export interface Before {
  /** The claims as they were: those that are planned, and those at the given paths that are no more. */
  readonly old: readonly KubernetesObject[];
  /** What was at the given paths and is elsewhere now. */
  readonly moved: readonly PassedOver[];
}

/** What claims were in a revision, wherever it had them. */
export async function claimsBefore(now: readonly Located[], revisions: readonly Revision[]): Promise<Before> {
  const old: KubernetesObject[] = [];
  const moved: PassedOver[] = [];
  const planned = new Set(now.map(({ object }) => identityOf(object)));
  for (const { object: claim, path } of now) {
    const places = await placesOf(path);
    const revision = revisions.find(({ top }) => places.some((place) => isAtOrBelow(place, top))) ?? revisions[0];
    if (revision === undefined) continue;
    const what = identityOf(claim);
    const was = theOne(
      what,
      revision.claims.filter(({ object }) => identityOf(object) === what),
      places,
      revision.name,
    );
    if (was !== undefined) old.push(was);
    else refuseUnread(what, claimMark, revision);
  }
  for (const { name, top, claims } of revisions) {
    const gone = Map.groupBy(
      claims.filter(({ object, given }) => given && !planned.has(identityOf(object))),
      ({ object }) => identityOf(object),
    );
    const there = gone.size === 0 ? new Map<string, string>() : await claimsNow(top);
    for (const [what, candidates] of gone) {
      const path = there.get(what);
      if (path !== undefined) moved.push({ path, why: `${what} is here now, which no path that was given has` });
      else old.push(...[theOne(what, candidates, [], name)].filter((each) => each !== undefined));
    }
  }
  return { old, moved };
}

/**
 * EnvironmentConfigs as a revision has them, wherever it had them; as they are now where it lacks them, or where their repository is none of
 * those, which has other revisions of that name.
 */
export async function environmentsBefore(now: readonly Located[], revisions: readonly Revision[]): Promise<readonly KubernetesObject[]> {
  return await Promise.all(
    now.map(async ({ object: config, path }) => {
      const places = await placesOf(path);
      const top = await repositoryOf(path);
      const revision = revisions.find((each) => each.top === top);
      if (revision === undefined) return config;
      const name = config.metadata?.name;
      const what = `EnvironmentConfig ${name}`;
      const was = theOne(
        what,
        revision.environments.filter(({ object }) => object.metadata?.name === name),
        places,
        revision.name,
      );
      if (was === undefined) refuseUnread(what, environmentMark, revision);
      return was ?? config;
    }),
  );
}
