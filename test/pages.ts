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

/** Whether a text is what an excerpt shows, in which a line of `…` stands for lines that were left out. */
export function expectExcerpt(excerpt: string, whole: string): void {
  const shown = excerpt.split(/^…\n/m).map(RegExp.escape).join('(?:.*\n)*');
  expect(whole).toMatch(new RegExp(`^${shown}$`));
}
