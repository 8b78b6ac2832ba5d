import { expect } from 'vitest';

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

export const fence = /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm;

export const blocksOf = (text: string): readonly Block[] =>
  [...text.matchAll(fence)].map(([, indent = '', language = '', body = '']) => ({
    language,
    text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));

/** The page whose blocks `test/extending.test.ts` writes and runs. */
export const followedPage = 'docs/extending.md';

/** Whether a text begins with an excerpt, in which a line of `…` stands for lines that were left out. */
export function expectExcerpt(excerpt: string, whole: string): void {
  let rest = whole;
  for (const part of excerpt.split(/^…\n/m)) {
    const found = rest.indexOf(part);
    expect(found, `not in the output, or not in this order:\n${part}\nin:\n${rest}`).toBeGreaterThanOrEqual(0);
    rest = rest.slice(found + part.length);
  }
}
