import { oneLine } from '../../functions/core/problem.ts';

export const terminalWidth = 80;

/** The lines of a text of at most `width` characters, broken between words where that is possible. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of oneLine(text).split(' ')) {
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
