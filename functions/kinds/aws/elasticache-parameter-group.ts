import { bare, defineKind, words } from '../card.ts';
import { awsKind, tags } from './provider.ts';

export const elasticacheParameterGroup = defineKind({
  ...awsKind('elasticache', 'ParameterGroup', 'parametergroups'),
  ...bare('a list of settings, without a charge'),
  tags,
  // https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateCacheParameterGroup.html
  names: [{ path: ['spec', 'forProvider', 'name'], most: 255, pattern: words }],
  effects: {},
  failures: [],
});
