import { createColors } from 'picocolors';
import type { Platform } from '../../../functions/core/pipeline.ts';
import { type Cluster, reach, Unreadable, Unserved } from '../../cluster.ts';
import { printerOf } from '../../show/output.ts';
import { progressOn } from '../../show/progress.ts';
import type { Home, Terminal } from '../../verb.ts';
import type { Check } from './check.ts';
import { checks } from './checks.ts';
import { crossplane } from './crossplane.ts';
import type { Finding } from './finding.ts';
import { printers, type Report, type Result } from './report.ts';

export type DoctorOptions = Pick<Home, 'platform'> &
  Omit<Terminal, 'stdin'> & {
    /** Of the kubeconfig; by default the current one. */
    readonly context?: string | undefined;
    readonly output: string;
  };

async function examine(check: Check, cluster: Cluster, platform: Platform, hasCrossplane: boolean): Promise<Result> {
  const { id, title } = check;
  try {
    const findings = await check.run(cluster, platform);
    return { id, title, findings: findings.map((finding) => ({ check: id, ...finding })) };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    if (error instanceof Unserved && !hasCrossplane) return { id, title, findings: [], skipped: 'Crossplane has to be mended first' };
    return { id, title, findings: [{ check: id, severity: 'error', problem: error.message, remedy: error.remedy }] };
  }
}

async function examineAll(cluster: Cluster, platform: Platform): Promise<Report> {
  const first = await examine(crossplane, cluster, platform, true);
  const sound = first.findings.length === 0;
  const rest = await Promise.all(checks.filter((check) => check !== crossplane).map((check) => examine(check, cluster, platform, sound)));
  const results = [first, ...rest];
  return { checks: results, ok: results.every(({ findings }) => findings.every(({ severity }) => severity === 'warning')) };
}

/** What one check finds now. */
export async function findingsOf(check: Check, platform: Platform): Promise<readonly Finding[]> {
  return (await examine(check, await reach(), platform, true)).findings;
}

/** Checks the installation that a kubeconfig's context points at; the exit code says whether something is wrong: a warning is not. */
export async function doctor({ platform, context, output, stdout, stderr, color }: DoctorOptions): Promise<0 | 1> {
  const print = printerOf(printers, output);
  const progress = progressOn(stderr);
  try {
    progress.say('reaching the cluster …');
    const cluster = await reach(context);
    progress.say('checking the cluster …');
    const report = await examineAll(cluster, platform);
    progress.end();
    stdout.write(print(report, createColors(color)));
    return report.ok ? 0 : 1;
  } finally {
    progress.end();
  }
}
