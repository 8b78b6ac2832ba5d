import { leastBackupDays } from '../../core/protection.ts';
import { defineKind, deleting, effectsOn, externalNames, fixedExternalName, forProvider, none, words } from '../card.ts';
import { isAtLeast, isFalse, isText, isTrue, refersTo, settingOf } from '../fields.ts';
import { gaveUpProtection, outliving } from '../outliving.ts';
import { awsKind, tags } from './provider.ts';
import { families, forcingTls, ofAdministrator, postgresMajors } from './rds.ts';
import { rdsClusterInstance } from './rds-cluster-instance.ts';
import { rdsClusterParameterGroup } from './rds-cluster-parameter-group.ts';
import { deletedByFewerDays } from './retention.ts';

export const rdsCluster = defineKind({
  ...awsKind('rds', 'Cluster', 'clusters'),
  tags,
  access: none('who may connect, its security groups say'),
  ingress: none('its security groups let clients in'),
  privacy: none('its instances say whether they are public'),
  data: {
    fixed: [fixedExternalName, ...forProvider('region', 'engine', 'databaseName', 'masterUsername', 'storageEncrypted', 'kmsKeyId')],
    growing: forProvider('allocatedStorage'),
    version: { path: ['spec', 'forProvider', 'engineVersion'], majors: postgresMajors },
    survives: 'a final snapshot and the automated backups, where the claim did not give them up',
  },
  // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html
  names: externalNames({ most: 63, pattern: words }),
  classes: { path: 'spec.forProvider.dbClusterInstanceClass', families },
  deletionProtection: [{ path: 'spec.forProvider.deletionProtection', want: 'true', holds: isTrue, waivedBy: gaveUpProtection }],
  finalSnapshot: [
    { path: 'spec.forProvider.skipFinalSnapshot', want: 'false', holds: isFalse, waivedBy: ['Delete'] },
    { path: 'spec.forProvider.finalSnapshotIdentifier', want: 'a name', holds: isText },
  ],
  outliving,
  atRest: [{ path: 'spec.forProvider.storageEncrypted', want: 'true', holds: isTrue }],
  logins: ofAdministrator('databaseName'),
  inTransit: [forcingTls(rdsClusterParameterGroup, 'dbClusterParameterGroupName')],
  standby: [
    {
      companion: rdsClusterInstance,
      belongs: (instance, cluster) => refersTo(instance, 'clusterIdentifier', cluster),
      want: 'at least two, or a dbClusterInstanceClass',
      least: 2,
      // A cluster of such instances has two standbys of its own.
      unless: (cluster) => isText(settingOf(cluster, 'dbClusterInstanceClass')),
    },
  ],
  backups: [
    { path: 'spec.forProvider.backupRetentionPeriod', want: `at least ${leastBackupDays}`, holds: isAtLeast(leastBackupDays) },
    { path: 'spec.forProvider.deleteAutomatedBackups', want: 'false', holds: isFalse, waivedBy: ['Delete'] },
  ],
  backupReport: { what: 'automated backups', days: 'backupRetentionPeriod', window: 'preferredBackupWindow' },
  price: 'unknown',
  effects: effectsOn({
    backupRetentionPeriod: ({ before, after }) => deleting(deletedByFewerDays('the automated backups', before, after)),
  }),
  failures: [],
});
