import type { Backend, Context, Expansion } from '../../../core/api.ts';
import { bind, bindingKey } from '../../../core/binding.ts';
import { type FactsOf, needsOf } from '../../../core/facts.ts';
import { placeOf, policiesFor } from '../../../core/managed.ts';
import { composedName, controlPlane, externalName } from '../../../core/names.ts';
import { protection, usage } from '../../../kinds/crossplane/usage.ts';
import { secret } from '../../../kinds/kubernetes/secret.ts';
import { sqlDatabase } from '../../../kinds/sql/database.ts';
import { sqlRole } from '../../../kinds/sql/role.ts';
import { refusalOf, trusted } from '../extensions.ts';
import { sharedPostgres } from '../facts.ts';
import { binding, completeBinding, type DatabaseSettings, type Size, suffix } from '../schema.ts';
import { inOwnDatabase, ownDatabaseKinds, ownedDatabase } from './sql.ts';

const needs = needsOf(controlPlane, sharedPostgres);
type Needs = FactsOf<typeof needs>;

/** Postgres cuts longer identifiers. */
const longestIdentifier = 63;

const connectionLimits: Readonly<Record<Size, number>> = { small: 20, medium: 50, large: 100, xlarge: 200 };

const composes = { binding: secret, role: sqlRole, database: sqlDatabase, ...ownDatabaseKinds, protection: usage };

function expand({ claim, environment, settings, facts, observed }: Context<DatabaseSettings, Needs>): Expansion {
  const server = facts.shared.postgres;
  const nameOf = (part?: string) => composedName(claim, suffix, part);
  const place = placeOf(observed['database']) ?? [server.host, String(server.port)];
  const { namespace, kind, name } = claim;
  const external = externalName({ controlPlane: facts.controlPlane, environment, place, namespace, kind, name }, longestIdentifier, '_');
  const owned = ownedDatabase({
    claim,
    nameOf,
    keys: { role: 'role', database: 'database' },
    names: { role: external, database: external },
    providerConfig: { kind: 'ClusterProviderConfig', name: server.providerConfig },
    managementPolicies: policiesFor(settings.deletion, ['Delete']),
    connectionLimit: connectionLimits[settings.size],
    madeIn: place,
    observed,
  });
  const authorities = server.sslMode === 'disable' ? undefined : server.caCertificate;
  const fresh =
    owned.login &&
    completeBinding(nameOf(), {
      provider: 'shared',
      host: server.host,
      port: String(server.port),
      ...owned.login,
      database: external,
      authorities,
    });
  // Never the only copy: provider-sql makes another password.
  const bound = bind({ ...claim, issuedBinding: undefined }, nameOf(), binding, fresh, observed[bindingKey], 'the role and its password');
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
  const resources = {
    ...owned.resources,
    ...inside.resources,
    ...bound.resources,
    ...protection(claim, nameOf(), settings.deletion),
  };
  return {
    resources,
    pending: { ...bound.pending, ...inside.pending },
    status: { host: server.host, port: server.port },
    inForce: { databaseName: external },
    ...refusalOf(settings, trusted),
  };
}

/** A database and a role of its own on a server that claims share. */
export const shared: Backend<DatabaseSettings, Needs, unknown, keyof typeof composes> = {
  needs,
  composes,
  anchor: 'database',
  stops: { cannot: 'is a server that other claims use too', isFreeIdle: true },
  explains: { 'Extension.extension': 'extensions' },
  expand,
};
