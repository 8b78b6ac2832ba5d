import Table from 'cli-table3';

const terminalWidth = 80;
const narrowest = 8;

/** The lines of a text of at most `width` characters, broken between words where that is possible. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (joined.length <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    for (; line.length > width; line = line.slice(width)) lines.push(line.slice(0, width));
  }
  return [...lines, line];
}

/** A paragraph whose first line begins with `head`, and whose others stand below what follows it. */
export function paragraph(head: string, text: string, width = terminalWidth): string {
  return wrapped(text, Math.max(20, width - head.length))
    .map((line, index) => `${index === 0 ? head : ' '.repeat(head.length)}${line}`.trimEnd())
    .join('\n');
}

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
