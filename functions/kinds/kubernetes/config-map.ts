import { defineKind, inPlace } from '../card.ts';
import { plainKind } from './built-in.ts';

export const configMap = defineKind({
  ...plainKind('v1', 'ConfigMap', 'configmaps', 'settings that pods read'),
  // https://kubernetes.io/docs/concepts/configuration/configmap/
  effects: {
    data: inPlace('mounted files follow; pods that read it into variables keep the old value until they restart'),
  },
});
