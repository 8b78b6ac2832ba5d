/** What the author of an API and of its backends needs, whatever they compose. */
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
} from '../functions/core/api.ts';
export {
  type BindingSchema,
  type BindingValues,
  bind,
  bindingHead,
  bindingKey,
  encode,
  issuedValues,
  issueOnce,
} from '../functions/core/binding.ts';
export { endpoint, endpointColumns, endpointStatus } from '../functions/core/endpoint.ts';
export { type Facts, type FactsOf, fact, facts, type Needs, needsOf, section } from '../functions/core/facts.ts';
export { type ByTier, type Field, type Fields, field, type SettingsOf, setting } from '../functions/core/field.ts';
export { apiVersion, environmentLabel, group, kindLabel, ownerLabel } from '../functions/core/group.ts';
export {
  at,
  type Condition,
  groupKind,
  type KubernetesObject,
  numberAt,
  type PackageDependency,
  stringAt,
} from '../functions/core/kubernetes.ts';
export { keep, managed, policiesFor, release } from '../functions/core/managed.ts';
export { composedName, controlPlane, externalName, type Identity, shortHash, spread } from '../functions/core/names.ts';
export { oneLine, shown } from '../functions/core/problem.ts';
export { type Deletion, deletionField, deletions, leastBackupDays } from '../functions/core/protection.ts';
export { conditionOf, isReady } from '../functions/core/readiness.ts';
export {
  type Capability,
  capability,
  claimsOffering,
  type FoundBindings,
  type Offering,
  type Requirement,
} from '../functions/core/requirement.ts';
export { serviceAccountName } from '../functions/core/service-account.ts';
export type { ObservedResource, Refusal } from '../functions/core/step.ts';
export { chargedByUse, runningField, type Stop, type Stops } from '../functions/core/stop.ts';
export { type Tier, tiers } from '../functions/core/tier.ts';
export { ttlField, ttlRules } from '../functions/core/ttl.ts';
export { byTurn } from '../functions/core/turn.ts';
export { heldBack, protection } from '../functions/kinds/crossplane/usage.ts';
