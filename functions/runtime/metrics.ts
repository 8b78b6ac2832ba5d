import { Counter, Histogram, Registry } from 'prom-client';
import type { Call } from './run-function.ts';

export interface Metrics {
  readonly contentType: string;
  observe(call: Call): void;
  text(): Promise<string>;
}

const secondsBuckets = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** Counts calls by API; a kind that is none of these counts as `unknown`, so that no caller can make up label values. */
export function createMetrics(kinds: readonly string[]): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const durations = new Histogram({
    name: 'goldenpath_call_duration_seconds',
    help: 'Time to answer a call of a pipeline step, decoding and encoding included.',
    labelNames: ['step', 'api'],
    buckets: secondsBuckets,
    registers,
  });
  const calls = new Counter({
    name: 'goldenpath_calls_total',
    help: 'Calls of a pipeline step by outcome: done, refused, or failed by a defect.',
    labelNames: ['step', 'api', 'outcome'],
    registers,
  });
  const refusals = new Counter({
    name: 'goldenpath_refusals_total',
    help: 'Calls that stopped the pipeline, by reason.',
    labelNames: ['step', 'api', 'reason'],
    registers,
  });
  const known = new Set(kinds);
  return {
    contentType: registry.contentType,
    observe({ step = 'unknown', kind, outcome, reason, seconds }) {
      const api = kind !== undefined && known.has(kind) ? kind : 'unknown';
      durations.observe({ step, api }, seconds);
      calls.inc({ step, api, outcome });
      if (reason !== undefined) refusals.inc({ step, api, reason });
    },
    text: () => registry.metrics(),
  };
}
