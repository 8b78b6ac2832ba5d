import { bare, defineKind, externalNames, words } from '../card.ts';
import { awsKind, tags } from './provider.ts';

export const elasticacheUserGroup = defineKind({
  ...awsKind('elasticache', 'UserGroup', 'usergroups'),
  ...bare('who may log in, without a charge'),
  tags,
  // https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateUserGroup.html
  names: externalNames({ most: 40, pattern: words }),
  effects: {},
  failures: [],
});
