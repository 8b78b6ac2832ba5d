import { defineKind, replace } from '../card.ts';
import { plainKind, refused } from './built-in.ts';

export const roleBinding = defineKind({
  ...plainKind('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings', 'who may do it'),
  effects: { roleRef: replace(refused) },
});
