import { randomBytes } from 'node:crypto';
import type { Platform } from './core/pipeline.ts';
import { expand } from './expand/expand.ts';
import { guard } from './guard/guard.ts';
import { provenFirst } from './guard/ownership.ts';
import { unlessTaken } from './guard/taken.ts';
import { readFlags } from './runtime/flags.ts';
import { createLog, logCall } from './runtime/log.ts';
import { createMetrics } from './runtime/metrics.ts';
import { nodeProblem } from './runtime/node-version.ts';
import { createRunFunction } from './runtime/run-function.ts';
import { startServer } from './runtime/server.ts';

/** 160 bits in hexadecimal: no character of it means anything to a shell, a URI or a database. */
const issueSecret = () => randomBytes(20).toString('hex');

/** Serves a platform's pipeline steps until the process is told to end. Flags and environment are those of the process. */
export async function serve(platform: Platform): Promise<void> {
  const problem = nodeProblem(process.versions.node);
  if (problem !== undefined) {
    process.stderr.write(`cannot start: ${problem}\n`);
    process.exit(2);
  }
  const flags = readFlags(process.argv.slice(2), process.env);
  const log = createLog(flags.debug);
  const metrics = createMetrics(platform.apis.map(({ kind }) => kind));
  const runFunction = createRunFunction({
    steps: { Expand: expand, Guard: (request) => provenFirst(request, unlessTaken(request, guard(request))) },
    platform,
    observe(call) {
      metrics.observe(call);
      logCall(log, call);
    },
    issueSecret,
    now: () => new Date().toISOString(),
  });
  const starting = startServer({ ...flags, runFunction, metrics, log });
  const stop = async (signal: NodeJS.Signals) => {
    const answered = await (await starting).shutdown(flags.shutdownDeadlineSeconds);
    log.info({ signal, answered }, 'stopped');
    process.exit(answered ? 0 : 1);
  };
  // Before the server says that it listens, since who reads that may send a signal at once.
  process.once('SIGTERM', stop).once('SIGINT', stop);
  try {
    await starting;
  } catch (error) {
    log.fatal((error as Error).message);
    process.exit(1);
  }
}
