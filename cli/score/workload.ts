import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { at } from '../../functions/core/kubernetes.ts';
import { oneLine } from '../../functions/core/problem.ts';
import { InputError, named, UnusableFile } from '../input.ts';
import { type Path, problemOf, type Score } from './schema.ts';

/** By which a text may have a workload. */
export const scoreMark = 'score.dev/';

/** A Score file as it was read. */
export interface ScoreText {
  /** As it is shown. */
  readonly path: string;
  readonly text: string;
  /** What `source` of a file is relative to. */
  readonly folder: string;
  /** The outermost folder that a `source` may be in. */
  readonly root: () => Promise<string>;
}

/** What a Score file says, and on which lines. */
export interface Workload {
  readonly file: ScoreText;
  readonly score: Score;
  /** The file with the line on which something stands, or what it would stand in. */
  place(path: Path): string;
}

/** An error about what a workload says somewhere. */
export function wrong({ place }: Pick<Workload, 'place'>, path: Path, problem: string): InputError {
  return new InputError(`cannot convert ${named(place(path))}: ${oneLine(path.join('.'))}: ${problem}`);
}

/** Where in the text the last part of a path begins that is there. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const name of path) {
    const whole = isAlias(node) ? node.resolve(document) : node;
    const pair = isMap(whole) ? whole.items.find(({ key }) => isScalar(key) && String(key.value) === name) : undefined;
    node = pair?.value ?? (isSeq(whole) ? whole.items[Number(name)] : undefined);
    const start = ((pair?.key ?? node) as Node | undefined)?.range?.[0];
    if (start === undefined) return offset;
    offset = start;
  }
  return offset;
}

/** The workloads of a text: those of its documents whose version is one of Score. */
export function workloadsIn(file: ScoreText): readonly Workload[] {
  if (!file.text.includes(scoreMark)) return [];
  const lines = new LineCounter();
  // As the tools of Score: `yes` is a text, and a map can be merged into another.
  const documents = parseAllDocuments(file.text, { version: '1.2', merge: true, lineCounter: lines, logLevel: 'error' });
  return ('empty' in documents ? [] : documents).flatMap((document) => {
    const place = (path: Path) => `${file.path}:${lines.linePos(offsetOf(document, path)).line}`;
    const [broken] = document.errors;
    if (broken !== undefined) {
      const [problem = ''] = broken.message.split('\n');
      throw new UnusableFile(file.path, oneLine(problem).replace(/:$/, ''));
    }
    let score: unknown;
    try {
      score = document.toJS();
    } catch (error) {
      // An alias that has no anchor, or that expands to too much.
      throw new UnusableFile(file.path, oneLine(error instanceof Error ? error.message : String(error)));
    }
    if (!String(at(score, 'apiVersion')).startsWith(scoreMark)) return [];
    const found = problemOf(score);
    if (found !== undefined) throw wrong({ place }, found.at, found.problem);
    return [{ file, score: score as Score, place }];
  });
}

/** The workloads of texts, which all have to be of Score. */
export function workloadsOf(files: readonly ScoreText[]): readonly Workload[] {
  return files.flatMap((file) => {
    const found = workloadsIn(file);
    if (found.length === 0) throw new UnusableFile(file.path, 'it has no document with apiVersion score.dev/v1b1, want a Score file');
    return found;
  });
}
