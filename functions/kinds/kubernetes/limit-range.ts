import { defineKind } from '../card.ts';
import { plainKind } from './built-in.ts';

export const limitRange = defineKind({
  ...plainKind('v1', 'LimitRange', 'limitranges', 'how much a container may use'),
});
