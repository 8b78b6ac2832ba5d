import type { Colors } from 'picocolors/types.js';
import { keyed } from '../keyed.ts';
import { toYaml } from '../yaml.ts';
import type { Comparison } from './against.ts';
import type { Entry } from './change.ts';
import { markdown } from './markdown.ts';
import type { Plan } from './plan.ts';
import { withoutSecrets } from './secrets.ts';
import { comparisonBody, comparisonTitle, entryText } from './text.ts';

export const outputs = ['table', 'json', 'yaml', 'markdown'] as const;
export type Output = (typeof outputs)[number];

export function isOutput(text: string): text is Output {
  return outputs.some((output) => output === text);
}

export interface Printed {
  readonly entries: readonly Entry[];
  /** In place of whole plans, what differs between environments. */
  readonly comparisons?: readonly Comparison[];
}

function tables({ entries, comparisons }: Printed, colors: Colors): string {
  const texts =
    comparisons === undefined
      ? entries.map((entry) => entryText(entry, colors))
      : comparisons.map((comparison) => `${colors.bold(comparisonTitle(comparison))}\n\n${comparisonBody(comparison, colors)}`);
  return `${texts.join('\n\n')}\n`;
}

function objects({ resources }: Plan): readonly unknown[] {
  return Object.entries(resources).map(([key, object]) => keyed(key, withoutSecrets(object)));
}

function json({ entries, comparisons }: Printed): string {
  const claims = entries.map(({ plan, delta }) => ({
    ...plan,
    resources: Object.fromEntries(Object.entries(plan.resources).map(([key, object]) => [key, withoutSecrets(object)])),
    ...(delta && { changes: delta }),
  }));
  return `${JSON.stringify({ claims, ...(comparisons && { comparisons }) }, null, 2)}\n`;
}

const printers: Readonly<Record<Output, (printed: Printed, colors: Colors) => string>> = {
  table: tables,
  json,
  yaml: ({ entries }) => toYaml(...entries.flatMap(({ plan }) => objects(plan))),
  markdown: ({ entries, comparisons }) => markdown(entries, comparisons),
};

export function print(printed: Printed, output: Output, colors: Colors): string {
  return printers[output](printed, colors);
}
