import { shown } from '../../core/problem.ts';
import { type Keyed, problemIn, type Reference, referencesIn, replaced, wholeOf } from './placeholders.ts';

/** A variable of a container, as Kubernetes has it. */
export type Variable = { readonly name: string } & (
  | { readonly value: string }
  | { readonly valueFrom: { readonly secretKeyRef: { readonly name: string; readonly key: string } } }
  | { readonly valueFrom: { readonly fieldRef: { readonly fieldPath: string } } }
);

/** Where the Service Binding specification has consumers look for their bindings. */
export const bindingRoot = { name: 'SERVICE_BINDING_ROOT', value: '/bindings' };

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The name under which a key is expanded within a text: no variable of the claim's own can have it. */
const nameOf = ({ secret, key }: Reference) => `bindings.${secret}.${key}`;

const fromSecret = (name: string, { secret, key }: Reference): Variable => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key } },
});

/** A text for Kubernetes, which puts the variable of each placeholder in its place and leaves all else as it is. */
const expanding = (value: string) => replaced(value, { key: (of) => `$(${nameOf(of)})`, open: '$${', dollar: '$$' });

/** What is wrong with the variables that a field says. */
export function problemOfVariables(field: string, env: Readonly<Record<string, string>>, bindings: readonly Keyed[]): string | undefined {
  for (const [name, value] of Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!variableName.test(name) || name === bindingRoot.name) {
      return `${field}: got the name ${shown(name)}, want letters, digits and _, not beginning with a digit, and not ${bindingRoot.name}`;
    }
    const problem = problemIn(value, bindings);
    if (problem !== undefined) return `${field}.${name}: ${problem}`;
  }
  return undefined;
}

/** The variables of a container, after those `fixed` ones that it does not say itself; no value of a Secret is in any. */
export function variablesOf(env: Readonly<Record<string, string>>, fixed: readonly Variable[]): readonly Variable[] {
  const entries = Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1));
  const within = new Map(
    entries.flatMap(([, value]) => (wholeOf(value) === undefined ? referencesIn(value).map((each) => [nameOf(each), each] as const) : [])),
  );
  return [
    ...[...within].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => fromSecret(name, each)),
    ...fixed.filter(({ name }) => env[name] === undefined),
    ...entries.map(([name, value]) => {
      const only = wholeOf(value);
      return only === undefined ? { name, value: expanding(value) } : fromSecret(name, only);
    }),
  ];
}
