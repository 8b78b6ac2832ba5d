import Table from 'cli-table3';
import { terminalWidth, wrapped } from './paragraph.ts';

const narrowest = 8;

/** Rows under a header, in columns that fit a terminal of `width` characters: the widest of them wraps. */
export function table(header: readonly string[], rows: readonly (readonly string[])[], width = terminalWidth): string {
  const indent = 2;
  const gap = 2;
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const room = width - indent - gap * (header.length - 1);
  for (let excess = widths.reduce((sum, each) => sum + each, 0) - room; excess > 0; excess -= 1) {
    const widest = widths.lastIndexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= narrowest) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  const none = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '',
  };
  const made = new Table({
    chars: none,
    colWidths: widths.map((each) => each + gap),
    style: { 'padding-left': 0, 'padding-right': gap, head: [], border: [], compact: true },
  });
  const cells = (row: readonly string[]) => row.map((cell, column) => wrapped(cell, widths[column] ?? narrowest).join('\n'));
  made.push(cells(header.map((title) => title.toUpperCase())), ...rows.map(cells));
  return made
    .toString()
    .split('\n')
    .map((line) => `${' '.repeat(indent)}${line.trimEnd()}`.trimEnd())
    .join('\n');
}
