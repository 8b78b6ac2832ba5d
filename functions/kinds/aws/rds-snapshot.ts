import { defineKind, fixedExternalName, forProvider, none } from '../card.ts';
import { outliving } from '../outliving.ts';
import { inState } from '../ready.ts';
import { awsKind, tags } from './provider.ts';

export const rdsSnapshot = defineKind({
  ...awsKind('rds', 'Snapshot', 'snapshots'),
  tags,
  access: none('it has no policy document'),
  ingress: none('nobody connects to it'),
  inTransit: none('nobody connects to it'),
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html
  privacy: [{ path: 'spec.forProvider.sharedAccounts.*', want: 'named accounts', holds: (account) => account !== 'all', optional: true }],
  data: { fixed: [fixedExternalName, ...forProvider('region', 'dbInstanceIdentifier')], growing: [], survives: 'nothing' },
  names: [],
  classes: none('it runs on nothing'),
  deletionProtection: none('RDS has none for snapshots'),
  finalSnapshot: none('it is one'),
  outliving,
  atRest: none('it is encrypted as the instance is that it was taken of'),
  standby: none('it lies in more than one zone'),
  backups: none('it is one'),
  ready: inState({
    path: ['status', 'atProvider', 'status'],
    by: 'RDS',
    serving: ['available'],
    passing: ['creating'],
    faults: { failed: { says: 'it was not taken: have the platform team read its events in RDS' } },
  }),
  // https://aws.amazon.com/rds/postgresql/pricing/: as backups beyond the storage of the instances.
  price: {
    ids: ['rds/backup-gib-month'],
    items: () => [{ use: 'what it takes', price: 'rds/backup-gib-month', per: 'GiB and month', factor: 1 }],
  },
  effects: {},
  failures: [],
});
