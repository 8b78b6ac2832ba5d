import { expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';
import type { Call } from './run-function.ts';

const call: Call = { step: 'Expand', kind: 'AppDatabase', namespace: 'shop', name: 'orders', outcome: 'done', seconds: 0.0004 };

test('counts calls by step, API and outcome', async () => {
  const metrics = createMetrics(['AppDatabase']);
  metrics.observe(call);
  metrics.observe(call);
  metrics.observe({ ...call, outcome: 'refused', reason: 'WouldRemove' });
  const text = await metrics.text();
  expect(text).toContain('goldenpath_calls_total{step="Expand",api="AppDatabase",outcome="done"} 2\n');
  expect(text).toContain('goldenpath_calls_total{step="Expand",api="AppDatabase",outcome="refused"} 1\n');
  expect(text).toContain('goldenpath_refusals_total{step="Expand",api="AppDatabase",reason="WouldRemove"} 1\n');
  expect(text).toContain('goldenpath_call_duration_seconds_bucket{le="0.0005",step="Expand",api="AppDatabase"} 3\n');
});

test('takes no label value from a caller', async () => {
  const metrics = createMetrics(['AppDatabase']);
  for (const kind of ['Foo', 'Bar', undefined]) metrics.observe({ ...call, step: undefined, kind });
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('goldenpath_calls_total'));
  expect(lines).toEqual(['goldenpath_calls_total{step="unknown",api="unknown",outcome="done"} 3']);
});
