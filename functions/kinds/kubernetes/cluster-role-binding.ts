import { defineKind, replace } from '../card.ts';
import { plainKind, refused } from './built-in.ts';

export const clusterRoleBinding = defineKind({
  ...plainKind('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings', 'who may do it everywhere'),
  scope: 'Cluster',
  effects: { roleRef: replace(refused) },
});
