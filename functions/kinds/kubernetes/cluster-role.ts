import { defineKind } from '../card.ts';
import { plainKind } from './built-in.ts';

export const clusterRole = defineKind({
  ...plainKind('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', 'what may be done in the whole cluster'),
  scope: 'Cluster',
});
