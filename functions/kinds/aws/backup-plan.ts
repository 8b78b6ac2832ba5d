import { bare, defineKind } from '../card.ts';
import { awsKind, tags } from './provider.ts';

export const backupPlan = defineKind({
  ...awsKind('backup', 'Plan', 'plans'),
  ...bare('when copies are made, without a charge of its own'),
  tags,
  names: [],
  effects: {},
  failures: [],
});
