import { spawn } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { oneLine } from '../../functions/core/problem.ts';
import { codeOf, InputError, isFolder, named } from '../input.ts';
import { commitOfPath, inCommit } from './git.ts';
import { type Claims, claimsIn } from './sources.ts';

/** What can build a kustomization; kubectl has it built in. */
const builders = [
  ['kubectl', 'kustomize'],
  ['kustomize', 'build'],
] as const;

/** What a program prints; undefined where it is not installed. */
async function printedBy(program: string, args: readonly string[], what: string): Promise<string | undefined> {
  return await new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', (error) => {
      if (codeOf(error) === 'ENOENT') resolve(undefined);
      else reject(new InputError(`cannot build ${what}: cannot run ${program}: ${codeOf(error)}`));
    });
    child.on('close', (code) => {
      if (code === 0) resolve(printed);
      else reject(new InputError(`cannot build ${what}: ${oneLine(said.replace(/^error: /i, '')) || `${program} ended with ${code}`}`));
    });
  });
}

/** The claims that a kustomization comes to. */
export async function kustomized(folder: string, shownAs = folder): Promise<Claims> {
  const what = `kustomization ${named(shownAs)}`;
  if ((await isFolder(folder)) !== true)
    throw new InputError(`cannot build ${what}: it is not there, want a folder with a kustomization.yaml`);
  for (const [program, verb] of builders) {
    const text = await printedBy(program, [verb, folder], what);
    if (text === undefined) continue;
    const { claims, passedOver } = claimsIn({ path: `kustomization ${shownAs}`, text, found: false });
    return { claims: claims.map((each) => ({ ...each, built: true as const })), passedOver, without: 0 };
  }
  throw new InputError(`cannot build ${what}: neither kubectl nor kustomize is installed, want one of them`);
}

/** The claims that a kustomization came to in a revision, all of which it may be made from. */
export async function kustomizedThen(folder: string, revision: string): Promise<Claims> {
  const { top, commit } = await commitOfPath(folder, revision);
  return await inCommit(top, commit, async (tree) => {
    const inside = join(tree, relative(top, await realpath(folder)));
    if ((await isFolder(inside)) !== true)
      throw new InputError(`cannot compare kustomization ${named(folder)}: it is not in ${named(revision)}, want --from FILE or DIR`);
    return await kustomized(inside, `${revision}:${folder}`);
  });
}
