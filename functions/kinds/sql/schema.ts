import { defineKind } from '../card.ts';
import { inDatabase, sqlKind } from './provider.ts';

export const sqlSchema = defineKind({
  ...sqlKind('Schema', 'schemas'),
  ...inDatabase('a name for tables of its database, without a charge'),
});
