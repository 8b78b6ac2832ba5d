import { bare, defineKind, effectsOn, externalNames, replace, restart, words } from '../card.ts';
import { awsKind, tags } from './provider.ts';

export const rdsClusterParameterGroup = defineKind({
  ...awsKind('rds', 'ClusterParameterGroup', 'clusterparametergroups'),
  ...bare('a list of settings, without a charge'),
  tags,
  // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBClusterParameterGroup.html
  names: externalNames({ most: 255, pattern: words }),
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
  effects: effectsOn({
    family: replace('a group stays of one family'),
    parameter: restart('static parameters apply at the next reboot, dynamic ones at once'),
  }),
  failures: [],
});
