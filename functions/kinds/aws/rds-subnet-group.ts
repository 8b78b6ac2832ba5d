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
  failures: [
    {
      pattern: /because at least one database \w+: (\S+) is still using it/,
      waitsFor: ({ captured }) => `the database ${captured(1)}, which still uses it, to go`,
      // https://github.com/anomalyco/sst/issues/4026
      example:
        "deleting RDS Subnet Group (app-aws-williamcory-mypostgressubnetgroup): operation error RDS: DeleteDBSubnetGroup, https response error StatusCode: 400, RequestID: 3bb1cc63-c8be-4f1a-83e4-cda7f6c5ffa3, InvalidDBSubnetGroupStateFault: Cannot delete the subnet group 'app-aws-williamcory-mypostgressubnetgroup' because at least one database instance: app-aws-williamcory-mypostgresinstance is still using it.",
    },
  ],
});
