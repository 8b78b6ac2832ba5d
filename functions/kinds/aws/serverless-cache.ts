import { defineKind, deleting, effectsOn, externalNames, fixedExternalName, forProvider, none, words } from '../card.ts';
import { isAtLeast } from '../fields.ts';
import { outliving } from '../outliving.ts';
import { inState } from '../ready.ts';
import { awsKind, tags } from './provider.ts';
import { deletedByFewerDays } from './retention.ts';

export const serverlessCache = defineKind({
  ...awsKind('elasticache', 'ServerlessCache', 'serverlesscaches'),
  tags,
  access: none('who may connect, its security groups and its users say'),
  privacy: none('a cache has no public address'),
  ingress: none('its security groups let clients in'),
  data: {
    fixed: [fixedExternalName, ...forProvider('region', 'engine', 'kmsKeyId')],
    growing: [],
    survives: 'its automatic snapshots, for as long as they are kept',
  },
  // https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateServerlessCache.html
  names: externalNames({ most: 40, pattern: words }),
  classes: none('it runs on what AWS chooses'),
  deletionProtection: none('ElastiCache has none'),
  finalSnapshot: none('provider-aws has no field for one'),
  outliving,
  // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/WhatIs.deployment.html
  atRest: none('it is always encrypted'),
  inTransit: none('it always asks for TLS'),
  standby: none('it always runs in more than one zone'),
  backups: [{ path: 'spec.forProvider.snapshotRetentionLimit', want: 'at least 1', holds: isAtLeast(1) }],
  backupReport: { what: 'daily snapshots', days: 'snapshotRetentionLimit' },
  // https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ServerlessCache.html
  ready: inState({
    path: ['status', 'atProvider', 'status'],
    by: 'ElastiCache',
    serving: ['AVAILABLE', 'available', 'MODIFYING', 'modifying'],
    passing: ['CREATING', 'creating', 'DELETING', 'deleting'],
    faults: Object.fromEntries(
      ['CREATE-FAILED', 'create-failed'].map((state) => [
        state,
        { says: 'it was not made: have the platform team read its events in ElastiCache' },
      ]),
    ),
  }),
  price: 'unknown',
  effects: effectsOn({
    snapshotRetentionLimit: ({ before, after }) => deleting(deletedByFewerDays('the automatic snapshots', before, after)),
  }),
  failures: [],
});
