import { shown } from '../../core/problem.ts';

/** A binding that the app has: the name of its Secret, and the keys that there are. */
export interface Keyed {
  readonly secret: string;
  readonly keys: readonly string[];
}

interface Reference {
  readonly secret: string;
  readonly key: string;
}

/** A variable of a container, as Kubernetes has it. */
export type Variable = { readonly name: string } & (
  | { readonly value: string }
  | { readonly valueFrom: { readonly secretKeyRef: { readonly name: string; readonly key: string } } }
);

/** Where the Service Binding specification has consumers look for their bindings. */
export const bindingRoot = { name: 'SERVICE_BINDING_ROOT', value: '/bindings' };

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A `${` that is meant as it is, a placeholder, one without its end, or a `$`. */
const token = /\$\$\{|\$\{([^}]*)\}|\$\{|\$/g;
const reference = /^bindings\.([a-z0-9-]+)\.([-._a-zA-Z0-9]+)$/;

const want = 'want ${bindings.<secret>.<key>}, or $${ for a ${ as it is';

/** The name under which a key is expanded within a text: no variable of the claim's own can have it. */
const nameOf = ({ secret, key }: Reference) => `bindings.${secret}.${key}`;

const fromSecret = (name: string, { secret, key }: Reference): Variable => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key } },
});

/** What is wrong with what stands between `${` and `}`; undefined where it names a key. */
function problemOf(inside: string | undefined, bindings: readonly Keyed[]): string | undefined {
  const [, secret = '', key = ''] = reference.exec(inside ?? '') ?? [];
  if (secret === '') return `got ${shown(inside === undefined ? '${' : `\${${inside}}`)}, ${want}`;
  const found = bindings.find((binding) => binding.secret === secret);
  const got = `got ${shown(`\${${inside}}`)}`;
  if (found === undefined) {
    const known = bindings.map((binding) => binding.secret).sort();
    return `${got}, want ${known.length === 0 ? 'one of spec.bindings, which has none' : `a Secret of spec.bindings: ${known.join(', ')}`}`;
  }
  return found.keys.includes(key) ? undefined : `${got}, want a key of ${secret}: ${found.keys.toSorted().join(', ')}`;
}

function referencesIn(value: string): readonly Reference[] {
  return [...value.matchAll(token)].flatMap(([, inside]) => {
    const [, secret, key] = reference.exec(inside ?? '') ?? [];
    return secret === undefined || key === undefined ? [] : [{ secret, key }];
  });
}

/** A text for Kubernetes, which puts the variable of each placeholder in its place and leaves all else as it is. */
function expanding(value: string): string {
  return value.replaceAll(token, (whole, inside: string | undefined) => {
    if (inside !== undefined) return `$(${inside})`;
    return whole === '$${' ? '$${' : '$$';
  });
}

/** The variables of the app, or what is wrong with them; no value of a Secret is in any. */
export function variablesOf(
  env: Readonly<Record<string, string>>,
  bindings: readonly Keyed[],
): { readonly variables: readonly Variable[] } | { readonly problem: string } {
  const entries = Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of entries) {
    if (!variableName.test(name) || name === bindingRoot.name) {
      return {
        problem: `spec.env: got the name ${shown(name)}, want letters, digits and _, not beginning with a digit, and not ${bindingRoot.name}`,
      };
    }
    for (const [whole, inside] of value.matchAll(token)) {
      if (whole === '$' || whole === '$${') continue;
      const problem = problemOf(inside, bindings);
      if (problem !== undefined) return { problem: `spec.env.${name}: ${problem}` };
    }
  }
  const whole = (value: string) => {
    const [only] = referencesIn(value);
    return only !== undefined && value === `\${${nameOf(only)}}` ? only : undefined;
  };
  const within = new Map(
    entries.flatMap(([, value]) => (whole(value) === undefined ? referencesIn(value).map((each) => [nameOf(each), each] as const) : [])),
  );
  return {
    variables: [
      ...[...within].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => fromSecret(name, each)),
      ...(bindings.length === 0 ? [] : [bindingRoot]),
      ...entries.map(([name, value]) => {
        const only = whole(value);
        return only === undefined ? { name, value: expanding(value) } : fromSecret(name, only);
      }),
    ],
  };
}
