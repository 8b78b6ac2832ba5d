import * as z from 'zod';

/** A rule on the spec: the apiserver refuses that a field is taken away, which no rule on the field itself could see. */
export const neverRemoved = (field: string) => ({
  rule: `!has(oldSelf.${field}) || has(self.${field})`,
  message: `${field} cannot be removed: leave the value that it has`,
});

/** The profile's key `backend` of a `what`, such as `database`. */
export const backendField = <const Names extends readonly string[]>(backendNames: Names, what: string) =>
  z.enum(backendNames).describe(`What the ${what} is realised with.`);

/** The name of a ServiceAccount of the claim's namespace. */
export const serviceAccountName = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);

/** For a field's `.meta()`: the apiserver refuses to change it. */
export const immutable = (field: string, instead = 'make a new claim and move the data') => ({
  'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: `${field} cannot be changed: ${instead}` }],
});

/** For a field's `.meta()`: the apiserver refuses to make it smaller. `number` and `old` are its values as CEL numbers. */
export const growsOnly = (field: string, number = 'self', old = 'oldSelf') => ({
  'x-kubernetes-validations': [
    { rule: `${number} >= ${old}`, message: `${field} can only grow: to go back, make a new claim and move the data` },
  ],
});
