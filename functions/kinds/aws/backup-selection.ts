import { bare, defineKind } from '../card.ts';
import { awsKind, untagged } from './provider.ts';

export const backupSelection = defineKind({
  ...awsKind('backup', 'Selection', 'selections'),
  ...bare('of what copies are made, without a charge of its own'),
  tags: untagged,
  names: [],
  effects: {},
  failures: [],
});
