import * as z from 'zod';
import { isAwaited } from '../../../aws/adopted.ts';
import { type Alarm, alarmKinds, alarms, notifications } from '../../../aws/alarms.ts';
import { account, key, network } from '../../../aws/facts.ts';
import { firewall, firewallKinds, longestGroupName, subnetGroup } from '../../../aws/network.ts';
import { majorOf, parameterGroupKey, parameterGroups } from '../../../aws/parameter-groups.ts';
import { rdsAuthorities, rdsCertificates } from '../../../aws/rds-certificates.ts';
import { awsResources, finalSnapshotName, finalSnapshotStatus } from '../../../aws/resources.ts';
import { shortestOfRds, windows, windowsOf } from '../../../aws/windows.ts';
import type { Backend, Context, Expansion } from '../../../core/api.ts';
import { bind, bindingKey, issuedValues } from '../../../core/binding.ts';
import { type FactsOf, needsOf } from '../../../core/facts.ts';
import { at, stringAt } from '../../../core/kubernetes.ts';
import { foundBy } from '../../../core/look.ts';
import { externalNameAnnotation, policiesFor } from '../../../core/managed.ts';
import { controlPlane, externalName } from '../../../core/names.ts';
import { shown } from '../../../core/problem.ts';
import { conditionOf, isLook, isReady } from '../../../core/readiness.ts';
import { rotationOf } from '../../../core/rotation.ts';
import type { ObservedResource } from '../../../core/step.ts';
import { gp3Included, rdsInstance } from '../../../kinds/aws/rds-instance.ts';
import { rdsParameterGroup } from '../../../kinds/aws/rds-parameter-group.ts';
import { rdsSnapshot } from '../../../kinds/aws/rds-snapshot.ts';
import { rdsSubnetGroup } from '../../../kinds/aws/rds-subnet-group.ts';
import { heldBack, protection, usage } from '../../../kinds/crossplane/usage.ts';
import { secret } from '../../../kinds/kubernetes/secret.ts';
import { complete, extensions, extensionsOf, preloadedOf, refusalOf } from '../extensions.ts';
import { awsCli, ownLogins, postgresImage } from '../facts.ts';
import { inParameterGroup, saidParameters } from '../parameters.ts';
import {
  binding,
  completeBinding,
  type DatabaseSettings,
  issuedEndpoint,
  issuedServer,
  port,
  type Size,
  suffix,
  username,
  versions,
} from '../schema.ts';
import { backedUp, backupKinds } from './backup.ts';
import { copyKinds, lendingOf, masked, type Sources } from './copy.ts';
import { begunWith } from './dumps.ts';
import { hasOwnLogin, ownLogin, ownLoginKinds } from './own-login.ts';
import { takenOver } from './rds-adopt.ts';
import { isKeptByRds, originKinds, originOf } from './rds-restore.ts';
import { extensionsThere, heldUp, inOwnDatabase, ownDatabaseKinds } from './sql.ts';
import { checkedVersion, upgradeCheckKinds } from './upgrade-check.ts';

const needs = needsOf(controlPlane, account, key, network, rdsCertificates, windows, notifications, ownLogins, postgresImage, awsCli.image);
type Needs = FactsOf<typeof needs>;

/** The key of what looks for the last snapshot of an earlier claim of the name, until the instance is made. */
const keptKey = 'final-snapshot';

const composes = {
  binding: secret,
  'subnet-group': rdsSubnetGroup,
  ...firewallKinds,
  'parameter-group-*': rdsParameterGroup,
  instance: rdsInstance,
  [keptKey]: rdsSnapshot,
  ...originKinds,
  ...ownLoginKinds,
  ...copyKinds,
  ...upgradeCheckKinds,
  ...backupKinds,
  ...ownDatabaseKinds,
  ...alarmKinds,
  protection: usage,
};

const longestIdentifier = 63;

/** Who makes logins on a server where its app has one of its own. */
const administrator = 'platform';

const instanceWaited = 'the instance and its endpoint';

/** AWS refuses a growth below this factor's first tenth; twice leaves room for a year of neglect. */
const autoscalingFactor = 2;

const instanceClasses: Readonly<Record<Size, string>> = {
  small: 'db.t4g.medium',
  medium: 'db.m7g.large',
  large: 'db.r7g.xlarge',
  xlarge: 'db.r7g.4xlarge',
};

const bytesPerGiB = 1024 ** 3;

/** Of each instance class, which its default number of connections follows from. */
const memoryGiB: Readonly<Record<Size, number>> = { small: 4, medium: 8, large: 32, xlarge: 128 };

/**
 * What RDS gives an instance, which counts somewhat less memory than it has.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
 */
const mostConnections = (size: Size) => Math.min((memoryGiB[size] * bytesPerGiB) / 9_531_392, 5000);

/** What somebody is told of an instance. */
function alarmsOf({ size, storageGiB }: DatabaseSettings, identifier: string): readonly Alarm[] {
  const common = { namespace: 'AWS/RDS', of: [{ DBInstanceIdentifier: identifier }], minutes: 15 };
  return [
    {
      ...common,
      // RDS enlarges it after five minutes, where it can.
      part: 'free-storage',
      says: 'has less than a tenth of its storage left',
      metric: 'FreeStorageSpace',
      statistic: 'Minimum',
      breach: { below: Math.round((storageGiB * bytesPerGiB) / 10) },
    },
    {
      ...common,
      part: 'connections',
      says: 'has three quarters of the connections that it can have',
      metric: 'DatabaseConnections',
      statistic: 'Maximum',
      breach: { above: Math.floor(mostConnections(size) * 0.75) },
    },
    {
      ...common,
      part: 'cpu',
      says: 'uses more than nine tenths of its CPU',
      metric: 'CPUUtilization',
      statistic: 'Average',
      breach: { above: 90 },
    },
  ];
}

/** What the app's own login has to be let create, by the extensions that it may not create itself. */
const delegating = (extensions: readonly string[]) =>
  extensions.length === 0 ? [] : [{ name: 'rds.allowed_delegated_extensions', value: extensions.join(','), applyMethod: 'immediate' }];

/** What RDS loads where it is told nothing: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Extensions.html */
const loadedByRds = 'pg_stat_statements';

const preloadParameter = 'shared_preload_libraries';

/** What an instance loads when it starts, in place of what it loads by itself, and what RDS wants to be told besides. */
function preloading(libraries: readonly string[]) {
  if (libraries.every((library) => library === loadedByRds)) return [];
  const told = libraries.flatMap((library) => Object.entries(extensions[library]?.parameters ?? {}));
  return [[preloadParameter, [...new Set([loadedByRds, ...libraries])].join(',')] as const, ...told].map(([name, value]) => ({
    name,
    value,
    applyMethod: 'pending-reboot',
  }));
}

/** The libraries that an object of a parameter group says, or reports, as far as they are of extensions that we know. */
function librariesIn(group: ObservedResource | undefined, path: readonly ['spec', 'forProvider'] | readonly ['status', 'atProvider']) {
  const parameters = at(group?.object, ...path, 'parameter');
  const said: unknown = Array.isArray(parameters) && parameters.find((parameter: unknown) => at(parameter, 'name') === preloadParameter);
  return preloadedOf(Object.keys(extensions)).filter((library) => (stringAt(said, 'value') ?? loadedByRds).split(',').includes(library));
}

/** Whether an instance of which nothing is seen is one whose app has a login of its own; what runs is not turned into one. */
function startsWithOwnLogin({ claim, facts, observed }: Context<DatabaseSettings, Needs, Sources>): boolean {
  const issued = issuedValues(z.object({ provider: binding.shape.provider }), observed[bindingKey])?.provider;
  const isLive = issued === undefined ? claim.issuedBinding !== undefined || observed[bindingKey] !== undefined : issued === 'rds';
  return hasOwnLogin(observed) || (!isLive && facts.aws.providerSqlTls !== undefined);
}

function expand(context: Context<DatabaseSettings, Needs, Sources>): Expansion {
  const { claim, settings, facts, observed, required } = context;
  const { aws } = facts;
  const { restoreFrom, adopt } = settings;
  const policies = policiesFor(settings.deletion, ['Snapshot', 'Delete']);
  const resources = awsResources(context, suffix, 'instance', policies);
  const { identity, nameOf, resource, look, externalNameOf, description, tags } = resources;
  const identifier = adopt?.instance ?? externalNameOf(longestIdentifier);
  const hours = windowsOf(identity, aws.windows, shortestOfRds);
  const instance = observed['instance'];
  const isMade = instance !== undefined && !isLook(instance.object);
  const first = firstSnapshotName(identifier);
  const finalSnapshot = lastSnapshotOf(observed, first, finalSnapshotName(claim, identifier));
  const made = (field: string) => stringAt(instance?.object, 'spec', 'forProvider', field);
  // Of what was only looked at, AWS alone knows how it was made.
  const found = (field: string) => stringAt(instance?.object, 'status', 'atProvider', field) || made(field);
  const origin = originOf({
    settings,
    source: required.source,
    instance,
    identifier,
    identifierOf: (name) => externalName({ ...identity, name }, longestIdentifier),
    look: (part, card, name) => look(part, card, name, 'source'),
    observed,
  });

  const image = `${facts.images.postgres}:${versions.at(-1)}`;
  const upgrade = checkedVersion({
    claim,
    settings,
    asked: isMade ? made('engineVersion') : found('engineVersion'),
    isReached: aws.providerSqlTls !== undefined,
    isServing: isReady(rdsInstance, instance),
    image,
    observed,
  });
  const { storageGiB } = settings;
  const { version } = upgrade;
  // What AWS fixes when it makes the instance stays as it was made, whatever the environment says later.
  const administers = found('username');
  const isRestored = origin.fields !== undefined || origin.waitsFor !== undefined;
  const isRestoring = isRestored && administers === undefined && !hasOwnLogin(observed);
  const master = administers ?? (startsWithOwnLogin(context) ? administrator : username);
  // The tables of what is adopted are its administrator's.
  const isOwn = adopt === undefined && !isRestoring && master !== username;
  const isFound = instance !== undefined && !isMade && foundBy(rdsInstance, instance.object) === 'something';
  const isWaiting = isAwaited(adopt, instance);
  const taken = adopt && takenOver({ ...context, identifier, isFound, found, look });
  const databaseName = taken?.databaseName ?? (isOwn ? undefined : found('dbName')) ?? settings.databaseName;
  const kmsKeyId = isMade ? made('kmsKeyId') : isFound ? found('kmsKeyId') : origin.fields === undefined ? aws.kmsKeyArn : undefined;
  const isDelegated = (extension: string) => {
    const { isTrusted, isOfServer, isAdministrators } = extensions[extension] ?? {};
    return isTrusted !== true && isOfServer !== true && isAdministrators !== true;
  };
  const delegated = isOwn ? complete(settings.extensions).filter(isDelegated) : [];
  // What is taken off the list stays installed, and an audit without its library fails each statement that it is called by.
  const loaded = versions.flatMap((major) => librariesIn(observed[parameterGroupKey(major)], ['spec', 'forProvider']));
  const librariesOf = (major: DatabaseSettings['version']) =>
    [...new Set([...preloadedOf(settings.extensions), ...loaded])].filter((name) => extensionsOf('rds', major).includes(name)).sort();
  const runsAsOwner = librariesOf(version).some((library) => extensions[library]?.isOfServer === true);

  const parameterGroupName = (major: string) => externalNameOf(longestGroupName, parameterGroupKey(major));
  const groups = parameterGroups(versions, version, rdsInstance, instance, observed, (key, major, superseded) =>
    resource(
      key,
      rdsParameterGroup,
      {
        family: `postgres${major}`,
        description,
        parameter: [
          { name: 'rds.force_ssl', value: '1', applyMethod: 'immediate' },
          ...delegating(delegated),
          ...preloading(librariesOf(major)),
          ...saidParameters(settings.parameters).map(({ name, value }) => ({
            name,
            value: inParameterGroup(value),
            applyMethod: 'immediate',
          })),
        ],
        tags,
      },
      { externalName: parameterGroupName(major), ...superseded },
    ),
  );

  const instanceSpec = {
    identifier,
    engine: settings.engine,
    engineVersion: version,
    allowMajorVersionUpgrade: true,
    autoMinorVersionUpgrade: true,
    instanceClass: instanceClasses[settings.size],
    applyImmediately: settings.applyChanges === 'Immediately',
    allocatedStorage: storageGiB,
    maxAllocatedStorage: storageGiB * autoscalingFactor,
    storageType: 'gp3',
    ...gp3Included(instance?.object, storageGiB).stated,
    storageEncrypted: true,
    ...(kmsKeyId !== undefined && { kmsKeyId }),
    multiAz: settings.highAvailability,
    ...origin.fields,
    // RDS makes its administrator the owner of the database that it makes itself; of what it restores, it alone knows both.
    ...(taken === undefined && !isRestoring && !isOwn && { dbName: databaseName }),
    port,
    ...(taken === undefined && !isRestoring && { username: master }),
    autoGeneratePassword: true,
    passwordSecretRef: { name: nameOf('password'), key: 'password' },
    ...(taken?.fields ?? { dbSubnetGroupNameRef: { name: nameOf('subnet-group') } }),
    vpcSecurityGroupIdRefs: [{ name: nameOf('security-group') }],
    parameterGroupName: parameterGroupName(version),
    publiclyAccessible: false,
    backupRetentionPeriod: settings.backupRetentionDays,
    backupWindow: hours.backup,
    maintenanceWindow: hours.maintenance,
    copyTagsToSnapshot: true,
    deleteAutomatedBackups: settings.deletion === 'Delete',
    deletionProtection: settings.deletion === 'Protect',
    skipFinalSnapshot: settings.deletion === 'Delete',
    finalSnapshotIdentifier: finalSnapshot,
    performanceInsightsEnabled: true,
    performanceInsightsRetentionPeriod: 7,
    enabledCloudwatchLogsExports: ['postgresql', 'upgrade'],
    tags,
  };

  const connection = instance?.connectionDetails ?? {};
  const details = { port: String(port), ...connection, host: connection['host'] ?? connection['address'] };
  const issued = <T>(schema: z.ZodObject & z.ZodType<T>) => schema.safeParse(details).data ?? issuedValues(schema, observed[bindingKey]);
  const sslMode = aws.providerSqlTls ?? 'require';
  const running = majorOf(versions, stringAt(instance?.object, 'status', 'atProvider', 'engineVersionActual'));
  const group = observed[parameterGroupKey(running ?? version)];
  const held = heldUp(settings.extensions, (extension) => {
    const { rds: having = versions, isPreloaded } = extensions[extension] ?? {};
    if (running !== undefined && !having.includes(running)) return `version ${settings.version}`;
    const isSaid = isPreloaded !== true || librariesIn(group, ['status', 'atProvider']).includes(extension);
    return isSaid ? undefined : 'the parameter group that has its library loaded';
  });
  const own = isOwn
    ? ownLogin({
        claim,
        nameOf,
        administrator: master,
        secret: nameOf('connection'),
        sslMode,
        database: databaseName,
        delegates: delegated.length > 0,
        extensions: settings.extensions,
        runsAsOwner,
        held,
        rotation: rotationOf(context, identity, settings),
        observed,
        waitsFor: isReady(rdsInstance, instance) && issuedServer.safeParse(details).success ? undefined : instanceWaited,
      })
    : undefined;
  // RDS does not say which databases there are in what it restores.
  const isMisnamed = isRestored && own?.isDatabaseMissing === true;
  const misnamed = isMisnamed
    ? {
        reason: 'CannotRestore',
        message: `cannot restore: spec.databaseName: got ${shown(databaseName)}, want the name that AppDatabase ${restoreFrom?.claim} had, since its data has no database of that one`,
      }
    : undefined;
  const endpoint = issued(issuedEndpoint);
  const server = own === undefined ? issued(issuedServer) : endpoint && own.login && { ...endpoint, ...own.login };
  const authorities = rdsAuthorities(resources.region, aws.rdsCaCertificates);
  const target =
    server && authorities !== undefined && !isRestoring && (own?.hasDatabase ?? true)
      ? { provider: 'rds' as const, ...server, database: databaseName, authorities }
      : undefined;
  const filling = { claim, image, target, observed };
  const copy =
    restoreFrom &&
    ((isMade ? origin.fields !== undefined : isKeptByRds(settings, required.source))
      ? masked({ ...filling, restoreFrom })
      : begunWith({ ...filling, restoreFrom, required, awsCli: facts.images.awsCli, storageGiB }));
  const fresh = copy?.waitsFor === undefined ? target && completeBinding(nameOf(), target) : undefined;
  const waits = (otherwise: string) => origin.waitsFor ?? copy?.waitsFor ?? otherwise;
  const bound =
    own === undefined
      ? bind(claim, nameOf(), binding, fresh, observed[bindingKey], waits(instanceWaited))
      : // Never the only copy: provider-sql makes another password.
        bind({ ...claim, issuedBinding: undefined }, nameOf(), binding, fresh, observed[bindingKey], waits('the login and its password'));
  const inside = inOwnDatabase({
    namespace: claim.namespace,
    nameOf,
    database: databaseName,
    sslMode,
    extensions: settings.extensions,
    isAdministrator: own === undefined,
    held,
    observed,
    waitsFor: bound.values === undefined ? 'the binding' : own?.hasDatabase === false ? 'the database' : undefined,
  });

  const unloaded = librariesOf(version).filter((library) => !librariesIn(group, ['spec', 'forProvider']).includes(library));
  const restarting =
    isMade && version === running && unloaded.length > 0
      ? [`${unloaded.join(' and ')} works once the instance was restarted, which RDS does not do for it: the platform team does`]
      : [];
  const backups = backedUp({ context, image, isBound: bound.values !== undefined });
  const refusal = taken?.refusal ?? origin.refusal ?? misnamed ?? copy?.refusal ?? bound.refusal;
  const unlocking = settings.deletion !== 'Protect' && mayBeProtected(observed);
  // A claim that has nothing yet may go, and be made again.
  const isEmpty = isWaiting && observed['protection'] === undefined;
  const guardRail = isEmpty
    ? {}
    : unlocking
      ? heldBack(claim, nameOf(), 'AWS is still turning deletion protection off: try again in a few minutes')
      : protection(claim, nameOf(), settings.deletion);

  const address = bound.values?.['host'] ?? (isWaiting ? undefined : stringAt(instance?.object, 'status', 'atProvider', 'address'));
  return {
    resources: {
      ...(taken?.resources ?? { 'subnet-group': subnetGroup(resources, 'subnet-group', rdsSubnetGroup, aws) }),
      ...firewall(resources, aws, observed, port),
      ...groups.resources,
      instance: resource('instance', rdsInstance, instanceSpec, {
        externalName: nameInProvider(instance, identifier),
        connectionSecret: nameOf('connection'),
        adopts: adopt?.instance,
      }),
      ...(!isMade && {
        [keptKey]: look(keptKey, rdsSnapshot, first, 'kept'),
      }),
      ...origin.resources,
      ...upgrade.resources,
      ...copy?.resources,
      ...own?.resources,
      ...bound.resources,
      ...inside.resources,
      ...backups.resources,
      ...alarms(resources, context, aws.notificationTopicArn, alarmsOf(settings, identifier)),
      ...guardRail,
    },
    pending: { ...own?.pending, ...bound.pending, ...inside.pending, ...backups.pending },
    proofs: backups.proofs,
    status: {
      ...(address !== undefined && { host: address }),
      port,
      ...finalSnapshotStatus(claim, settings.deletion, finalSnapshot),
      ...backups.status,
    },
    awaiting: unlocking || groups.handingOver || own?.said.awaiting === true || upgrade.awaiting,
    // Of what is adopted it is only known once that was looked at.
    inForce: { databaseName: isWaiting ? undefined : databaseName, version },
    secondsUntil: own?.said.secondsUntil,
    remarks: [...upgrade.remarks, ...(own?.said.remarks ?? []), ...restarting, ...lendingOf(settings)],
    ...refusalOf(settings, { running, isOwnLogin: isOwn, made: extensionsThere(settings.extensions, observed) }),
    ...(refusal && { refusal }),
  };
}

/** What the first claim of a name leaves: the same for the next one, which looks for it. */
const firstSnapshotName = (identifier: string) => `${identifier}-final`;

/** The name of the snapshot that is left of this claim, fixed when its instance is made: one that no other snapshot had then. */
function lastSnapshotOf(observed: Context<DatabaseSettings, Needs, Sources>['observed'], first: string, later: string): string {
  const { instance, [keptKey]: kept } = observed;
  const made = instance === undefined || isLook(instance.object) ? undefined : stringAt(instance.object, ...finalSnapshotPath);
  if (made !== undefined) return made === first ? first : later;
  return kept !== undefined && foundBy(rdsSnapshot, kept.object) === 'something' ? later : first;
}

const finalSnapshotPath = ['spec', 'forProvider', 'finalSnapshotIdentifier'];

/**
 * The provider finds an instance by its identifier and then calls it by the id that RDS gave to it; whoever went on sending the
 * identifier would have it renamed back and forth. https://github.com/crossplane-contrib/provider-upjet-aws/issues/2232
 */
function nameInProvider(instance: ObservedResource | undefined, identifier: string): string {
  const given = stringAt(instance?.object, 'metadata', 'annotations', externalNameAnnotation) ?? '';
  return /^db-[A-Z0-9]+$/.test(given) && stringAt(instance?.object, 'status', 'atProvider', 'identifier') === identifier
    ? given
    : identifier;
}

/**
 * Whether AWS may still refuse to delete the instance. A claim deleted then would hang, since a managed resource that is being
 * deleted is not updated any more, so the Usage stays until AWS has been seen to have protection off, or never to have made it.
 */
function mayBeProtected(observed: Context<DatabaseSettings, Needs, Sources>['observed']): boolean {
  const instance = observed['instance'];
  const protectedNow = at(instance?.object, 'status', 'atProvider', 'deletionProtection');
  if (typeof protectedNow === 'boolean') return protectedNow;
  const neverMade =
    conditionOf(instance?.object, 'Synced') !== undefined && at(instance?.object, 'status', 'atProvider', 'id') === undefined;
  return observed['protection'] !== undefined && !neverMade;
}

/** An isolated RDS instance with its own groups. */
export const rds: Backend<DatabaseSettings, Needs, Sources, keyof typeof composes> = {
  needs,
  composes,
  anchor: 'instance',
  // InstanceState of 2.6.0 waits for an instance to be available before it starts it: https://github.com/crossplane-contrib/provider-upjet-aws/issues/2100
  stops: { cannot: 'provider-aws 2.6.0 can stop and cannot start again' },
  explains: {
    'Instance.allocatedStorage': 'storageGiB',
    'Instance.backupRetentionPeriod': 'backupRetentionDays',
    'Instance.dbName': 'databaseName',
    'Instance.engineVersion': 'version',
    'Instance.instanceClass': 'size',
    'Instance.multiAz': 'highAvailability',
    'Instance.restoreToPointInTime': 'restoreFrom',
    'Instance.snapshotIdentifier': 'restoreFrom',
    'Extension.extension': 'extensions',
  },
  calls: { size: instanceClasses },
  hastens: { applyChanges: 'Immediately' },
  expand,
};
