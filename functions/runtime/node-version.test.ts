import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { nodeProblem, oldestNode } from './node-version.ts';

test('asks for the Node that the package asks for', () => {
  expect(`>=${oldestNode}`).toBe(manifest.engines.node);
});

test.each([
  ['20.20.2', 'Node: got 20.20.2, want 24.2 or newer'],
  ['24.1.9', 'Node: got 24.1.9, want 24.2 or newer'],
  ['24.2.0', undefined],
  ['24.10.0', undefined],
  ['100.0.0', undefined],
])('says of Node %s: %s', (version, want) => {
  expect(nodeProblem(version)).toBe(want);
});
