import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { goldenPath } from '../../../functions/golden-path.ts';
import type { Entry } from '../../../plan/change.ts';
import { planClaim } from '../../../plan/run.ts';
import { exampleEnvironments } from '../../../test/request.ts';
import { markdown } from './markdown.ts';

const entryOf = (name: string, spec: object = {}): Entry => ({
  plan: planClaim({ apiVersion: 'platform.internal/v1alpha1', kind: 'AppDatabase', metadata: { name, namespace: 'shop' }, spec }, 'dev', {
    platform: goldenPath,
    environments: exampleEnvironments,
  }),
});
const entries = Array.from({ length: 100 }, (_, index) => entryOf(`orders-${index}`));
const rowsIn = (text: string) => text.split('\n').filter((line) => line.startsWith('| ` AppDatabase ')).length;
const detailsIn = (text: string) => text.split('<details>').length - 1;

describe('a comment', () => {
  test('leaves out details, then rows, and says how many', () => {
    const short = markdown(entries, [], undefined, 20_000);
    expect(short.length).toBeLessThanOrEqual(20_000);
    expect(rowsIn(short)).toBe(100);
    expect(short.trimEnd().split('\n').at(-1)).toBe(
      `_Details of ${100 - detailsIn(short)} claims left out: a comment has room for 20000 characters._`,
    );
    const shorter = markdown(entries, [], undefined, 2_000);
    expect(shorter.length).toBeLessThanOrEqual(2_000);
    expect(shorter).toContain(`_${100 - rowsIn(shorter)} claims left out of the summary._`);
  });

  test('is whole where there is room', () => {
    const text = markdown(entries.slice(0, 3));
    expect([rowsIn(text), detailsIn(text), text.includes('left out')]).toEqual([3, 3, false]);
  });

  test('has what is refused first', () => {
    const text = markdown([...entries.slice(0, 2), entryOf('broken', { size: 'huge' })]);
    expect(text.split('\n').find((line) => line.startsWith('| ` AppDatabase '))).toBe(
      '| ` AppDatabase shop/broken ` | ` dev ` | ✗ refused |  |  |',
    );
  });
});

test('what a claim or an environment is called mentions nobody, links nothing and is no HTML', () => {
  const name = '@acme/owners #1 GH-12 www.example.com https://example.com 0123456789abcdef <img src=x> \\| `@acme` ``b`` ![c](d) *e*';
  const text = markdown([entryOf(name)], [], { context: '@team', server: 'https://<b>', notRead: ['a & b'] });
  const [, row = ''] = /^(\| .*AppDatabase .*)$/m.exec(text) ?? [];
  expect(row).toBe(
    '| ``` AppDatabase shop/@acme/owners #1 GH-12 www.example.com https://example.com 0123456789abcdef <img src=x> \\| `@acme` ``b`` ![c](d) *e* ``` | ` dev ` | ✗ refused |  |  |',
  );
  expect(text).toContain(
    '<summary><code>AppDatabase shop/@acme/owners #1 GH-12 www.example.com https://example.com 0123456789abcdef &lt;img src=x&gt; \\| `@acme` ``b`` ![c](d) *e* in dev: ✗ refused</code></summary>\n',
  );
  expect(text).toContain('\n` Cluster https://<b>, context @team not looked at: a & b `\n');
  const outside = text
    .replaceAll(/^```text\n[\s\S]*?^```$/gm, '')
    .replaceAll(/<code>[^<>]*<\/code>/g, '')
    .replaceAll(/(?<!`)(`+)(?!`) .*? (?<!`)\1(?!`)/g, '');
  expect(outside).not.toMatch(/@|#\d|GH-|www|:\/\/|[0-9a-f]{7}|<(?!details>|\/details>|summary>|\/summary>|!-- goldenpath plan -->)/);
});

test('the workflow of the examples finds the comment that it wrote', () => {
  const text = readFileSync(new URL('../../../docs/github/goldenpath-plan.yml', import.meta.url), 'utf8');
  const workflow = parse(text) as { readonly jobs: { readonly plan: { readonly steps: readonly { readonly run?: string }[] } } };
  const scripts = workflow.jobs.plan.steps.flatMap(({ run }) => run ?? []).join('\n');
  const [marker = 'nothing'] = markdown([]).split('\n');
  expect(scripts).toContain(`startswith("${marker}")`);
  expect(scripts).toContain('--output markdown');
});
