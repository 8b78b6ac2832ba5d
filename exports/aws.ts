/** What a backend in AWS is made from, besides what every backend is. */
export {
  type Access,
  type Accessible,
  type AccessRequired,
  access,
  accessibleOf,
  accessNeeds,
  accessOf,
  areOwn,
  awsAccess,
  type Grant,
  keyStatements,
  listed,
  partitionOf,
  serviceHost,
} from '../functions/aws/access.ts';
export { type Alarm, alarmKinds, alarms, notifications } from '../functions/aws/alarms.ts';
export { type AccountFacts, account, aws, boundary, cluster, key, type NetworkFacts, network } from '../functions/aws/facts.ts';
export { firewall, firewallKinds, longestGroupName, subnetGroup } from '../functions/aws/network.ts';
export { majorOf, parameterGroupKey, parameterGroups } from '../functions/aws/parameter-groups.ts';
export { policyDocument } from '../functions/aws/policy-document.ts';
export { type AwsIdentity, type AwsResources, awsIdentity, awsResources, finalSnapshotName } from '../functions/aws/resources.ts';
export { awsRole, type Roles, roleName, roleOf, serviceAccountOf } from '../functions/aws/role.ts';
export { rolePolicy, rolePolicyKinds } from '../functions/aws/role-policy.ts';
export { sharedConfig, standInRegion } from '../functions/aws/shared-config.ts';
export { applyChangesField, shortestOfElastiCache, shortestOfRds, windows, windowsOf } from '../functions/aws/windows.ts';
