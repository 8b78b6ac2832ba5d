import { bare, defineKind, effectsOn, externalNames, replace, restart, words } from '../card.ts';
import { awsKind, tags } from './provider.ts';

export const rdsParameterGroup = defineKind({
  ...awsKind('rds', 'ParameterGroup', 'parametergroups'),
  ...bare('a list of settings, without a charge'),
  tags,
  // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBParameterGroup.html
  names: externalNames({ most: 255, pattern: words }),
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
  effects: effectsOn({
    family: replace('a group stays of one family'),
    parameter: restart('static parameters apply at the next reboot, dynamic ones at once'),
  }),
  failures: [
    {
      pattern: /database instances are still members of this parameter group/,
      waitsFor: 'the database that still uses it to go',
      // https://github.com/hashicorp/terraform/issues/29232
      example:
        'Error deleting DB parameter group: InvalidDBParameterGroupState: One or more database instances are still members of this parameter group',
    },
  ],
});
