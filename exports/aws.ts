/** What a backend in AWS is made from, besides what every backend is. */
export {
  access,
  accessKinds,
  type Grant,
  keyStatements,
  partitionOf,
  policyDocument,
  roleName,
  serviceHost,
} from '../functions/aws/access.ts';
export { firewall, longestGroupName, type NetworkNeeds, networkKinds, networkNeeds, subnetGroup } from '../functions/aws/network.ts';
export { majorOf, parameterGroupKey, parameterGroups } from '../functions/aws/parameter-groups.ts';
export {
  type AccountNeeds,
  type AwsKind,
  type AwsResources,
  accountNeeds,
  awsResources,
  finalSnapshotName,
} from '../functions/aws/resources.ts';
export { sharedConfig, standInRegion } from '../functions/aws/shared-config.ts';
export { backupSlots, backupWindow, hourly, maintenanceSlots, maintenanceWindow } from '../functions/aws/windows.ts';
