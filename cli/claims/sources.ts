import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { mostMetadata } from '../../functions/core/claim.ts';
import { group } from '../../functions/core/group.ts';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import type { Platform } from '../../functions/core/pipeline.ts';
import { problemsOf } from '../../functions/core/problem.ts';
import { identityOf, nameOf } from '../../plan/identity.ts';
import { mapBounded } from '../bounded.ts';
import { codeOf, InputError, isFolder, isHidden, named, readObjects, readText, standardInput, UnusableFile } from '../input.ts';
import { convert } from '../score/convert.ts';
import { type Workload, workloadsIn } from '../score/workload.ts';
import { isScore, scoreText } from './score.ts';
import { onDisk, roleOf } from './templates.ts';

const openFiles = 16;

/** By which a text may have a claim. */
export const claimMark = `${group}/`;

/** A text with claims. */
export interface Source {
  readonly path: string;
  readonly text: string;
  /** Nobody named it, so that it is passed over where it cannot be read. */
  readonly found: boolean;
}

/** An object, and the file that it is in. */
export interface Located {
  readonly object: KubernetesObject;
  readonly path: string;
}

/** What may have been a claim and is not planned. */
export interface PassedOver {
  readonly path: string;
  readonly why: string;
  /** All of it, where it was read and cannot be used. */
  readonly text?: string;
}

export interface Claims {
  /** Those that were built are in no file as they are. */
  readonly claims: readonly (Located & { readonly built?: true })[];
  readonly passedOver: readonly PassedOver[];
  /** How many files were found that name no claim. */
  readonly without: number;
}

export const isManifest = (path: string) => /\.(ya?ml|json)$/.test(path);

/** Of our group, whether or not this version knows the kind. */
const isClaim = (object: KubernetesObject) => object.apiVersion.startsWith(claimMark);

const texts = z
  .record(z.string(), z.string())
  .refine((all) => Object.keys(all).length <= mostMetadata, `want at most ${mostMetadata} of them`)
  .nullish();

/** As the apiserver wants the name of a namespace. */
const namespaceName = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'want lower-case letters, digits and dashes, 63 at most');

/** What kubectl takes of metadata; all else is the apiserver's. */
const metadataSchema = z.object({ name: z.string(), namespace: namespaceName.nullish(), labels: texts, annotations: texts });

/** A file that may have claims, or, of what is none, why it is passed over. */
type Place = Omit<Source, 'text'> & Partial<Pick<PassedOver, 'why'>>;

async function manifestsIn(folder: string): Promise<readonly Place[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = await mapBounded(entries, openFiles, async (entry): Promise<readonly Place[]> => {
    const path = join(folder, entry.name);
    if (isHidden(entry.name)) return [];
    if (entry.isDirectory()) return await manifestsIn(path);
    const leadsToFolder = entry.isSymbolicLink() ? await isFolder(path) : false;
    if (leadsToFolder === undefined) return [{ path, found: true, why: 'it is a link that leads nowhere' }];
    // It could lead back to one of its parents.
    if (leadsToFolder) return [{ path, found: true, why: 'it is a link to a folder, want the folder itself' }];
    return isManifest(entry.name) ? [{ path, found: true }] : [];
  });
  return nested.flat();
}

/** The files that paths stand for, each once: those of a folder at any depth, sorted. */
async function filesAt(paths: readonly string[], missing: 'refused' | 'passed over'): Promise<readonly Place[]> {
  const files = await mapBounded(paths, openFiles, async (path): Promise<readonly Place[]> => {
    const folder = path === standardInput ? false : await isFolder(path);
    if (folder === undefined && missing === 'passed over') return [];
    if (folder !== true) return [{ path, found: false }];
    const found = await manifestsIn(path).catch((error: unknown) => {
      throw new InputError(`cannot read ${named(path)}: ${codeOf(error)}, want a folder with claims`);
    });
    return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  });
  return [...new Map(files.flat().map((file) => [file.path === standardInput ? file.path : resolve(file.path), file])).values()];
}

/** A claim as kubectl would apply it: without what is the apiserver's, and in the namespace that is meant where none is named. */
function asApplied(claim: KubernetesObject): KubernetesObject | { readonly problem: string } {
  const given = claim.metadata ?? {};
  const parsed = metadataSchema.safeParse(given);
  if (!parsed.success) return { problem: problemsOf(parsed.error, given, 'metadata') };
  const { name, namespace, labels, annotations } = parsed.data;
  const { status: _, ...rest } = claim;
  const metadata = { name, ...(namespace && { namespace }), ...(labels && { labels }), ...(annotations && { annotations }) };
  return { ...rest, metadata: { ...metadata, namespace: nameOf({ ...claim, metadata }).namespace } };
}

/** The claims of a text, and what of it is none; of its documents some may be workloads of Score. */
export function claimsIn({ path, text, found }: Source, workloads = 0): Omit<Claims, 'without'> {
  const { objects, others } = readObjects(text, path);
  const claims: Located[] = [];
  const passedOver: PassedOver[] = others === workloads ? [] : [{ path, why: 'it has what is no object with apiVersion and kind' }];
  for (const object of objects) {
    const claim = isClaim(object)
      ? asApplied(object)
      : { problem: `${object.kind} ${object.metadata?.name ?? ''} is no claim`.replace('  ', ' ') };
    if (!('problem' in claim)) claims.push({ object: claim, path });
    else if (isClaim(object) && !found) throw new UnusableFile(path, String(claim.problem));
    else passedOver.push({ path, why: String(claim.problem), ...(isClaim(object) && { text }) });
  }
  return { claims, passedOver };
}

/** What a file has: claims, and workloads of Score, which are claims once all of them are known. */
interface Read extends Claims {
  readonly workloads?: readonly Workload[];
}

/** What a text has that somebody named. */
function readNamed(path: string, text: string, folder: string): Read {
  const workloads = workloadsIn(scoreText(path, text, folder));
  return { ...claimsIn({ path, text, found: false }, workloads.length), workloads, without: 0 };
}

async function read({ path, found, why }: Place, stdin: () => Promise<string>): Promise<Read> {
  // Nobody knows what it has, or had.
  if (why !== undefined) return { claims: [], passedOver: [{ path, why, text: '' }], without: 0 };
  if (path === standardInput) return readNamed('standard input', await stdin(), process.cwd());
  let text = '';
  try {
    text = await readText(path);
    // What it becomes may be beside it.
    if (found && isScore(text)) throw new UnusableFile(path, 'it is a Score file, want it by its own name');
    if (found && !text.includes(claimMark)) return { claims: [], passedOver: [], without: 1 };
    const role = await roleOf(resolve(path), onDisk);
    if (role !== undefined) throw new UnusableFile(path, role);
    return found ? { ...claimsIn({ path, text, found }), without: 0 } : readNamed(path, text, dirname(resolve(path)));
  } catch (error) {
    if (!found || !(error instanceof UnusableFile)) throw error;
    return { claims: [], passedOver: [{ path, why: error.why, text }], without: 0 };
  }
}

/** Of several texts, each claim once. */
export function united(all: readonly Claims[]): Claims {
  const seen = new Map<string, string>();
  const claims = all.flatMap((each) => each.claims);
  for (const { object, path } of claims) {
    const identity = identityOf(object);
    const first = seen.get(identity);
    if (first !== undefined)
      throw new InputError(`cannot plan ${identity}: it is in ${named(first)} and in ${named(path)}, want each claim once`);
    seen.set(identity, path);
  }
  return { claims, passedOver: all.flatMap((each) => each.passedOver), without: all.reduce((sum, { without }) => sum + without, 0) };
}

/** How what is given is read. */
export interface Reading {
  readonly stdin: () => Promise<string>;
  /** What Score files become claims of. */
  readonly platform: Platform;
  /** What hosts end in that no Score file says. */
  readonly domain?: string | undefined;
}

/** The claims that workloads of Score become. */
export async function claimsOf(workloads: readonly Workload[], { platform, domain }: Omit<Reading, 'stdin'>): Promise<Claims> {
  const { claims, remarks } = await convert(workloads, platform, domain);
  const located = claims.map(({ object, path }): Located => {
    const claim = asApplied(object);
    if ('problem' in claim) throw new UnusableFile(path, String(claim.problem));
    return { object: claim, path };
  });
  return { claims: located, passedOver: remarks, without: 0 };
}

/** The claims at paths: of files, of what folders have at any depth, and of standard input. */
export async function readClaims(
  paths: readonly string[],
  reading: Reading,
  missing: 'refused' | 'passed over' = 'refused',
): Promise<Claims> {
  const all = await mapBounded(await filesAt(paths, missing), openFiles, (file) => read(file, reading.stdin));
  const workloads = all.flatMap((each) => each.workloads ?? []);
  return united(workloads.length === 0 ? all : [...all, await claimsOf(workloads, reading)]);
}
