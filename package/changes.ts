import { parseAllDocuments } from 'yaml';
import { type KubernetesObject, stringAt } from '../functions/core/kubernetes.ts';

/** The text of files by path. */
export type Files = ReadonlyMap<string, string>;

type Parts = readonly (readonly [string, string])[];

/** How a kind of file divides into what a reviewer looks at one by one. */
const divisions: Readonly<Record<string, (text: string) => Parts>> = {
  yaml: (text) => {
    const documents = parseAllDocuments(text);
    const objects = ('empty' in documents ? [] : documents).map((document) => document.toJS() as KubernetesObject);
    return objects.map((object) => [[object.kind, stringAt(object, 'metadata', 'name')].filter(Boolean).join(' '), JSON.stringify(object)]);
  },
  snap: (text) => [...text.matchAll(/^exports\[`(.*)`\] = `$([\s\S]*?)^`;$/gm)].map(([, name = '', value = '']) => [name, value]),
  md: (text) => {
    const above: string[] = [];
    return text.split(/^(?=#)/m).map((section) => {
      const [, marks = '', heading = ''] = /^(#*) *(.*)/.exec(section) ?? [];
      above.length = Math.max(0, marks.length - 1);
      above[above.length] = heading;
      // The first heading is the page's own.
      return [above.slice(marks.length > 1 ? 1 : 0).join(' > '), section];
    });
  },
};

/** By name; of the second and later parts of one name, by their number too. */
function partsOf(path: string, text: string | undefined): ReadonlyMap<string, string> {
  const divide = divisions[path.slice(path.lastIndexOf('.') + 1)] ?? ((whole: string): Parts => [['text', whole]]);
  const parts = new Map<string, string>();
  for (const [name, value] of text === undefined ? [] : divide(text)) {
    let [free, count] = [name, 1];
    while (parts.has(free)) free = `${name} (${++count})`;
    parts.set(free, value);
  }
  return parts;
}

/** One line for each file that differs: which of its objects, snapshots or sections were added, changed and removed. */
export function changesOf(before: Files, after: Files): readonly string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort().filter((path) => before.get(path) !== after.get(path));
  return paths.map((path) => {
    const [old, now] = [before, after].map((files) => partsOf(path, files.get(path))) as [ReadonlyMap<string, string>, typeof before];
    const [added, removed] = [[...now.keys()].filter((name) => !old.has(name)), [...old.keys()].filter((name) => !now.has(name))];
    const changed = [...now.keys()].filter((name) => old.has(name) && old.get(name) !== now.get(name));
    const said = Object.entries({ added, changed, removed }).filter(([, names]) => names.length > 0);
    const verb = before.has(path) ? (after.has(path) ? 'changed' : 'removed') : 'new';
    return `${verb} ${path}: ${said.map(([what, names]) => `${what} ${names.join(', ')}`).join('; ') || 'comments or order alone'}`;
  });
}
