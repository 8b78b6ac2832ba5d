/** What the author of an API, a policy or a platform needs. */
export { apis } from './apis/index.ts';
export {
  access,
  accessKinds,
  type Grant,
  keyStatements,
  partitionOf,
  policyDocument,
  roleName,
  serviceHost,
} from './aws/access.ts';
export { firewall, longestGroupName, type NetworkNeeds, networkKinds, networkNeeds, subnetGroup } from './aws/network.ts';
export { majorOf, parameterGroupKey, parameterGroups } from './aws/parameter-groups.ts';
export { type AccountNeeds, type AwsKind, type AwsResources, accountNeeds, awsResources, finalSnapshotName } from './aws/resources.ts';
export { sharedConfig, standInRegion } from './aws/shared-config.ts';
export { backupSlots, backupWindow, hourly, maintenanceSlots, maintenanceWindow } from './aws/windows.ts';
export {
  type ContainerSize,
  configKind,
  containerBackend,
  type ImageNeeds,
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
  type Composed,
  type Context,
  defineApi,
  type Expansion,
  type Pending,
  type Source,
} from './core/api.ts';
export {
  type BindingSchema,
  type BindingValues,
  bind,
  bindingHead,
  bindingKey,
  bindingKind,
  encode,
  issuedValues,
  issueOnce,
} from './core/binding.ts';
export { endpoint, endpointColumns, endpointStatus } from './core/endpoint.ts';
export type { Environment, Severity } from './core/environment.ts';
export { type ByTier, type Field, type Fields, field, type SettingsOf, setting } from './core/field.ts';
export { apiVersion, environmentLabel, group, kindLabel, ownerLabel } from './core/group.ts';
export { grown } from './core/grows.ts';
export {
  at,
  type ComposedKind,
  type Condition,
  groupKind,
  type KubernetesObject,
  numberAt,
  type PackageDependency,
  stringAt,
} from './core/kubernetes.ts';
export { keep, managed, policiesFor, release } from './core/managed.ts';
export { externalName, type Identity, shortHash, spread } from './core/names.ts';
export type { AddedStep, Platform, Policy, PolicyContext, Step, StepRequest } from './core/pipeline.ts';
export { oneLine, shown } from './core/problem.ts';
export { composedName, type Deletion, deletionField, deletions, heldBack, protection, protectionKind } from './core/protection.ts';
export { conditionOf, isReady, type Readiness } from './core/readiness.ts';
export { serviceAccountName } from './core/service-account.ts';
export type { DesiredResource, ObservedResource, Refusal, RequiredObjects, StepResponse } from './core/step.ts';
export { type Tier, tiers } from './core/tier.ts';
export { byTurn } from './core/turn.ts';
export { goldenPath } from './golden-path.ts';
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
} from './guard/inspect.ts';
export { named } from './guard/named.ts';
export { policies } from './guard/policies/index.ts';
export { definePlatform } from './platform.ts';
