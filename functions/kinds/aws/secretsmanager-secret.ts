import { at } from '../../core/kubernetes.ts';
import { defineKind, fixedExternalName, forProvider, none } from '../card.ts';
import { outliving } from '../outliving.ts';
import { got } from '../price.ts';
import { awsKind, tags } from './provider.ts';

export const secretsmanagerSecret = defineKind({
  ...awsKind('secretsmanager', 'Secret', 'secrets'),
  tags,
  access: none('a SecretPolicy has its policy document'),
  ingress: none('nobody connects to it'),
  privacy: none('a SecretPolicy says who may read it'),
  inTransit: none('Secrets Manager answers with TLS only'),
  // https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html
  data: {
    fixed: [fixedExternalName, ...forProvider('region', 'name')],
    growing: [],
    survives: 'the secret, for the days of recoveryWindowInDays',
  },
  // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
  names: [{ path: ['spec', 'forProvider', 'name'], most: 512, pattern: /^[\w/+=.@-]+$/ }],
  classes: none('it runs on nothing'),
  deletionProtection: none('Secrets Manager itself waits for days before it deletes a secret'),
  finalSnapshot: none('a secret has none'),
  outliving,
  atRest: none('it is always encrypted, with a key of AWS where none is named'),
  standby: none('Secrets Manager keeps it in more than one zone'),
  backups: none('Secrets Manager keeps the version before the last'),
  // A secret is charged in each region that it is replicated to.
  price: {
    ids: ['secretsmanager/secret-month'],
    items(object) {
      const replicas = at(object, 'spec', 'forProvider', 'replica') ?? [];
      if (!Array.isArray(replicas)) return [got('spec.forProvider.replica', replicas, 'a list')];
      const regions = 1 + replicas.length;
      return [{ charge: regions === 1 ? 'secret' : `secret in ${regions} regions`, price: 'secretsmanager/secret-month', units: regions }];
    },
  },
  effects: {},
  failures: [],
});
