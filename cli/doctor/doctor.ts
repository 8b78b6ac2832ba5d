import type { Platform } from '../../functions/core/pipeline.ts';
import { shown } from '../../functions/core/problem.ts';
import { Unreachable } from '../connection.ts';
import type { Check } from './check.ts';
import { checks } from './checks.ts';
import { type Cluster, reach, Unreadable, Unserved } from './cluster.ts';
import { crossplane } from './crossplane.ts';
import type { Finding } from './finding.ts';
import { isOutput, outputs, print, type Report, type Result } from './report.ts';

interface Sink {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface DoctorOptions {
  readonly platform: Platform;
  readonly output: string;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly color: boolean;
}

const patienceMilliseconds = 2000;

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

/** Shows on a terminal that something slow goes on, until the work is done. */
async function withProgress<T>(stderr: Sink, message: string, work: Promise<T>): Promise<T> {
  if (stderr.isTTY !== true) return work;
  let visible = false;
  const timer = setTimeout(() => {
    visible = true;
    stderr.write(message);
  }, patienceMilliseconds);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    if (visible) stderr.write('\r\u001b[K');
  }
}

/** Checks the installation that the current kubeconfig context points at; the exit code says whether something is wrong: a warning is not. */
export async function doctor({ platform, output, stdout, stderr, color }: DoctorOptions): Promise<0 | 1 | 2> {
  if (!isOutput(output)) {
    stderr.write(`cannot print the findings: --output: got ${shown(output)}, want one of ${outputs.join(', ')}\n`);
    return 2;
  }
  let cluster: Cluster;
  try {
    cluster = await withProgress(stderr, 'reaching the cluster …', reach());
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    stderr.write(`${error.message}\n`);
    return 2;
  }
  const report = await withProgress(stderr, 'checking the cluster …', examineAll(cluster, platform));
  stdout.write(print(report, output, color));
  return report.ok ? 0 : 1;
}
