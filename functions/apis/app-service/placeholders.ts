import { shown } from '../../core/problem.ts';

/** A binding that the app has: the name of its Secret, and the keys that there are. */
export interface Keyed {
  readonly secret: string;
  readonly keys: readonly string[];
}

/** A key of a binding. */
export interface Reference {
  readonly secret: string;
  readonly key: string;
}

/** A `${` that is meant as it is, a placeholder, one without its end, or a `$`. */
const token = /\$\$\{|\$\{([^}]*)\}|\$\{|\$/g;
const reference = /^bindings\.([a-z0-9-]+)\.([-._a-zA-Z0-9]+)$/;

const want = 'want ${bindings.<secret>.<key>}, or $${ for a ${ as it is';

function referenceIn(inside: string | undefined): Reference | undefined {
  const [, secret, key] = reference.exec(inside ?? '') ?? [];
  return secret === undefined || key === undefined ? undefined : { secret, key };
}

/** What is wrong with what stands between `${` and `}`; undefined where it names a key. */
function problemOf(inside: string | undefined, bindings: readonly Keyed[]): string | undefined {
  const named = referenceIn(inside);
  if (named === undefined) return `got ${shown(inside === undefined ? '${' : `\${${inside}}`)}, ${want}`;
  const found = bindings.find(({ secret }) => secret === named.secret);
  const got = `got ${shown(`\${${inside}}`)}`;
  if (found === undefined) {
    const known = bindings.map(({ secret }) => secret).sort();
    return `${got}, want ${known.length === 0 ? 'one of spec.bindings, which has none' : `a Secret of spec.bindings: ${known.join(', ')}`}`;
  }
  return found.keys.includes(named.key) ? undefined : `${got}, want a key of ${named.secret}: ${found.keys.toSorted().join(', ')}`;
}

/** What is wrong with the placeholders of a text; undefined where each names a key that there is. */
export function problemIn(text: string, bindings: readonly Keyed[]): string | undefined {
  return [...text.matchAll(token)]
    .filter(([whole]) => whole !== '$' && whole !== '$${')
    .map(([, inside]) => problemOf(inside, bindings))
    .find((problem) => problem !== undefined);
}

/** The keys that a text names, in their order. */
export function referencesIn(text: string): readonly Reference[] {
  return [...text.matchAll(token)].flatMap(([, inside]) => referenceIn(inside) ?? []);
}

/** The key that is all of a text. */
export function wholeOf(text: string): Reference | undefined {
  const [only] = referencesIn(text);
  return only !== undefined && text === `\${bindings.${only.secret}.${only.key}}` ? only : undefined;
}

/** A text with something in place of each of its placeholders, of each `${` that is meant as it is, and of each other `$`. */
export function replaced(
  text: string,
  { key, open, dollar }: { key(of: Reference): string; readonly open: string; readonly dollar: string },
) {
  return text.replaceAll(token, (whole, inside: string | undefined) => {
    const named = referenceIn(inside);
    if (named !== undefined) return key(named);
    return whole === '$${' ? open : dollar;
  });
}
