import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Every text of a source that could be said to somebody: its strings and templates, with … for what is filled in. */
function textsOf(source: string): readonly string[] {
  const texts: string[] = [];
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest);
  const visit = (node: ts.Node): void => {
    // What a provider was seen to say is nobody's advice.
    if (ts.isPropertyAssignment(node) && node.name.getText(file) === 'example') return;
    if (ts.isStringLiteralLike(node)) texts.push(node.text);
    else if (ts.isTemplateExpression(node))
      texts.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…'));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return texts;
}

/** A word that tells somebody to take something away; `to delete it` is of somebody who means to. */
const advice =
  /(?:^|[,;:(] ?|\b(?:or|and|then|first|please|must|should) )(?:delete|remove|drop|destroy|erase|wipe|empty) (?:the|this|that|it|its|your|them|all|what|every|one|…)(?!\w)/i;

const isAdvice = (text: string) => advice.test(text);

test('what advises to take something away is known as that', () => {
  expect(
    [
      'want another name, or delete the claim and apply it again',
      'choose another name or remove it',
      'first delete the database',
      'to go on, drop the role',
      'cannot read it: delete this claim',
    ].filter((text) => !isAdvice(text)),
  ).toEqual([]);
  expect(['it would delete instance', 'no step deletes it', 'the provider deletes the bucket'].filter(isAdvice)).toEqual([]);
});

test('no message advises to take away what may hold data', () => {
  const sources = globSync('{functions,cli,plan,package,platform}/**/*.ts', { cwd: root }).filter((path) => !path.endsWith('.test.ts'));
  const found = sources.flatMap((path) =>
    textsOf(readFileSync(join(root, path), 'utf8'))
      .filter(isAdvice)
      .map((text) => `${path}: ${text.slice(0, 120)}`),
  );
  expect(found.sort()).toEqual([]);
});
