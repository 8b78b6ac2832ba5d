import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { shown } from '../../functions/core/problem.ts';
// Of https://github.com/score-spec/schema, as of 2026-07-20, under the Apache License 2.0.
import schema from './score-v1b1.json' with { type: 'json' };

/** Where something stands in a document. */
export type Path = readonly string[];

interface ServicePort {
  readonly port: number;
  readonly protocol?: 'TCP' | 'UDP';
  readonly targetPort?: number;
}

export interface Probe {
  readonly httpGet?: {
    readonly host?: string;
    readonly scheme?: 'HTTP' | 'HTTPS';
    readonly path: string;
    readonly port: number;
    readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
  };
  readonly exec?: { readonly command: readonly string[] };
}

export interface File {
  /** Of a list only. */
  readonly target?: string;
  readonly mode?: string;
  readonly source?: string;
  readonly content?: string;
  readonly binaryContent?: string;
  readonly noExpand?: boolean;
}

export interface Volume {
  readonly source: string;
  readonly path?: string;
  /** Of a list only. */
  readonly target?: string;
  readonly readOnly?: boolean;
}

export interface Amounts {
  readonly cpu?: string;
  readonly memory?: string;
}

export const readiness = ['started', 'healthy', 'complete'] as const;

export interface Container {
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly files?: readonly File[] | Readonly<Record<string, File>>;
  readonly volumes?: readonly Volume[] | Readonly<Record<string, Volume>>;
  readonly before?: Readonly<Record<string, { readonly ready: (typeof readiness)[number] }>>;
  readonly resources?: { readonly limits?: Amounts; readonly requests?: Amounts };
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

export interface Resource {
  readonly type: string;
  readonly class?: string;
  readonly id?: string;
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly params?: Readonly<Record<string, unknown>>;
}

/** A document that the schema takes. */
export interface Score {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly service?: { readonly ports?: Readonly<Record<string, ServicePort>> };
  readonly containers: Readonly<Record<string, Container>>;
  readonly resources?: Readonly<Record<string, Resource>>;
}

const validate = new Ajv2020({ strict: false, allErrors: true, verbose: true }).compile<Score>(schema);

const unescaped = (segment: string) => segment.replaceAll('~1', '/').replaceAll('~0', '~');

/** The field that an error is about. */
function pathOf({ instancePath, params, propertyName }: ErrorObject): Path {
  const { missingProperty, additionalProperty } = params as { readonly [name: string]: string | undefined };
  const name = propertyName ?? missingProperty ?? additionalProperty;
  return [...instancePath.split('/').slice(1).map(unescaped), ...(name === undefined ? [] : [name])];
}

/** Alternatives of which each needs a field of its own. */
function fieldsOf(schemas: unknown): readonly string[] {
  return Array.isArray(schemas) ? schemas.flatMap((each: { readonly required?: readonly string[] }) => each.required ?? []) : [];
}

function sentence({ keyword, params, data, message = '', propertyName, schema: wanted }: ErrorObject): string {
  if (keyword === 'required') return 'missing';
  if (keyword === 'additionalProperties') return 'unknown field';
  if (keyword === 'oneOf' || keyword === 'anyOf') return `want one of ${fieldsOf(wanted).join(', ')}`;
  if (keyword === 'not') return 'got target, want the path in front of it alone';
  const got = propertyName === undefined ? `got ${shown(data)}` : 'the name is refused';
  if (keyword === 'enum') return `${got}, want one of ${params['allowedValues'].join(', ')}`;
  if (keyword === 'pattern') return `${got}, want a match of ${params['pattern']}`;
  return `${got}, want ${message.replace(/^must (NOT have|have|be|NOT be) /, (_, verb: string) => (verb.startsWith('NOT') ? 'no ' : ''))}`;
}

/** Of alternatives, what fails of the one that was meant: the deepest error, and of those at one depth the one that names them all. Another version is another language. */
function rank(error: ErrorObject): number {
  const depth = pathOf(error).length * 2;
  if (error.keyword === 'oneOf' || error.keyword === 'anyOf') return fieldsOf(error.schema).length > 0 ? depth + 3 : -1;
  if (error.instancePath === '/apiVersion') return Number.POSITIVE_INFINITY;
  return error.keyword === 'propertyNames' ? -1 : depth;
}

/** What is wrong with a document, by the official schema of Score; undefined where nothing is. */
export function problemOf(document: unknown): { readonly at: Path; readonly problem: string } | undefined {
  if (validate(document)) return undefined;
  const [first, ...others] = validate.errors ?? [];
  if (first === undefined) return undefined;
  const worst = others.reduce((best, error) => (rank(error) > rank(best) ? error : best), first);
  return { at: pathOf(worst), problem: sentence(worst) };
}
