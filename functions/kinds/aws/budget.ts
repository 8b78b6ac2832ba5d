import { bare, defineKind, none } from '../card.ts';
import { awsKind, tags } from './provider.ts';

export const budget = defineKind({
  ...awsKind('budgets', 'Budget', 'budgets'),
  ...bare('it looks at what others cost'),
  tags,
  region: none('a budget is of an account'),
  names: [],
  price: 'unknown',
  effects: {},
  failures: [],
});
