import type { Backend, Context, Expansion } from '../../../core/api.ts';
import { bind, bindingKey } from '../../../core/binding.ts';
import { type FactsOf, needsOf } from '../../../core/facts.ts';
import { placeOf, policiesFor } from '../../../core/managed.ts';
import { composedName, controlPlane, externalName } from '../../../core/names.ts';
import { rotationOf } from '../../../core/rotation.ts';
import { protection, usage } from '../../../kinds/crossplane/usage.ts';
import { secret } from '../../../kinds/kubernetes/secret.ts';
import { sqlDatabase } from '../../../kinds/sql/database.ts';
import { sqlRole } from '../../../kinds/sql/role.ts';
import { refusalOf } from '../extensions.ts';
import { awsCli, postgresImage, sharedPostgres } from '../facts.ts';
import { saidParameters } from '../parameters.ts';
import { binding, completeBinding, type DatabaseSettings, type Size, suffix, versions } from '../schema.ts';
import { backedUp, backupKinds } from './backup.ts';
import { copyKinds, lendingOf, type Sources } from './copy.ts';
import { begunWith } from './dumps.ts';
import { inOwnDatabase, ownDatabaseKinds, ownedDatabase } from './sql.ts';
import { turnKinds } from './turns.ts';

const needs = needsOf(controlPlane, sharedPostgres, postgresImage, awsCli.image);
type Needs = FactsOf<typeof needs>;

/** Postgres cuts longer identifiers. */
const longestIdentifier = 63;

const connectionLimits: Readonly<Record<Size, number>> = { small: 20, medium: 50, large: 100, xlarge: 200 };

const composes = {
  binding: secret,
  role: sqlRole,
  database: sqlDatabase,
  ...turnKinds,
  ...ownDatabaseKinds,
  ...copyKinds,
  ...backupKinds,
  protection: usage,
};

function expand(context: Context<DatabaseSettings, Needs, Sources>): Expansion {
  const { claim, environment, settings, facts, observed, required } = context;
  const { restoreFrom } = settings;
  const server = facts.shared.postgres;
  const nameOf = (part?: string) => composedName(claim, suffix, part);
  const place = placeOf(observed['database']?.object) ?? [server.host, String(server.port)];
  const { namespace, kind, name } = claim;
  const identity = { controlPlane: facts.controlPlane, environment, place, namespace, kind, name };
  const external = externalName(identity, longestIdentifier, '_');
  const owned = ownedDatabase({
    claim,
    nameOf,
    keys: { role: 'role', database: 'database' },
    names: { role: external, database: external },
    nameOfTurn: (turn) => externalName(identity, longestIdentifier, '_', `turn-${turn}`),
    rotation: rotationOf(context, identity, settings),
    providerConfig: { kind: 'ClusterProviderConfig', name: server.providerConfig },
    managementPolicies: policiesFor(settings.deletion, ['Delete']),
    connectionLimit: connectionLimits[settings.size],
    configurationParameters: saidParameters(settings.parameters),
    madeIn: place,
    observed,
  });
  const authorities = server.sslMode === 'disable' ? undefined : server.caCertificate;
  const target = owned.login && {
    provider: 'shared' as const,
    host: server.host,
    port: String(server.port),
    ...owned.login,
    database: external,
    authorities,
  };
  // No server of its own says which version it has.
  const image = `${facts.images.postgres}:${versions.at(-1)}`;
  const copy =
    restoreFrom &&
    begunWith({
      claim,
      restoreFrom,
      required,
      image,
      awsCli: facts.images.awsCli,
      storageGiB: settings.storageGiB,
      target: owned.hasDatabase ? target : undefined,
      observed,
    });
  const fresh = copy?.waitsFor === undefined ? target && completeBinding(nameOf(), target) : undefined;
  const waitsFor = copy?.waitsFor ?? 'the role and its password';
  // Never the only copy: provider-sql makes another password.
  const bound = bind({ ...claim, issuedBinding: undefined }, nameOf(), binding, fresh, observed[bindingKey], waitsFor);
  const inside = inOwnDatabase({
    namespace: claim.namespace,
    nameOf,
    database: external,
    // provider-sql has no certificate of the authority to verify with.
    sslMode: server.sslMode === 'disable' ? 'disable' : 'require',
    extensions: settings.extensions,
    grant: { role: external, privileges: ['CONNECT', 'CREATE', 'TEMPORARY'], revokePublicOnDb: true },
    observed,
    waitsFor: bound.values === undefined ? 'the binding' : owned.hasDatabase ? undefined : 'the database',
  });
  const backups = backedUp({ context, image, isBound: bound.values !== undefined });
  const resources = {
    ...owned.resources,
    ...inside.resources,
    ...copy?.resources,
    ...bound.resources,
    ...backups.resources,
    ...protection(claim, nameOf(), settings.deletion),
  };
  return {
    resources,
    pending: { ...bound.pending, ...inside.pending, ...backups.pending },
    status: { host: server.host, port: server.port, ...backups.status },
    proofs: backups.proofs,
    ...owned.said,
    inForce: { databaseName: external },
    remarks: [...owned.said.remarks, ...lendingOf(settings)],
    ...refusalOf(settings),
    ...(copy?.refusal && { refusal: copy.refusal }),
  };
}

/** A database and a role of its own on a server that claims share. */
export const shared: Backend<DatabaseSettings, Needs, Sources, keyof typeof composes> = {
  needs,
  composes,
  anchor: 'database',
  stops: { cannot: 'is a server that other claims use too', isFreeIdle: true },
  explains: { 'Extension.extension': 'extensions' },
  expand,
};
