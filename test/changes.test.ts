import { expect, test } from 'vitest';
import { changesOf } from '../package/changes.ts';

const object = (kind: string, name: string, value: number) => `kind: ${kind}\nmetadata:\n  name: ${name}\nvalue: ${value}\n`;
const status = 'kind: AppQueue\nstatus:\n  ready: true\n';
const yaml = (...objects: readonly string[]) => objects.join('---\n');
const snap = (...values: readonly [string, string][]) =>
  values.map(([name, value]) => `exports[\`${name}\`] = \`\n${value}\n\`;\n`).join('\n');

test.each<[string, string, string | undefined, string | undefined, readonly string[]]>([
  ['nothing', 'a.yaml', object('A', 'x', 1), object('A', 'x', 1), []],
  [
    'objects',
    'a.yaml',
    yaml(status, object('A', 'x', 1), object('B', 'y', 1)),
    yaml(status, object('A', 'x', 2), object('C', 'z', 1)),
    ['changed a.yaml: added C z; changed A x; removed B y'],
  ],
  [
    'one of two objects of a name',
    'a.yaml',
    yaml(object('A', 'x', 1), object('A', 'x', 2)),
    yaml(object('A', 'x', 1), object('A', 'x', 3)),
    ['changed a.yaml: changed A x (2)'],
  ],
  ['a comment', 'a.yaml', object('A', 'x', 1), `# new\n${object('A', 'x', 1)}`, ['changed a.yaml: comments or order alone']],
  ['a new file', 'a.yaml', undefined, yaml(status), ['new a.yaml: added AppQueue']],
  ['a file that went', 'a.yaml', yaml(status), undefined, ['removed a.yaml: removed AppQueue']],
  [
    'snapshots',
    'a.snap',
    snap(['plan > one 1', 'a'], ['plan > two 1', 'b']),
    snap(['plan > one 1', 'a'], ['plan > two 1', 'c'], ['plan > three 1', 'd']),
    ['changed a.snap: added plan > three 1; changed plan > two 1'],
  ],
  [
    'sections',
    'a.md',
    '# Page\n\n## A\n\n### Fields\n\n1\n\n## B\n\n### Fields\n\n1\n',
    '# Page\n\n## A\n\n### Fields\n\n1\n\n## B\n\n### Fields\n\n2\n',
    ['changed a.md: changed B > Fields'],
  ],
])('of %s', (_, path, before, after, lines) => {
  const files = (text: string | undefined) => new Map(text === undefined ? [] : [[path, text]]);
  expect(changesOf(files(before), files(after))).toEqual(lines);
});
