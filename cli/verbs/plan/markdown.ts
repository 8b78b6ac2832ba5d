import { createColors } from 'picocolors';
import { oneLine } from '../../../functions/core/problem.ts';
import type { Comparison } from '../../../plan/against.ts';
import type { Entry } from '../../../plan/change.ts';
import { costChange, costOf } from '../../../plan/cost.ts';
import { labelOf } from '../../../plan/identity.ts';
import { bodyOf, clusterText, comparisonBody, comparisonTitle, type SeenCluster, titleOf } from './text.ts';

/** The most that GitHub takes as a comment. */
const longestComment = 65_536;

/** By which a workflow finds the comment that it wrote before. */
const marker = '<!-- goldenpath plan -->';

const plain = createColors(false);

/** Backticks that no run in a text is as long as. */
const ticks = (text: string, least: number) => '`'.repeat(Math.max(least, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));

/**
 * A text as code in a cell: a claim's author has no business with whom a comment mentions or what it links, and of code the host of a
 * repository makes nothing: no mention, issue, commit, address or reference of its own. A bar would end the cell.
 */
function code(text: string): string {
  const line = oneLine(text).replaceAll(/\\*\|/g, '\\|');
  const fence = ticks(line, 1);
  return `${fence} ${line} ${fence}`;
}

/** A text as code in HTML. */
const htmlCode = (text: string) => `<code>${oneLine(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</code>`;

function details(title: string, body: string): string {
  const fence = ticks(body, 3);
  return `<details><summary>${htmlCode(title)}</summary>\n\n${fence}text\n${body}\n${fence}\n\n</details>\n`;
}

interface Part {
  readonly row: string;
  readonly details: string;
}

function partOf(entry: Entry): Part {
  const { plan, delta } = entry;
  const { claim, environment, refused, cost } = plan;
  const state = delta === undefined || delta.claim === 'changed' ? '' : ` (${delta.claim})`;
  const verdict = refused === null ? '✓ allowed' : '✗ refused';
  const after = costOf(cost);
  const before = delta?.claim === 'new' ? { monthlyUSD: 0, summary: '0.00' } : (delta?.costBefore ?? null);
  const cells = [`${code(labelOf(claim))}${state}`, code(environment), verdict, after?.summary ?? '', costChange(before, after)];
  return {
    row: `| ${cells.join(' | ')} |`,
    details: details(`${titleOf(entry)}${refused === null ? '' : ': ✗ refused'}`, bodyOf(entry, plain)),
  };
}

/** What needs a reviewer first: refused, then changed, then the rest. */
function urgency({ plan, delta }: Entry): number {
  if (plan.refused !== null) return 0;
  return delta?.claim === 'unchanged' ? 2 : 1;
}

const header = ['| claim | environment | verdict | USD a month | change |', '| --- | --- | --- | ---: | ---: |'];

function many(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** How many of the texts fit into a room. */
function fitting(texts: readonly string[], room: number): number {
  let length = 0;
  const over = texts.findIndex((text) => {
    length += text.length + 1;
    return length > room;
  });
  return over === -1 ? texts.length : over;
}

/** A pull-request comment: a summary first, as many details as fit, and how many were left out. */
export function markdown(
  entries: readonly Entry[],
  comparisons: readonly Comparison[] = [],
  cluster?: SeenCluster,
  limit = longestComment,
): string {
  const parts = entries.toSorted((a, b) => urgency(a) - urgency(b)).map(partOf);
  const refused = entries.filter(({ plan }) => plan.refused !== null).length;
  const title = `### goldenpath plan: ${many(entries.length, 'plan')}, ${refused === 0 ? 'all allowed' : `${refused} refused`}`;
  const beside = comparisons.map((comparison) => details(comparisonTitle(comparison), comparisonBody(comparison, plain)));
  const bodies = comparisons.length > 0 ? beside : parts.map((part) => part.details);
  const note = (rows: number, left: number) =>
    [
      ...(rows > 0 ? [`_${many(rows, 'claim')} left out of the summary._`] : []),
      ...(left > 0 ? [`_Details of ${many(left, 'claim')} left out: a comment has room for ${limit} characters._`] : []),
    ].join('\n');
  const reserve = note(entries.length, entries.length).length + 8;
  const where = cluster === undefined ? [] : [code(clusterText(cluster)), ''];
  const head = [marker, title, '', ...where, ...header].join('\n');
  const rows = fitting(
    parts.map(({ row }) => row),
    limit - head.length - reserve,
  );
  const summary = [head, ...parts.slice(0, rows).map(({ row }) => row)].join('\n');
  const shown = fitting(bodies, limit - summary.length - reserve);
  const left = note(parts.length - rows, bodies.length - shown);
  return `${[summary, '', ...bodies.slice(0, shown), ...(left === '' ? [] : [left])].join('\n').trimEnd()}\n`;
}
