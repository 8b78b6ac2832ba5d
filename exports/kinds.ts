/** What a card says of a kind, what cards are written with, and the cards that there are. */
export {
  type Blame,
  type Card,
  type Cards,
  type CompanionFact,
  type Data,
  type Documents,
  type Effect,
  type Failure,
  type FieldFact,
  type Item,
  type NameLimit,
  type None,
  type Price,
  type Provider,
  type Readiness,
  type SafetyFacts,
  typed,
} from '../functions/core/card.ts';
export { at, type KubernetesObject, numberAt, type PackageDependency, stringAt } from '../functions/core/kubernetes.ts';
export { shown } from '../functions/core/problem.ts';
export { awsKind, global, tags, untagged } from '../functions/kinds/aws/provider.ts';
export {
  bare,
  dataless,
  defineKind,
  effectsOn,
  externalNames,
  fixedExternalName,
  forProvider,
  inPlace,
  none,
  replace,
  restart,
  unnoticed,
  unreachable,
  words,
} from '../functions/kinds/card.ts';
export { bounded } from '../functions/kinds/cidr.ts';
export { heldBack, protection, usage } from '../functions/kinds/crossplane/usage.ts';
export { providerConfigOf, regionOf, wanted } from '../functions/kinds/failures.ts';
export { externalNameOf, isAtLeast, isFalse, isText, isTrue, refersTo, settingOf, valuesAt, writtenAt } from '../functions/kinds/fields.ts';
export { kinds } from '../functions/kinds/index.ts';
export { inCluster, plainKind } from '../functions/kinds/kubernetes/built-in.ts';
export { configMap } from '../functions/kinds/kubernetes/config-map.ts';
export { secret } from '../functions/kinds/kubernetes/secret.ts';
export { gaveUpProtection, outliving } from '../functions/kinds/outliving.ts';
export { countAt, got, hoursPerMonth } from '../functions/kinds/price.ts';
export { byConditions, byCounts, exists, inState } from '../functions/kinds/ready.ts';
export { inDatabase, onServer, sqlKind } from '../functions/kinds/sql/provider.ts';
export { conditionsOf, hasEffect, isForEverybody, type Statement, statementsOf, stringsOf } from '../functions/kinds/statements.ts';
