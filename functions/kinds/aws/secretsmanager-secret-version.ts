import { bare, defineKind } from '../card.ts';
import { awsKind, untagged } from './provider.ts';

export const secretsmanagerSecretVersion = defineKind({
  ...awsKind('secretsmanager', 'SecretVersion', 'secretversions'),
  ...bare('a value of its secret, without a charge of its own'),
  tags: untagged,
  names: [],
  effects: {},
  failures: [],
});
