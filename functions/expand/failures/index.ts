import { type KubernetesObject, stringAt } from '../../core/kubernetes.ts';
import { awsRows } from './aws.ts';
import type { Failure, Row } from './row.ts';
import { runtimeRows } from './runtime.ts';
import { sqlRows } from './sql.ts';
import { cut, essence } from './text.ts';

/** Every error that is known, the special before the general: the first row that holds is the one. */
export const rows: readonly Row[] = [...runtimeRows, ...sqlRows, ...awsRows];

const longestCause = 320;

/** What a provider's message means for the claim. */
export type Meaning = { readonly cause: string } | { readonly waitsFor: string };

function qualifiedKind({ apiVersion, kind }: KubernetesObject): string {
  const [group, version] = apiVersion.split('/');
  return version === undefined ? kind : `${kind}.${group}`;
}

function isAbout(row: Row, object: KubernetesObject): boolean {
  const through = row.through === undefined || stringAt(object, 'spec', 'providerConfigRef', 'kind') === row.through;
  return through && (row.of === 'any' || `.${qualifiedKind(object)}`.endsWith(`.${row.of}`));
}

/** The row that knows an error of a resource, and what its pattern found. */
export function rowFor(object: KubernetesObject, message: string): { readonly row: Row; readonly failure: Failure } | undefined {
  const text = essence(message);
  for (const row of rows) {
    const match = isAbout(row, object) ? row.pattern.exec(text) : null;
    if (match !== null) return { row, failure: { object, captured: (group) => match[group] ?? '' } };
  }
  return undefined;
}

/**
 * An error in the words of who can put it right: the field at fault and what to change. One that no row knows is passed on, cut
 * to one line, with the command that shows the rest. The same for each attempt that fails in the same way.
 */
export function meaningOf(object: KubernetesObject, message: string, environment: string | undefined): Meaning {
  const known = rowFor(object, message);
  if (known === undefined) {
    const name = object.metadata?.name ?? '';
    return {
      cause: `${cut(essence(message)) || 'it did not say why'}; see kubectl describe ${qualifiedKind(object).toLowerCase()} ${name}`,
    };
  }
  const { row, failure } = known;
  const words = 'waitsFor' in row ? row.waitsFor : row.says;
  const said = cut(typeof words === 'string' ? words : words(failure), longestCause);
  if ('waitsFor' in row) return { waitsFor: said };
  if (row.field === undefined) return { cause: said };
  return {
    cause:
      environment !== undefined && row.field.startsWith('data.')
        ? `EnvironmentConfig "${environment}": ${row.field}: ${said}; tell the platform team`
        : `${row.field}: ${said}`,
  };
}
