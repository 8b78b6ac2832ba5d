/** What the author of an API, a policy or a platform needs. */
export { apis } from './apis/index.ts';
export {
  access,
  accessOf,
  type Grant,
  keyStatements,
  partitionOf,
  policyDocument,
  serviceHost,
} from './aws/access.ts';
export {
  type AccountFacts,
  account,
  accountId,
  aws,
  boundary,
  cluster,
  key,
  type NetworkFacts,
  network,
} from './aws/facts.ts';
export { firewall, firewallKinds, longestGroupName, subnetGroup } from './aws/network.ts';
export { majorOf, parameterGroupKey, parameterGroups } from './aws/parameter-groups.ts';
export { type AwsResources, awsResources, finalSnapshotName } from './aws/resources.ts';
export { awsRole, type Roles, roleName, roleOf, serviceAccountOf } from './aws/role.ts';
export { sharedConfig, standInRegion } from './aws/shared-config.ts';
export { backupSlots, backupWindow, hourly, maintenanceSlots, maintenanceWindow } from './aws/windows.ts';
export { image } from './containers/facts.ts';
export {
  type ContainerSize,
  containerBackend,
  runningServer,
  type Server,
  secretPath,
  server,
  serverHost,
  serverKinds,
  shell,
} from './containers/server.ts';
export {
  type Api,
  type Backend,
  type Claim,
  type ClaimPolicy,
  type ClusterClaim,
  type Composed,
  type Context,
  defineApi,
  type Expansion,
  type Pending,
  type PlacelessBackend,
  type PlacelessContext,
  type Source,
} from './core/api.ts';
export {
  type BindingSchema,
  type BindingValues,
  bind,
  bindingHead,
  bindingKey,
  encode,
  issuedValues,
  issueOnce,
} from './core/binding.ts';
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
} from './core/card.ts';
export { endpoint, endpointColumns, endpointStatus } from './core/endpoint.ts';
export type { Environment, Severity } from './core/environment.ts';
export { type Facts, type FactsOf, facts, type Needs, needsOf, section } from './core/facts.ts';
export { type ByTier, type Field, type Fields, field, type SettingsOf, setting } from './core/field.ts';
export { apiVersion, environmentLabel, group, kindLabel, ownerLabel } from './core/group.ts';
export { grown } from './core/grows.ts';
export {
  at,
  type Condition,
  groupKind,
  type KubernetesObject,
  numberAt,
  type PackageDependency,
  stringAt,
} from './core/kubernetes.ts';
export { keep, managed, policiesFor, release } from './core/managed.ts';
export { composedName, externalName, type Identity, shortHash, spread } from './core/names.ts';
export type { AddedStep, Platform, Policy, PolicyContext, Step, StepRequest } from './core/pipeline.ts';
export { oneLine, shown } from './core/problem.ts';
export { type Deletion, deletionField, deletions, leastBackupDays } from './core/protection.ts';
export { conditionOf, isReady } from './core/readiness.ts';
export { type Capability, capability, claimsOffering, type Offering, type RequiredObjects, type Requirement } from './core/requirement.ts';
export { serviceAccountName } from './core/service-account.ts';
export type { DesiredResource, ObservedResource, Refusal, StepResponse } from './core/step.ts';
export { type Tier, tiers } from './core/tier.ts';
export { byTurn } from './core/turn.ts';
export { goldenPath } from './golden-path.ts';
export { asking, cardOf, containerLists, each, imagesOf, podFields, propertyOf } from './guard/inspect.ts';
export { named } from './guard/named.ts';
export { policies } from './guard/policies/index.ts';
export { awsKind, global, tags, untagged } from './kinds/aws/provider.ts';
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
} from './kinds/card.ts';
export { bounded } from './kinds/cidr.ts';
export { heldBack, protection, usage } from './kinds/crossplane/usage.ts';
export { providerConfigOf, regionOf, wanted } from './kinds/failures.ts';
export {
  externalNameOf,
  isAtLeast,
  isFalse,
  isText,
  isTrue,
  refersTo,
  settingOf,
  valuesAt,
  writtenAt,
} from './kinds/fields.ts';
export { kinds } from './kinds/index.ts';
export { inCluster, plainKind } from './kinds/kubernetes/built-in.ts';
export { configMap } from './kinds/kubernetes/config-map.ts';
export { secret } from './kinds/kubernetes/secret.ts';
export { gaveUpProtection, outliving } from './kinds/outliving.ts';
export { countAt, got, hoursPerMonth } from './kinds/price.ts';
export { byConditions, byCounts, exists, inState } from './kinds/ready.ts';
export { inDatabase, onServer, sqlKind } from './kinds/sql/provider.ts';
export {
  conditionsOf,
  hasEffect,
  isForEverybody,
  type Statement,
  statementsOf,
  stringsOf,
} from './kinds/statements.ts';
export { definePlatform } from './platform.ts';
