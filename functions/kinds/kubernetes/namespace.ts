import { stringAt } from '../../core/kubernetes.ts';
import { defineKind } from '../card.ts';
import { plainKind } from './built-in.ts';

export const namespace = defineKind({
  ...plainKind('v1', 'Namespace', 'namespaces', 'a room for objects'),
  scope: 'Cluster',
  ready: (observed) => stringAt(observed, 'status', 'phase') === 'Active' || '',
});
