import { defineKind, inPlace, none, replace } from '../card.ts';
import { plainKind, refused } from './built-in.ts';

export const secret = defineKind({
  ...plainKind('v1', 'Secret', 'secrets', 'what pods read, and others must not'),
  atRest: none('whoever runs the cluster encrypts what the apiserver stores'),
  // https://kubernetes.io/docs/concepts/configuration/secret/
  effects: {
    type: replace(refused),
    data: inPlace('mounted files follow; pods that read it into variables keep the old value until they restart'),
  },
});
