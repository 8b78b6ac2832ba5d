import { createColors } from 'picocolors';
import { reach } from '../../cluster.ts';
import { printerOf } from '../../show/output.ts';
import { progressOn } from '../../show/progress.ts';
import type { Home, Terminal } from '../../verb.ts';
import { readScores } from './read.ts';
import { printers } from './text.ts';

export type ScorecardOptions = Pick<Home, 'platform'> &
  Omit<Terminal, 'stdin'> & {
    /** By default all of them. */
    readonly namespace?: string | undefined;
    /** Of the kubeconfig; by default the current one. */
    readonly context?: string | undefined;
    readonly output: string;
    readonly now: Date;
  };

/** Shows what the claims of a cluster have of what is asked of them; the exit code says whether each has a level. */
export async function scorecard({ platform, namespace, context, output, now, stdout, stderr, color }: ScorecardOptions): Promise<0 | 1> {
  const print = printerOf(printers, output);
  const progress = progressOn(stderr);
  try {
    progress.say('reaching the cluster …');
    const cluster = await reach(context);
    progress.say('reading the claims and what they have made …');
    const report = await readScores(cluster, platform, namespace, now);
    progress.end();
    stdout.write(print(report, createColors(color)));
    return report.claims.every(({ level }) => level !== null) ? 0 : 1;
  } finally {
    progress.end();
  }
}
