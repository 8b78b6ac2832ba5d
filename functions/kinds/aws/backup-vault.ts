import { defineKind, externalNames, fixedExternalName, forProvider, none } from '../card.ts';
import { isFalse } from '../fields.ts';
import { outliving } from '../outliving.ts';
import { awsKind, tags } from './provider.ts';

export const backupVault = defineKind({
  ...awsKind('backup', 'Vault', 'vaults'),
  tags,
  access: none('a VaultPolicy has its policy document'),
  ingress: none('nobody connects to it'),
  privacy: none('a VaultPolicy says who may use it'),
  inTransit: none('AWS Backup answers with TLS only'),
  data: {
    fixed: [fixedExternalName, ...forProvider('region', 'kmsKeyArn')],
    growing: [],
    survives: 'everything: AWS deletes no vault that has copies in it',
  },
  // https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html
  names: externalNames({ most: 50, pattern: /^[a-zA-Z0-9_-]{2,50}$/ }),
  classes: none('it runs on nothing'),
  deletionProtection: [{ path: 'spec.forProvider.forceDestroy', want: 'false', holds: isFalse, optional: true, waivedBy: ['Delete'] }],
  finalSnapshot: none('it is where they are kept'),
  outliving,
  atRest: none('it is always encrypted, with a key of AWS where none is named'),
  standby: none('AWS Backup keeps it in more than one zone'),
  backups: none('it is where they are kept'),
  price: 'unknown',
  effects: {},
  failures: [],
});
