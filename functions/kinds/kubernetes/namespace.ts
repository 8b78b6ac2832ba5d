import { defineKind } from '../card.ts';
import { plainKind } from './built-in.ts';

export const namespace = defineKind({
  ...plainKind('v1', 'Namespace', 'namespaces', 'a room for objects'),
  scope: 'Cluster',
});
