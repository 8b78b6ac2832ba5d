/** What the author of a policy needs. */
export type { Environment, Severity } from '../functions/core/environment.ts';
export { at, type KubernetesObject, numberAt, stringAt } from '../functions/core/kubernetes.ts';
export type { Policy, PolicyContext } from '../functions/core/pipeline.ts';
export { oneLine, shown } from '../functions/core/problem.ts';
export {
  companions,
  containerLists,
  each,
  externalNameOf,
  fields,
  gaveUpProtection,
  hasEffect,
  imagesOf,
  isAtLeast,
  isAws,
  isFalse,
  isForEverybody,
  isText,
  isTrue,
  kinds,
  ofBucket,
  ofQueue,
  podFields,
  refersTo,
  type Statement,
  statementsOf,
  stringsOf,
  writtenAt,
} from '../functions/guard/inspect.ts';
export { named } from '../functions/guard/named.ts';
