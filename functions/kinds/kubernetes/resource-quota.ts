import { defineKind } from '../card.ts';
import { plainKind } from './built-in.ts';

export const resourceQuota = defineKind({
  ...plainKind('v1', 'ResourceQuota', 'resourcequotas', 'how much a namespace may use'),
});
