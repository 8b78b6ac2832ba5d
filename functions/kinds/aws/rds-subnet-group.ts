import { bare, defineKind, effectsOn, externalNames, inPlace } from '../card.ts';
import { awsKind, tags } from './provider.ts';

export const rdsSubnetGroup = defineKind({
  ...awsKind('rds', 'SubnetGroup', 'subnetgroups'),
  ...bare('a list of subnets, without a charge'),
  tags,
  // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSubnetGroup.html
  names: externalNames({
    most: 255,
    pattern: /^[a-z][a-z0-9._ -]*$/,
    reserved: { pattern: /^default$/, want: 'another than that of the group that AWS made' },
  }),
  effects: effectsOn({ subnetIds: inPlace() }),
  failures: [],
});
