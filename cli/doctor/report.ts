import { createColors } from 'picocolors';
import { toYaml } from '../yaml.ts';
import type { Finding } from './finding.ts';

export const outputs = ['table', 'json', 'yaml'] as const;
export type Output = (typeof outputs)[number];

export function isOutput(text: string): text is Output {
  return outputs.some((output) => output === text);
}

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

const width = 80;

function wrap(text: string, indent: string): string {
  const hanging = `${indent}  `;
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && line.length + word.length > width) {
      lines.push(line.trimEnd());
      line = hanging;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()].join('\n');
}

function table(report: Report, color: boolean): string {
  const paint = createColors(color);
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
        const problems = group.map(({ severity, problem }) => wrap(`${severity}: ${problem}`, '  ').replace(severity, paintOf[severity]));
        // Never wrapped: it is there to be copied.
        return [...problems, `  ${paint.cyan('→')} ${remedy}`].join('\n');
      });
      return [paint.bold(title), ...groups].join('\n');
    });
  const skipped = [...new Set(report.checks.flatMap((result) => result.skipped ?? []))].map((reason) => `not checked: ${reason}`);
  return `${[overview.join('\n'), ...skipped, ...details].join('\n\n')}\n`;
}

const printers: Readonly<Record<Output, (report: Report, color: boolean) => string>> = {
  table,
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
  yaml: (report) => toYaml(report),
};

export function print(report: Report, output: Output, color: boolean): string {
  return printers[output](report, color);
}
