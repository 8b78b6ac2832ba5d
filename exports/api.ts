/** What the author of an API and of its backends needs, whatever they compose. */
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
} from '../functions/core/api.ts';
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
} from '../functions/core/binding.ts';
export { endpoint, endpointColumns, endpointStatus } from '../functions/core/endpoint.ts';
export { type ByTier, type Field, type Fields, field, type SettingsOf, setting } from '../functions/core/field.ts';
export { apiVersion, environmentLabel, group, kindLabel, ownerLabel } from '../functions/core/group.ts';
export { grown } from '../functions/core/grows.ts';
export {
  at,
  type ComposedKind,
  type Condition,
  groupKind,
  type KubernetesObject,
  numberAt,
  type PackageDependency,
  stringAt,
} from '../functions/core/kubernetes.ts';
export { keep, managed, policiesFor, release } from '../functions/core/managed.ts';
export { externalName, type Identity, shortHash, spread } from '../functions/core/names.ts';
export { oneLine, shown } from '../functions/core/problem.ts';
export {
  composedName,
  type Deletion,
  deletionField,
  deletions,
  heldBack,
  protection,
  protectionKind,
} from '../functions/core/protection.ts';
export { conditionOf, isReady, type Readiness } from '../functions/core/readiness.ts';
export { serviceAccountName } from '../functions/core/service-account.ts';
export type { ObservedResource, Refusal } from '../functions/core/step.ts';
export { type Tier, tiers } from '../functions/core/tier.ts';
export { byTurn } from '../functions/core/turn.ts';
