import { defineKind } from '../card.ts';
import { plainKind } from './built-in.ts';

export const role = defineKind({
  ...plainKind('rbac.authorization.k8s.io/v1', 'Role', 'roles', 'what may be done in a namespace'),
});
