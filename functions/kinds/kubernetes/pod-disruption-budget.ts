import { defineKind } from '../card.ts';
import { plainKind } from './built-in.ts';

export const podDisruptionBudget = defineKind({
  ...plainKind('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', 'how many pods may go at once'),
});
