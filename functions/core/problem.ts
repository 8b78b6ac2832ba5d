import type * as z from 'zod';
import { at } from './kubernetes.ts';

const longestValue = 60;

/** What a terminal or a page acts on, or that says nothing to the eye: such as an escape, and what turns the order of a text round. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A JSON text without characters that a terminal or a page acts on; it means the same. */
export function escaped(jsonText: string): string {
  const unit = (each: string) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return jsonText.replaceAll(unseen, (character) => character.split('').map(unit).join(''));
}

/** A value as an error shows it: one line, cut short, control characters escaped, and of PEM, which may be a private key, the label alone. */
export function shown(value: unknown): string {
  const text = escaped(JSON.stringify(value) ?? String(value));
  const start = text.slice(0, longestValue).replace(/(?<=-----BEGIN [A-Z0-9 ]+-----).+/, '');
  return start.length === text.length ? text : `${start}… (${typeof value === 'string' ? [...value].length : text.length} characters)`;
}

/** A text on one line, of nothing but what is seen of it: white space, control characters and those that format are a space. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
}

type Issue = z.core.$ZodIssue;

const wanted: { readonly [C in Issue['code']]?: (issue: Extract<Issue, { code: C }>) => string } = {
  invalid_type: (issue) => `want ${issue.expected}`,
  invalid_value: (issue) => `want one of ${issue.values.map(String).join(', ')}`,
  too_small: (issue) => `want at least ${issue.minimum}${units[issue.origin] ?? ''}`,
  too_big: (issue) => `want at most ${issue.maximum}${units[issue.origin] ?? ''}`,
  invalid_format: (issue) => `want ${issue.pattern === undefined ? issue.format : `a match of ${issue.pattern}`}`,
  custom: (issue) => issue.message,
};
const units: Readonly<Record<string, string>> = { string: ' characters', array: ' items' };

function sentence(issue: Issue, input: unknown, root: string): readonly string[] {
  const below = (...names: readonly PropertyKey[]) => [...(root === '' ? [] : [root]), ...names.map(String)].join('.');
  const path = below(...issue.path);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${below(...issue.path, key)}: unknown field`);
  const value = at(input, ...issue.path.map(String));
  if (issue.code === 'invalid_key') {
    const said = issue.issues.map(({ message }) => message).find((message) => message.startsWith('want '));
    return [`${path}: ${said === undefined ? 'unknown name' : `the name is refused, ${said}`}`];
  }
  // A schema's own message, such as why a value is refused, goes before the general one.
  const said = issue.message.startsWith('want ') ? issue.message : undefined;
  const want = said ?? (wanted[issue.code] as ((issue: Issue) => string) | undefined)?.(issue) ?? issue.message;
  return [value === undefined ? `${path}: missing, ${want}` : `${path}: got ${shown(value)}, ${want}`];
}

/**
 * What is wrong with an input, on one line in a stable order: `data.aws.region: missing, want string`.
 * `root` is the path at which the input stands in what a person wrote; empty where it is the whole.
 */
export function problemsOf(error: z.ZodError, input: unknown, root: string): string {
  const sentences = error.issues.flatMap((issue) => sentence(issue, input, root));
  return [...new Set(sentences)].sort().join('; ');
}
