import { defineKind } from '../card.ts';
import { inDatabase, sqlKind } from './provider.ts';

export const sqlDefaultPrivileges = defineKind({
  ...sqlKind('DefaultPrivileges', 'defaultprivileges'),
  ...inDatabase('who may do what with what is made later, without a charge'),
});
