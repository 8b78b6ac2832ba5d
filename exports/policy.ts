/** What the author of a policy needs. */
export type { Card, Cards } from '../functions/core/card.ts';
export type { Environment, Severity } from '../functions/core/environment.ts';
export { at, type KubernetesObject, numberAt, stringAt } from '../functions/core/kubernetes.ts';
export type { Policy, PolicyContext } from '../functions/core/pipeline.ts';
export { oneLine, shown } from '../functions/core/problem.ts';
export { asking, cardOf, containerLists, each, imagesOf, podFields, propertyOf } from '../functions/guard/inspect.ts';
export { named } from '../functions/guard/named.ts';
export { externalNameOf, isAtLeast, isFalse, isText, isTrue, refersTo, settingOf, valuesAt, writtenAt } from '../functions/kinds/fields.ts';
export { gaveUpProtection, outliving } from '../functions/kinds/outliving.ts';
export { conditionsOf, hasEffect, isForEverybody, type Statement, statementsOf, stringsOf } from '../functions/kinds/statements.ts';
