import type { Colors } from 'picocolors/types.js';
import { toYaml } from '../../../platform/yaml.ts';
import { json, type Printers } from '../../show/output.ts';
import { paragraph } from '../../show/paragraph.ts';
import type { Finding } from './finding.ts';

/** What came of one check. */
export interface Result {
  readonly id: string;
  readonly title: string;
  readonly findings: readonly Finding[];
  /** Why it was not made. */
  readonly skipped?: string;
}

export interface Report {
  readonly checks: readonly Result[];
  readonly ok: boolean;
}

function table(report: Report, paint: Colors): string {
  const paintOf = { error: paint.red, warning: paint.yellow };
  const verdict = ({ findings, skipped }: Result) => {
    if (skipped !== undefined) return paint.dim('not checked');
    if (findings.length === 0) return paint.green('ok');
    const worst = findings.some(({ severity }) => severity === 'error') ? 'error' : 'warning';
    return paintOf[worst](`${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`);
  };
  const column = Math.max(...report.checks.map(({ title }) => title.length)) + 2;
  const overview = report.checks.map((result) => `${result.title.padEnd(column)}${verdict(result)}`);
  const details = report.checks
    .filter(({ findings }) => findings.length > 0)
    .map(({ title, findings }) => {
      const byRemedy = Map.groupBy(findings, ({ remedy }) => remedy);
      const groups = [...byRemedy].map(([remedy, group]) => {
        const problems = group.map(({ severity, problem }) => paragraph(`  ${severity}: `, problem).replace(severity, paintOf[severity]));
        // Never wrapped: it is there to be copied.
        return [...problems, `  ${paint.cyan('→')} ${remedy}`].join('\n');
      });
      return [paint.bold(title), ...groups].join('\n');
    });
  const skipped = [...new Set(report.checks.flatMap((result) => result.skipped ?? []))].map((reason) => `not checked: ${reason}`);
  return `${[overview.join('\n'), ...skipped, ...details].join('\n\n')}\n`;
}

export const printers: Printers<Report, 'table' | 'json' | 'yaml'> = { table, json, yaml: (report) => toYaml(report) };
