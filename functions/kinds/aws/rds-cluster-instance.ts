import { dataless, defineKind, none } from '../card.ts';
import { isFalse } from '../fields.ts';
import { awsKind, tags } from './provider.ts';
import { families } from './rds.ts';

export const rdsClusterInstance = defineKind({
  ...awsKind('rds', 'ClusterInstance', 'clusterinstances'),
  ...dataless('its cluster holds the data'),
  tags,
  access: none('who may connect, the security groups of its cluster say'),
  ingress: none('the security groups of its cluster let clients in'),
  inTransit: none('the parameter group of its cluster says so'),
  names: [],
  classes: { path: 'spec.forProvider.instanceClass', families },
  privacy: [{ path: 'spec.forProvider.publiclyAccessible', want: 'false', holds: isFalse }],
  price: 'unknown',
  effects: {},
  failures: [],
});
