import { createColors } from 'picocolors';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { printers, type Report } from './report.ts';

const plain = createColors(false);

const report: Report = {
  ok: false,
  checks: [
    { id: 'crossplane', title: 'Crossplane', findings: [] },
    {
      id: 'permissions',
      title: 'Permissions of Crossplane',
      findings: ['get, list, watch namespaces', 'get, list, watch, create, update, patch, delete networkpolicies.networking.k8s.io'].map(
        (denied) => ({
          check: 'permissions',
          severity: 'error',
          problem: `Crossplane may not ${denied}`,
          remedy: 'kubectl apply -f package/install/rbac.yaml',
        }),
      ),
    },
    {
      id: 'environments',
      title: 'Environments',
      findings: [
        {
          check: 'environments',
          severity: 'warning',
          object: 'EnvironmentConfig qa',
          problem: 'EnvironmentConfig qa looks like an environment, but lacks the label platform.internal/kind=environment',
          remedy: 'kubectl label environmentconfig qa platform.internal/kind=environment --overwrite',
        },
      ],
    },
    { id: 'claims', title: 'Claims', findings: [], skipped: 'Crossplane has to be mended first' },
  ],
};

describe('the table', () => {
  test('shows each check, then what was found, with a remedy once for all that it mends', () => {
    expect(printers.table(report, plain)).toBe(`Crossplane                 ok
Permissions of Crossplane  2 findings
Environments               1 finding
Claims                     not checked

not checked: Crossplane has to be mended first

Permissions of Crossplane
  error: Crossplane may not get, list, watch namespaces
  error: Crossplane may not get, list, watch, create, update, patch, delete
         networkpolicies.networking.k8s.io
  → kubectl apply -f package/install/rbac.yaml

Environments
  warning: EnvironmentConfig qa looks like an environment, but lacks the label
           platform.internal/kind=environment
  → kubectl label environmentconfig qa platform.internal/kind=environment --overwrite
`);
  });

  test('fits 80 columns but for remedies', () => {
    const lines = printers.table(report, plain).split('\n');
    expect(lines.filter((line) => !line.startsWith('  →') && line.length > 80)).toEqual([]);
  });

  test('is coloured only when asked', () => {
    expect(printers.table(report, plain)).not.toContain('\u001b');
    expect(printers.table(report, createColors(true))).toContain('\u001b[31merror\u001b[39m: Crossplane may not');
  });
});

test.each([
  { output: 'json' as const, read: (text: string): unknown => JSON.parse(text) },
  { output: 'yaml' as const, read: (text: string): unknown => parse(text) },
])('$output holds the whole report', ({ output, read }) => {
  expect(read(printers[output](report, plain))).toEqual(report);
});
