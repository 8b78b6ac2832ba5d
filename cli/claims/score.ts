import { dirname, resolve } from 'node:path';
import { readText, standardInput } from '../input.ts';
import type { ScoreText } from '../score/workload.ts';
import { repositoryOf } from './git.ts';

/** A text as a Score file of a folder. */
export function scoreText(path: string, text: string, folder: string): ScoreText {
  // Where git is not there, nothing is known to be of a repository.
  return { path, text, folder, root: async () => (await repositoryOf(folder).catch(() => undefined)) ?? folder };
}

/** A Score file, or what comes through `-` as one of the current folder. */
export async function readScore(path: string, stdin: () => Promise<string>): Promise<ScoreText> {
  if (path === standardInput) return scoreText('standard input', await stdin(), process.cwd());
  return scoreText(path, await readText(path), dirname(resolve(path)));
}

/** Whether a text says that it is a Score file. */
export const isScore = (text: string): boolean => /^["']?apiVersion["']?: *["']?score\.dev\//m.test(text);
