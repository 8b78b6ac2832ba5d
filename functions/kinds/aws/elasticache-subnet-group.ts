import { bare, defineKind, externalNames } from '../card.ts';
import { awsKind, tags } from './provider.ts';

export const elasticacheSubnetGroup = defineKind({
  ...awsKind('elasticache', 'SubnetGroup', 'subnetgroups'),
  ...bare('a list of subnets, without a charge'),
  tags,
  // https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateCacheSubnetGroup.html
  names: externalNames({ most: 255, pattern: /^[a-z0-9-]+$/ }),
  effects: {},
  failures: [],
});
