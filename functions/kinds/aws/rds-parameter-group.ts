import type { FieldChange } from '../../core/card.ts';
import { at } from '../../core/kubernetes.ts';
import { bare, defineKind, effectsOn, externalNames, inPlace, replace, restart, words } from '../card.ts';
import { awsKind, tags } from './provider.ts';

/** Whether what changes of the parameters is read by a server only when it starts. */
function isStatic({ path: [, , , name], was, is }: FieldChange): boolean {
  return [was, is].some((group) => {
    const parameters = at(group, 'spec', 'forProvider', 'parameter');
    const changed = Array.isArray(parameters) ? parameters.filter((each: unknown) => name === undefined || at(each, 'name') === name) : [];
    return changed.some((each: unknown) => at(each, 'applyMethod') === 'pending-reboot');
  });
}

export const rdsParameterGroup = defineKind({
  ...awsKind('rds', 'ParameterGroup', 'parametergroups'),
  ...bare('a list of settings, without a charge'),
  tags,
  // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBParameterGroup.html
  names: externalNames({ most: 255, pattern: words }),
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
  effects: effectsOn({
    family: replace('a group stays of one family'),
    parameter: (change) =>
      isStatic(change) ? restart('at the next restart of the instance, which RDS does not make for it') : inPlace('no downtime; at once'),
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
