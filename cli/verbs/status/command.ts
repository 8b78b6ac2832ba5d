import { createColors } from 'picocolors';
import { reach } from '../../cluster.ts';
import { InputError } from '../../input.ts';
import { printerOf } from '../../show/output.ts';
import { progressOn } from '../../show/progress.ts';
import type { Home, Terminal } from '../../verb.ts';
import { findClaim, wantedOf } from './find.ts';
import { readStatus } from './read.ts';
import { printers } from './text.ts';

export type StatusOptions = Pick<Home, 'platform'> &
  Omit<Terminal, 'stdin'> & {
    /** `CLAIM` or `KIND/CLAIM`. */
    readonly operands: readonly string[];
    readonly namespace?: string | undefined;
    /** Of the kubeconfig; by default the current one. */
    readonly context?: string | undefined;
    readonly output: string;
    readonly now: Date;
  };

/** Shows one claim as it is in the cluster; the exit code says whether it is ready. */
export async function status(options: StatusOptions): Promise<0 | 1> {
  const { platform, operands, namespace, context, output, now, stdout, stderr, color } = options;
  const [operand, ...more] = operands;
  if (operand === undefined || more.length > 0)
    throw new InputError(`cannot show a claim: got ${operands.length} names, want one CLAIM or KIND/CLAIM`);
  const print = printerOf(printers, output);
  const wanted = wantedOf(platform, operand, namespace);
  const progress = progressOn(stderr);
  try {
    progress.say('reaching the cluster …');
    const cluster = await reach(context);
    progress.say('reading the claim …');
    const { api, claim } = await findClaim(cluster, wanted);
    progress.say('reading what the claim has made …');
    const report = await readStatus(cluster, platform, api, claim, now);
    progress.end();
    stdout.write(print(report, createColors(color)));
    return report.ready ? 0 : 1;
  } finally {
    progress.end();
  }
}
