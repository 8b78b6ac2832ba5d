import Table from 'cli-table3';

/** Rows under a header, in columns that fit a terminal of `width` characters; the last column wraps. */
export function table(header: readonly string[], rows: readonly (readonly string[])[], width = 80): string {
  const indent = 2;
  const gap = 2;
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)) + gap);
  const others = widths.slice(0, -1).reduce((sum, each) => sum + each, 0);
  const last = Math.min(widths.at(-1) ?? 0, Math.max(20, width - indent - others));
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
    colWidths: [...widths.slice(0, -1), last],
    wordWrap: true,
    wrapOnWordBoundary: true,
    style: { 'padding-left': 0, 'padding-right': gap, head: [], border: [], compact: true },
  });
  made.push([...header.map((title) => title.toUpperCase())], ...rows.map((row) => [...row]));
  return made
    .toString()
    .split('\n')
    .map((line) => `${' '.repeat(indent)}${line.trimEnd()}`.trimEnd())
    .join('\n');
}
