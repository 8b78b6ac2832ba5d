import type { Blame, Card, Failed, Failure } from '../../core/card.ts';
import { providerOf } from '../../core/card.ts';
import { groupOf, type KubernetesObject, stringAt } from '../../core/kubernetes.ts';
import { runtimeFailures } from '../../kinds/crossplane/runtime.ts';
import { cut, essence } from './text.ts';

const longestCause = 320;

/** What a provider's message means for the claim. */
export type Meaning = { readonly cause: string } | { readonly waitsFor: string };

/** What an error is said to. */
export interface Audience {
  /** Undefined for a claim that lives in none. */
  readonly environment: string | undefined;
  /** The claim's fields that set the fields of kinds, as its backend `explains` them. */
  readonly explains: Readonly<Record<string, string>>;
}

/** Every error that is known of a kind, the special before the general: the first that holds is the one. */
const failuresOf = (card: Card | undefined): readonly Failure[] => [
  ...runtimeFailures,
  ...(card?.failures ?? []),
  ...((card && providerOf(card)?.failures) ?? []),
];

/** The row that knows an error of a resource, and what its pattern found. */
export function failureOf(
  card: Card | undefined,
  object: KubernetesObject,
  message: string,
): { readonly row: Failure; readonly failed: Failed } | undefined {
  const text = essence(message);
  const reached = stringAt(object, 'spec', 'providerConfigRef', 'kind');
  for (const row of failuresOf(card)) {
    const match = row.through === undefined || row.through === reached ? row.pattern.exec(text) : null;
    if (match !== null) return { row, failed: { object, captured: (group) => match[group] ?? '' } };
  }
  return undefined;
}

/** What is wrong, after the name of whatever has to change: a field of the claim, where one sets what is at fault. */
export function blamed(about: Blame | undefined, said: string, { kind }: KubernetesObject, { environment, explains }: Audience): string {
  if (about === undefined) return said;
  if (typeof about === 'object') {
    const field = explains[`${kind}.${about.field}`];
    return field === undefined ? `${about.field} of the ${kind}: ${said}; tell the platform team` : `spec.${field}: ${said}`;
  }
  const isOfEnvironment = environment !== undefined && about.startsWith('data.');
  return isOfEnvironment ? `EnvironmentConfig "${environment}": ${about}: ${said}; tell the platform team` : `${about}: ${said}`;
}

/**
 * An error in the words of who can put it right: the field at fault and what to change. One that no row knows is passed on, cut
 * to one line, with the command that shows the rest. The same for each attempt that fails in the same way.
 */
export function meaningOf(card: Card | undefined, object: KubernetesObject, message: string, audience: Audience): Meaning {
  const known = failureOf(card, object, message);
  if (known === undefined) {
    const name = object.metadata?.name ?? '';
    const kind = [object.kind, groupOf(object)].filter(Boolean).join('.').toLowerCase();
    return { cause: `${cut(essence(message)) || 'it did not say why'}; see kubectl describe ${kind} ${name}` };
  }
  const { row, failed } = known;
  const words = 'waitsFor' in row ? row.waitsFor : row.says;
  const said = cut(typeof words === 'string' ? words : words(failed), longestCause);
  return 'waitsFor' in row ? { waitsFor: said } : { cause: blamed(row.about, said, object, audience) };
}
