import { defineKind } from '../card.ts';
import { plainKind } from './built-in.ts';

export const serviceAccount = defineKind({
  ...plainKind('v1', 'ServiceAccount', 'serviceaccounts', 'who pods are'),
});
