import type { Failure, FieldChange, Item } from '../../core/card.ts';
import { at, numberAt } from '../../core/kubernetes.ts';
import { shown } from '../../core/problem.ts';
import { leastBackupDays } from '../../core/protection.ts';
import { defineKind, deleting, effectsOn, forProvider, inPlace, none, restart, unnoticed, words } from '../card.ts';
import { regionOf, wanted } from '../failures.ts';
import { isAtLeast, isFalse, isText, isTrue, majorAt } from '../fields.ts';
import { gaveUpProtection, outliving } from '../outliving.ts';
import { classId, countAt, got, hoursPerMonth } from '../price.ts';
import { type Faults, inState } from '../ready.ts';
import { awsKind, tags } from './provider.ts';
import { families, forcingTls, ofAdministrator, postgresMajors } from './rds.ts';
import { rdsParameterGroup } from './rds-parameter-group.ts';
import { deletedByFewerDays } from './retention.ts';

/** From this size on a gp3 volume of a PostgreSQL instance has more, and AWS takes to be told so. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html */
const gp3StepGiB = 400;

/** Storage can have grown by itself, which the cloud reports and the spec does not say. */
const grownGiB = (running: unknown, asked: number) => Math.max(asked, numberAt(running, 'status', 'atProvider', 'allocatedStorage') ?? 0);

/**
 * What a gp3 volume has without being paid for, by the size that it really is. `stated` is what has to be said of it: the provider
 * records what it finds and later asks for that again, and below the step AWS refuses to be told.
 */
export function gp3Included(running: unknown, askedGiB: number) {
  const included =
    grownGiB(running, askedGiB) < gp3StepGiB ? { iops: 3_000, storageThroughput: 125 } : { iops: 12_000, storageThroughput: 500 };
  return { ...included, stated: grownGiB(running, askedGiB) < gp3StepGiB ? {} : included };
}

function storage(provider: unknown, running: unknown, copies: number, suffix: string): readonly Item[] {
  const type = at(provider, 'storageType');
  if (type !== 'gp3') return [got('spec.forProvider.storageType', type, 'gp3')];
  const size = countAt(provider, 'allocatedStorage');
  if (size === undefined) return [got('spec.forProvider.allocatedStorage', at(provider, 'allocatedStorage'), 'a number of GiB')];
  const included = gp3Included(running, size);
  const above = (field: string, unit: string, free: number, price: string): readonly Item[] => {
    const value = at(provider, field);
    if (value === undefined) return [];
    const asked = countAt(provider, field);
    if (asked === undefined) return [got(`spec.forProvider.${field}`, value, `a number of ${unit}`)];
    return asked <= free
      ? []
      : [{ charge: `${asked - free} ${unit} above the included ${free}${suffix}`, price, units: (asked - free) * copies }];
  };
  const most = countAt(provider, 'maxAllocatedStorage') ?? size;
  const perGiB = { price: 'rds/gp3-gib-month', per: 'GiB and month', factor: copies };
  return [
    { charge: `${size} GiB of gp3${suffix}`, price: 'rds/gp3-gib-month', units: size * copies },
    ...above('iops', 'IOPS', included.iops, 'rds/gp3-iops-month'),
    ...above('storageThroughput', 'MiB/s', included.storageThroughput, 'rds/gp3-mibps-month'),
    ...(most <= size ? [] : [{ use: `storage grown beyond ${size} GiB, to ${most} GiB at most`, ...perGiB }]),
    ...(at(provider, 'backupRetentionPeriod') === 0
      ? []
      : [{ use: `backups beyond ${size} GiB`, price: 'rds/backup-gib-month', per: 'GiB and month', factor: 1 }]),
  ];
}

function items(object: unknown, running: unknown): readonly Item[] {
  const provider = at(object, 'spec', 'forProvider');
  const engine = at(provider, 'engine');
  if (engine !== 'postgres') return [got('spec.forProvider.engine', engine, 'postgres')];
  const multiAz = at(provider, 'multiAz') ?? false;
  if (typeof multiAz !== 'boolean') return [got('spec.forProvider.multiAz', multiAz, 'boolean')];
  const copies = multiAz ? 2 : 1;
  const suffix = multiAz ? ', Multi-AZ' : '';
  const instanceClass = at(provider, 'instanceClass');
  const price = classId('rds', 'db', instanceClass);
  return [
    price === undefined
      ? got('spec.forProvider.instanceClass', instanceClass, 'an instance class such as db.m7g.large')
      : { charge: `${instanceClass}${suffix}`, price, units: hoursPerMonth * copies },
    ...storage(provider, running, copies, suffix),
  ];
}

const later = ({ is }: FieldChange) => (at(is, 'spec', 'forProvider', 'applyImmediately') === false ? ', in the maintenance window' : '');

/** A standby takes over within one or two minutes; without one the database is away while it starts again. */
function outage(change: FieldChange, ofOne: string, data?: string) {
  const isMultiAz = (object: unknown) => at(object, 'spec', 'forProvider', 'multiAz') === true;
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html: failover takes 60 to 120 seconds.
  const length = isMultiAz(change.was) && isMultiAz(change.is) ? '60 to 120 seconds of failover (Multi-AZ)' : ofOne;
  return restart(`${length}${later(change)}`, data);
}

const slower = 'no downtime; slower during storage optimization';

/** States that it does not leave by itself. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status */
const faults: Faults = {
  failed: {
    says: 'it is beyond repair: have the platform team restore its last point in time beside it, and keep it until that is done',
  },
  'inaccessible-encryption-credentials': {
    about: 'data.aws.kmsKeyArn',
    says: 'the key that it was made with cannot be used any more: enable that again, then restore the last point in time beside it',
  },
  'inaccessible-encryption-credentials-recoverable': {
    about: 'data.aws.kmsKeyArn',
    says: 'the key that it was made with cannot be used: within seven days enable that again, then start the instance in RDS',
  },
  'incompatible-network': {
    about: 'data.aws.subnetIds',
    says: 'it cannot recover in its network: see that its subnets have addresses left, and read its events in RDS',
  },
  'incompatible-option-group': { says: 'have the platform team read its events in RDS and correct its option group' },
  'incompatible-parameters': {
    says: 'it does not start with its parameters: have the platform team read its events in RDS and undo their change',
  },
  'incompatible-restore': { says: 'it cannot be restored to that point in time: have the platform team read its events in RDS' },
  'insufficient-capacity': {
    about: { field: 'instanceClass' },
    says: 'AWS has none free to make it with: wait for the next attempts, or choose another size',
  },
  'restore-error': { says: 'its data could not be restored: have the platform team read its events in RDS' },
  stopped: { says: 'somebody stopped it: have the platform team start it in RDS' },
  'storage-full': { about: { field: 'allocatedStorage' }, says: 'it takes no writes until it has more storage: choose more' },
};

/** What the provider says of such a state while it waits for another. */
const stuck: readonly Failure[] = Object.entries(faults).map(([state, { about, says }]) => ({
  pattern: new RegExp(`unexpected state '${state}'`),
  ...(about !== undefined && { about }),
  says: `RDS reports ${shown(state)}: ${says}`,
  // terraform-provider-aws, internal/service/rds/instance.go
  example: `async create failed: failed to create the resource: [{0 waiting for RDS DB Instance (orders) create: unexpected state '${state}', wanted target 'available, storage-optimization'. last error: %!s(<nil>)  []}]`,
}));

export const rdsInstance = defineKind({
  ...awsKind('rds', 'Instance', 'instances'),
  tags,
  access: none('who may connect, its security groups say'),
  ingress: none('its security groups let clients in'),
  // https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/rds/instance.go
  lookedUpBy: 'identifier',
  data: {
    fixed: forProvider('region', 'identifier', 'engine', 'dbName', 'username', 'storageEncrypted', 'kmsKeyId'),
    growing: forProvider('allocatedStorage'),
    from: forProvider('restoreToPointInTime', 'snapshotIdentifier'),
    version: { path: ['spec', 'forProvider', 'engineVersion'], majors: postgresMajors },
    survives: 'a final snapshot and the automated backups, where the claim did not give them up',
  },
  // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html and API_DeleteDBInstance.html
  names: [
    { path: ['spec', 'forProvider', 'identifier'], most: 63, pattern: words },
    { path: ['spec', 'forProvider', 'finalSnapshotIdentifier'], most: 255, pattern: /^[a-zA-Z](-?[a-zA-Z0-9])*$/ },
  ],
  classes: { path: 'spec.forProvider.instanceClass', families },
  deletionProtection: [{ path: 'spec.forProvider.deletionProtection', want: 'true', holds: isTrue, waivedBy: gaveUpProtection }],
  finalSnapshot: [
    { path: 'spec.forProvider.skipFinalSnapshot', want: 'false', holds: isFalse, waivedBy: ['Delete'] },
    { path: 'spec.forProvider.finalSnapshotIdentifier', want: 'a name', holds: isText },
  ],
  outliving,
  atRest: [{ path: 'spec.forProvider.storageEncrypted', want: 'true', holds: isTrue }],
  inTransit: [forcingTls(rdsParameterGroup, 'parameterGroupName')],
  privacy: [{ path: 'spec.forProvider.publiclyAccessible', want: 'false', holds: isFalse }],
  standby: [{ path: 'spec.forProvider.multiAz', want: 'true', holds: isTrue }],
  backups: [
    { path: 'spec.forProvider.backupRetentionPeriod', want: `at least ${leastBackupDays}`, holds: isAtLeast(leastBackupDays) },
    { path: 'spec.forProvider.deleteAutomatedBackups', want: 'false', holds: isFalse, waivedBy: ['Delete'] },
  ],
  backupReport: {
    what: 'automated backups',
    latest: 'latestRestorableTime',
    days: 'backupRetentionPeriod',
    window: 'backupWindow',
  },
  logins: ofAdministrator('dbName'),
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status
  ready: inState({
    path: ['status', 'atProvider', 'status'],
    by: 'RDS',
    serving: [
      'available',
      'backing-up',
      'configuring-enhanced-monitoring',
      'configuring-iam-database-auth',
      'configuring-log-exports',
      'converting-to-vpc',
      'maintenance',
      'modifying',
      'moving-to-vpc',
      'resetting-master-credentials',
      'storage-config-upgrade',
      'storage-initialization',
      'storage-optimization',
    ],
    passing: ['creating', 'delete-precheck', 'deleting', 'rebooting', 'renaming', 'starting', 'stopping', 'upgrading'],
    faults,
  }),
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.ApplyImmediately.html
  defers: {
    fields: {
      allocatedStorage: 'allocatedStorage',
      engineVersion: 'engineVersionActual',
      instanceClass: 'instanceClass',
      multiAz: 'multiAz',
    },
    window: 'maintenanceWindow',
  },
  adoption: {
    reported: {
      dbSubnetGroupNameRef: 'dbSubnetGroupName',
      engineVersion: 'engineVersionActual',
      vpcSecurityGroupIdRefs: 'vpcSecurityGroupIds',
    },
    silent: [
      'allowMajorVersionUpgrade',
      'applyImmediately',
      'autoGeneratePassword',
      'deleteAutomatedBackups',
      'finalSnapshotIdentifier',
      'skipFinalSnapshot',
    ],
    renewed: {
      passwordSecretRef: {
        called: 'password',
        runs: (atProvider) => `that of ${String(at(atProvider, 'username'))}`,
        effect: inPlace('at once; whoever uses the password of before fails at each new connection from then on'),
      },
    },
    unfit(atProvider) {
      const [managed, source] = ['masterUserSecret', 'replicateSourceDb'].map((field) => at(atProvider, field));
      if (Array.isArray(managed) && managed.length > 0) {
        return 'RDS keeps the password of its administrator in Secrets Manager: have the platform team turn that off in RDS first';
      }
      const type = at(atProvider, 'storageType');
      if (type === 'io1' || type === 'io2') return `its storage is ${type}: have the platform team make it gp3 in RDS first`;
      return source === undefined || source === ''
        ? undefined
        : `it is a replica of ${shown(source)}: have the platform team promote it in RDS first`;
    },
  },
  price: {
    ids: ['rds/db.*.*', 'rds/gp3-gib-month', 'rds/gp3-iops-month', 'rds/gp3-mibps-month', 'rds/backup-gib-month'],
    items,
  },
  /**
   * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html, "Settings for DB instances", and
   * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
   */
  effects: effectsOn({
    instanceClass: (change) => outage(change, 'minutes of downtime (single-AZ)'),
    // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html: a major upgrade stops primary and standby.
    engineVersion(change) {
      const path = ['spec', 'forProvider', 'engineVersion'];
      const isMajor = majorAt(change.was, path) !== majorAt(change.is, path);
      if (!isMajor) return outage(change, 'minutes of downtime (single-AZ)');
      return restart(`minutes of downtime or longer, by the size of the database, also with Multi-AZ${later(change)}`);
    },
    // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.ModifyingExisting.html
    allocatedStorage: inPlace(`${slower}, and no other storage change for 6 hours`),
    iops: inPlace(slower),
    storageThroughput: inPlace(slower),
    storageType: inPlace('no downtime between SSD types; slower during storage optimization'),
    // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html
    backupRetentionPeriod(change) {
      const deleted = deleting(deletedByFewerDays('the automated backups', change.before, change.after));
      return (change.before === 0) === (change.after === 0)
        ? deleted
        : { ...deleted, ...outage(change, 'a brief outage, since backups are turned on or off', deleted.data) };
    },
    multiAz: inPlace('no downtime; slower while the standby is made'),
    parameterGroupName: inPlace(
      'no downtime; its parameters apply from the next restart of the instance on, which RDS does not make for it',
    ),
    dbSubnetGroupNameRef: restart('an outage while the database moves to other subnets'),
    dbSubnetGroupName: restart('an outage while the database moves to other subnets'),
    port: restart('a reboot at once, whatever the maintenance window'),
    publiclyAccessible: inPlace('no downtime; the address changes'),
    deleteAutomatedBackups: ({ after }) =>
      inPlace(undefined, after === true ? 'the automated backups go when the database does' : undefined),
    skipFinalSnapshot: ({ after }) => inPlace(undefined, after === true ? 'no snapshot is left when the database goes' : undefined),
    ...unnoticed(
      'allowMajorVersionUpgrade',
      'applyImmediately',
      'autoMinorVersionUpgrade',
      'backupWindow',
      'copyTagsToSnapshot',
      'deletionProtection',
      'enabledCloudwatchLogsExports',
      'finalSnapshotIdentifier',
      'maintenanceWindow',
      'maxAllocatedStorage',
      'passwordSecretRef',
      'performanceInsightsEnabled',
      'performanceInsightsRetentionPeriod',
    ),
    vpcSecurityGroupIdRefs: inPlace('no downtime; whom the groups of before alone let in is shut out'),
  }),
  failures: [
    ...stuck,
    {
      pattern: /waiting for RDS DB Instance.*unexpected state '([\w-]+)'/,
      waitsFor: ({ captured }) => `RDS, which has it in state ${shown(captured(1))}`,
      // https://github.com/hashicorp/terraform-provider-aws/issues/37344
      example:
        "async create failed: failed to create the resource: [{0 waiting for RDS DB Instance (terraform-test-20240508) create: unexpected state 'deleting', wanted target 'available, storage-optimization'. last error: %!s(<nil>)  []}]",
    },
    {
      pattern: /Cannot delete protected DB Instance/,
      says: 'RDS protects it against deletion, and what is being deleted is not changed any more: the platform team decides in RDS',
      // https://github.com/hashicorp/terraform-provider-aws/issues/26233
      example:
        'error deleting DB Instance (orders): InvalidParameterCombination: Cannot delete protected DB Instance, please disable deletion protection and try again.',
    },
    {
      pattern: /DBSnapshotAlreadyExists: .*?identifier (\S+) already exists/,
      says: ({ captured }) =>
        `its last snapshot cannot be taken, since RDS has one named ${shown(captured(1))} already, so that the instance and its data stay: have the platform team see whose that is`,
      // https://github.com/ministryofjustice/cloud-platform-environments/pull/2259
      example:
        'Error: error deleting Database Instance "cloud-platform-2f8c3c1ceaf0a05d": DBSnapshotAlreadyExists: Cannot create the snapshot because a snapshot with the identifier cloud-platform-2f8c3c1ceaf0a05d-finalsnapshot already exists.\n\tstatus code: 400, request id: 810dcddc-71e8-454f-96b0-2afc4c6b426b',
    },
    {
      pattern: /\b\w+ (\S+) cannot be used as it is a reserved word/,
      about: { field: 'dbName' },
      says: ({ captured }) => `got ${shown(captured(1))}, a word that the engine reserves, choose another`,
      // https://github.com/aws/aws-cdk/pull/5076
      example:
        'MasterUsername admin cannot be used as it is a reserved word used by the engine (Service: AmazonRDS; Status Code: 400; Error Code: InvalidParameterValue; Request ID: 0ac76793-4a0e-4e0f-8f43-6d0c2f1f2a11)',
    },
    {
      pattern: /can't specify IOPS or storage throughput for engine ([\w-]+) and a storage size less than (\d+)/,
      says: ({ captured }) => `RDS takes iops and throughput for ${captured(1)} from ${captured(2)} GiB on only: tell the platform team`,
      // https://github.com/cloudtools/troposphere/issues/2141
      example: "You can't specify IOPS or storage throughput for engine postgres and a storage size less than 400.",
    },
    {
      pattern: /with DBParameterGroupFamily (\S+) can(?:'t|not) be used for this instance.*?DBParameterGroupFamily ([\w.-]*\w)/,
      says: ({ captured }) => `its parameter group is of family ${captured(1)}, want one of ${captured(2)}: tell the platform team`,
      // https://github.com/ministryofjustice/cloud-platform-environments/pull/3913
      example:
        'Error creating DB Instance: InvalidParameterCombination: The Parameter Group cloud-platform-c6fbb5a155375227 with DBParameterGroupFamily postgres11 cannot be used for this instance. Please use a Parameter Group with DBParameterGroupFamily postgres10\n\tstatus code: 400, request id: 0a906f02-7216-4ff1-92e8-672af89baa60',
    },
    {
      pattern: /\b(?:InvalidDBInstanceState|DBInstanceNotReady)\b/,
      waitsFor: 'AWS to finish what it does to the instance',
      // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html#API_ModifyDBInstance_Errors
      example:
        'async update failed: failed to update the resource: [{0 updating RDS DB Instance (orders): operation error RDS: ModifyDBInstance, https response error StatusCode: 400, RequestID: 0b6f7c11-2f2c-4d0c-90a5-95cf2c3ad0b5, InvalidDBInstanceState: Database instance is not in available state.  []}]',
    },
    {
      pattern: /\bDB(Parameter|Subnet)GroupNotFound/,
      waitsFor: ({ captured }) => `its ${captured(1) === 'Parameter' ? 'parameter' : 'subnet'} group`,
      // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html#API_CreateDBInstance_Errors
      example:
        'async create failed: failed to create the resource: [{0 creating RDS DB Instance (orders): operation error RDS: CreateDBInstance, https response error StatusCode: 404, RequestID: 3d5a1f2e-97b1-4d4b-8f0c-51a7d2a6a0a1, DBParameterGroupNotFound: DBParameterGroup not found: orders-17  []}]',
    },
    {
      pattern: /Cannot find version (\S+) for ([\w-]+)/,
      about: { field: 'engineVersion' },
      says: (failure) =>
        `RDS does not offer ${failure.captured(2)} ${shown(failure.captured(1))} in ${regionOf(failure)}, choose another version`,
      // https://github.com/tryretool/terraform-retool-modules/issues/70
      example:
        'async create failed: failed to create the resource: [{0 creating RDS DB Instance (retool-rds-instance): operation error RDS: CreateDBInstance, https response error StatusCode: 400, RequestID: 39f2b367-24ae-43fd-95ab-bafce917195c, api error InvalidParameterCombination: Cannot find version 13.7 for postgres  []}]',
    },
    {
      pattern: /Cannot upgrade ([\w-]+) from (\S+) to (\S+)/,
      about: { field: 'engineVersion' },
      says: ({ captured }) =>
        `RDS cannot take ${captured(1)} from ${shown(captured(2))} to ${shown(captured(3))}, choose a version in between`,
      // https://github.com/ministryofjustice/cloud-platform-environments/pull/8659
      example: 'Error modifying DB Instance cloud-platform-xxxxx: InvalidParameterCombination: Cannot upgrade postgres from 14.3 to 14.2',
    },
    {
      pattern: /Cannot find upgrade path from (\S+) to (\S+?)\.?(?:\s|$)/,
      about: { field: 'engineVersion' },
      says: ({ captured }) => `RDS cannot take it from ${shown(captured(1))} to ${shown(captured(2))}, choose another version`,
      // https://github.com/civiform/civiform/issues/13463
      example:
        'updating RDS DB Instance (cf-prod-civiform-db): operation error RDS: ModifyDBInstance, https response error StatusCode: 400, RequestID: e6505db9-42a0-45ba-b9b1-f10bf4426085, api error InvalidParameterCombination: Cannot find upgrade path from 16.13 to 16.8.',
    },
    {
      pattern: /DBUpgradeDependencyFailure: One or more of the DB Instance's read replicas need to be upgraded: (\S+)/,
      about: { field: 'engineVersion' },
      says: ({ captured }) =>
        `RDS takes it to another version only after its read replica ${shown(captured(1))}, which no claim made: have the platform team upgrade that first`,
      // https://github.com/ministryofjustice/cloud-platform/issues/6068
      example:
        "updating RDS DB Instance (cloud-platform-e4d3b45415dc7309): operation error RDS: ModifyDBInstance, https response error StatusCode: 400, RequestID: 0334f010-6d9c-4a68-a828-fc9b27006ca7, DBUpgradeDependencyFailure: One or more of the DB Instance's read replicas need to be upgraded: cloud-platform-d5f93d55014f0b91",
    },
    {
      pattern: /\bDBUpgradeDependencyFailure\b/,
      about: { field: 'engineVersion' },
      says: 'RDS cannot change something that the upgrade depends on: have the platform team read its events in RDS',
      // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html#API_ModifyDBInstance_Errors
      example:
        'async update failed: failed to update the resource: [{0 updating RDS DB Instance (orders): operation error RDS: ModifyDBInstance, https response error StatusCode: 400, RequestID: 0b6f7c11-2f2c-4d0c-90a5-95cf2c3ad0b5, DBUpgradeDependencyFailure: The DB upgrade failed because a resource the DB depends on could not be modified.  []}]',
    },
    {
      pattern:
        /RDS does not support creating a DB instance with the following combination: DBInstanceClass=([\w.-]+), Engine=([\w-]+), EngineVersion=([\w.-]+)/,
      about: { field: 'instanceClass' },
      says: (failure) =>
        `RDS does not offer ${failure.captured(1)} for ${failure.captured(2)} ${failure.captured(3)} in ${regionOf(failure)}, choose another size or version`,
      // https://github.com/aws-quickstart/quickstart-awx/issues/47
      example:
        'RDS does not support creating a DB instance with the following combination: DBInstanceClass=db.m4.large, Engine=postgres, EngineVersion=13.6, LicenseModel=postgresql-license. For supported combinations of instance class and database engine version, see the documentation. (Service: AmazonRDS; Status Code: 400; Error Code: InvalidParameterCombination; Request ID: 83144dce-7506-4a3a-b7c8-1b279bbb04ba; Proxy: null)',
    },
    {
      pattern: /InsufficientDBInstanceCapacity/,
      about: { field: 'instanceClass' },
      says: (failure) =>
        `AWS has no ${wanted(failure, 'instanceClass')} free in ${regionOf(failure)} now, wait for the next attempts or choose another size`,
      // https://github.com/hashicorp/terraform-provider-aws/issues/15182
      example:
        'Error creating DB Instance: InsufficientDBInstanceCapacity: Cannot create a db.m5.large database instance because there are no availability zones with sufficient capacity for non-VPC and storage type : gp2 for db.m5.large. Please try the request again at a later time.\n  status code: 400, request id: 5bc39058-0571-4f63-bb80-c25533285646',
    },
    {
      pattern: /modify the storage.*?(?:being optimized| yet\.)/,
      about: { field: 'allocatedStorage' },
      says: 'AWS takes no change of storage until six hours after the last one and until that is optimized, wait for the next attempts',
      // https://github.com/hashicorp/terraform-provider-aws/issues/12493
      example:
        "error modifying DB Instance (tf-acc-test-5531041571957603201): InvalidParameterCombination: You can't currently modify the storage of this DB instance because the previous storage change is being optimized.",
    },
    {
      pattern: /Invalid storage size for engine name ([\w-]+) and storage type (\w+): (\d+)/,
      about: { field: 'allocatedStorage' },
      says: ({ captured }) => `got ${captured(3)}, which RDS does not offer for ${captured(1)} on ${captured(2)}, choose another size`,
      // https://github.com/convox/rack/issues/2846
      example:
        'Invalid storage size for engine name postgres and storage type gp2: 10 (Service: AmazonRDS; Status Code: 400; Error Code: InvalidParameterCombination; Request ID: xxxf)',
    },
    {
      pattern: /allocated storage must be increased by at least 10 percent/i,
      about: { field: 'allocatedStorage' },
      says: 'want at least 10 percent more than is in use, choose more',
      // https://github.com/ministryofjustice/cloud-platform-environments/pull/24422
      example:
        'creating RDS DB Instance (cloud-platform-8dd69b293e33c4be): InvalidParameterCombination: The maximum allocated storage must be increased by at least 10 percent.\n\tstatus code: 400, request id: 0981f485-c3d1-4f1c-809f-791b89edb893',
    },
  ],
});
