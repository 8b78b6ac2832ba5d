/** What a backend in AWS is made from, besides what every backend is. */
export { access, accessOf, type Grant, keyStatements, partitionOf, policyDocument, serviceHost } from '../functions/aws/access.ts';
export { type Alarm, alarmKinds, alarms, notifications } from '../functions/aws/alarms.ts';
export { type AccountFacts, account, aws, boundary, cluster, key, type NetworkFacts, network } from '../functions/aws/facts.ts';
export { firewall, firewallKinds, longestGroupName, subnetGroup } from '../functions/aws/network.ts';
export { majorOf, parameterGroupKey, parameterGroups } from '../functions/aws/parameter-groups.ts';
export { type AwsIdentity, type AwsResources, awsResources, finalSnapshotName } from '../functions/aws/resources.ts';
export { awsRole, type Roles, roleName, roleOf, serviceAccountOf } from '../functions/aws/role.ts';
export { sharedConfig, standInRegion } from '../functions/aws/shared-config.ts';
export { applyChangesField, shortestOfElastiCache, shortestOfRds, windows, windowsOf } from '../functions/aws/windows.ts';
