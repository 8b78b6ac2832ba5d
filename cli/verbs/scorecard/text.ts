import type { Colors } from 'picocolors/types.js';
import { toYaml } from '../../../platform/yaml.ts';
import { json, type Printers } from '../../show/output.ts';
import { paragraph } from '../../show/paragraph.ts';
import { table } from '../../show/table.ts';
import type { Score, Scorecard, Scored } from './report.ts';
import { levels, rules, type Verdict } from './rules.ts';

const marks: Readonly<Record<Verdict['state'], string>> = { met: '✓', missing: '✗', unknown: '?', none: '–' };

/** A name may be long, and whose it is the claim's status says. */
const longestValue = 8;

const cellOf = ({ state, value }: Score) => (state === 'met' && value !== null && value.length <= longestValue ? value : marks[state]);

const nameOf = ({ claim: { kind, namespace, name } }: Scored) => `${kind} ${namespace}/${name}`;

/** What to do, once for all claims that lack the same. */
function fixes(claims: readonly Scored[]): readonly string[] {
  const width = Math.max(...rules.map(({ id }) => id.length));
  const lacking = claims.flatMap((scored) =>
    scored.scores.flatMap(({ rule, state, fix }) => (fix === null ? [] : [{ rule, state, fix, of: nameOf(scored) }])),
  );
  const grouped = Map.groupBy(lacking, ({ rule, state, fix }) => [rules.findIndex(({ id }) => id === rule), marks[state], fix].join(' '));
  return [...grouped]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => {
      const [first] = group;
      if (first === undefined) return [];
      const head = `  ${marks[first.state]} ${first.rule.padEnd(width)}  `;
      return [paragraph(head, `${first.fix}: ${group.map(({ of }) => of).join(', ')}`)];
    });
}

function tableOf({ claims, cluster: { notRead } }: Scorecard, paint: Colors): string {
  const unread = notRead.length === 0 ? [] : [paragraph('  not read: ', notRead.join(', '))];
  if (claims.length === 0) return `${['There is no claim to score.', ...unread].join('\n\n')}\n`;
  const count = (level: string | null) => claims.filter((scored) => scored.level === level).length;
  const counted = [...levels.toReversed(), null].flatMap((level) =>
    count(level) === 0 ? [] : [`${count(level)} ${level ?? 'without a level'}`],
  );
  const rows = claims.map((scored) => [nameOf(scored), scored.level ?? 'none', ...scored.scores.map(cellOf)]);
  const shown = table(['claim', 'level', ...rules.map(({ id }) => id)], rows);
  const painted = [shown, ...fixes(claims)].map((part) =>
    part.replaceAll('✓', paint.green('✓')).replaceAll(/[✗?]/g, (mark) => paint.red(mark)),
  );
  const [first = '', ...rest] = painted;
  return `${[paint.bold(counted.join(', ')), first, ...(rest.length === 0 ? [] : [rest.join('\n')]), ...unread].join('\n\n')}\n`;
}

export const printers: Printers<Scorecard, 'table' | 'json' | 'yaml'> = { table: tableOf, json, yaml: (report) => toYaml(report) };
