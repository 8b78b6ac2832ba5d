import { defineKind } from '../card.ts';
import { inDatabase, sqlKind } from './provider.ts';

export const sqlGrant = defineKind({
  ...sqlKind('Grant', 'grants'),
  ...inDatabase('who may do what, without a charge'),
});
