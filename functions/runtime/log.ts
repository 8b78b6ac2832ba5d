import { destination, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Call } from './run-function.ts';

export type { Logger } from 'pino';

/** JSON lines on standard output, for a cluster's log collector. */
export function createLog(debug: boolean): Logger {
  const options = {
    level: debug ? 'debug' : 'info',
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (level: string) => ({ level }) },
  };
  // What is written in the background can be overtaken by the last words of a process that ends.
  return pino(options, destination({ sync: true }));
}

/** Logs what a step threw, with its stack; any other call only where debugging, since the claim itself tells it. */
export function logCall(log: Logger, { error, ...call }: Call): void {
  if (call.outcome === 'failed') log.error({ ...call, err: error }, 'cannot run the pipeline step');
  else log.debug(call, 'call');
}
