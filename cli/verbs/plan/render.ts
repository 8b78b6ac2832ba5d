import type { Colors } from 'picocolors/types.js';
import type { Comparison } from '../../../plan/against.ts';
import type { Entry } from '../../../plan/change.ts';
import type { Plan } from '../../../plan/run.ts';
import { withoutSecrets } from '../../../plan/secrets.ts';
import { keyed } from '../../../platform/keyed.ts';
import { toYaml } from '../../../platform/yaml.ts';
import type { Settings } from '../../settings.ts';
import { json, type Printers } from '../../show/output.ts';
import { markdown } from './markdown.ts';
import { adoptionText, clusterText, comparisonBody, comparisonTitle, entryText, type SeenCluster } from './text.ts';

export interface Printed {
  readonly cluster?: SeenCluster;
  readonly entries: readonly Entry[];
  /** Of each nothing but what it adopts. */
  readonly adopt?: true;
  /** In place of whole plans, what differs between environments. */
  readonly comparisons?: readonly Comparison[];
}

function tables({ cluster, entries, adopt, comparisons }: Printed, colors: Colors): string {
  const texts =
    comparisons === undefined
      ? entries.map((entry) => (adopt ? adoptionText(entry, colors) : entryText(entry, colors)))
      : comparisons.map((comparison) => `${colors.bold(comparisonTitle(comparison))}\n\n${comparisonBody(comparison, colors)}`);
  return `${[...(cluster === undefined ? [] : [clusterText(cluster)]), ...texts].join('\n\n')}\n`;
}

function objects({ resources }: Plan): readonly unknown[] {
  return Object.entries(resources).map(([key, object]) => keyed(key, withoutSecrets(object)));
}

function report({ cluster, entries, comparisons }: Printed): string {
  const claims = entries.map(({ plan, delta }) => ({
    ...plan,
    resources: Object.fromEntries(Object.entries(plan.resources).map(([key, object]) => [key, withoutSecrets(object)])),
    ...(delta && { changes: delta }),
  }));
  return json({ ...(cluster && { cluster }), claims, ...(comparisons && { comparisons }) });
}

export const printers: Printers<Printed, NonNullable<Settings['output']>> = {
  table: tables,
  json: report,
  yaml: ({ entries }) => toYaml(...entries.flatMap(({ plan }) => objects(plan))),
  markdown: ({ cluster, entries, comparisons }) => markdown(entries, comparisons, cluster),
};
