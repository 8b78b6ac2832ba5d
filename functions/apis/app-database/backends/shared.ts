import type { Backend, Context, Expansion } from '../../../core/api.ts';
import { bind, bindingKey, issuedValues } from '../../../core/binding.ts';
import { type FactsOf, needsOf } from '../../../core/facts.ts';
import { stringAt } from '../../../core/kubernetes.ts';
import { managed, placeOf, policiesFor } from '../../../core/managed.ts';
import { composedName, controlPlane, externalName } from '../../../core/names.ts';
import { conditionOf, isReady } from '../../../core/readiness.ts';
import type { ObservedResource } from '../../../core/step.ts';
import { protection, usage } from '../../../kinds/crossplane/usage.ts';
import { secret } from '../../../kinds/kubernetes/secret.ts';
import { sqlDatabase } from '../../../kinds/sql/database.ts';
import { sqlRole } from '../../../kinds/sql/role.ts';
import { refusalOf, trusted } from '../extensions.ts';
import { sharedPostgres } from '../facts.ts';
import { binding, completeBinding, type DatabaseSettings, issuedLogin, type Size, suffix } from '../schema.ts';
import { inOwnDatabase, ownDatabaseKinds } from './sql.ts';

const needs = needsOf(controlPlane, sharedPostgres);
type Needs = FactsOf<typeof needs>;

/** Postgres cuts longer identifiers. */
const longestIdentifier = 63;

const connectionLimits: Readonly<Record<Size, number>> = { small: 20, medium: 50, large: 100, xlarge: 200 };

const composes = { binding: secret, role: sqlRole, database: sqlDatabase, ...ownDatabaseKinds, protection: usage };

/** Where every copy of the password is lost: a time at which provider-sql, which looks only when its object changes, makes another. */
function renewal(role: ObservedResource | undefined): { readonly passwordRotationTrigger?: string } {
  const last =
    stringAt(role?.object, 'status', 'atProvider', 'lastPasswordChange') ?? stringAt(role?.object, 'metadata', 'creationTimestamp');
  const next = new Date(Date.parse(last ?? '') + 1000);
  return Number.isNaN(next.valueOf()) ? {} : { passwordRotationTrigger: next.toISOString() };
}

function expand({ claim, environment, settings, facts, observed }: Context<DatabaseSettings, Needs>): Expansion {
  const server = facts.shared.postgres;
  const nameOf = (part?: string) => composedName(claim, suffix, part);
  const place = placeOf(observed['database']) ?? [server.host, String(server.port)];
  const { namespace, kind, name } = claim;
  const external = externalName({ controlPlane: facts.controlPlane, environment, place, namespace, kind, name }, longestIdentifier, '_');
  const providerConfig = { kind: 'ClusterProviderConfig', name: server.providerConfig } as const;
  const managementPolicies = policiesFor(settings.deletion, ['Delete']);
  const login = issuedLogin.safeParse(observed['role']?.connectionDetails).data ?? issuedValues(issuedLogin, observed[bindingKey]);
  const authorities = server.sslMode === 'disable' ? undefined : server.caCertificate;
  const fresh =
    login &&
    completeBinding(nameOf(), {
      provider: 'shared',
      host: server.host,
      port: String(server.port),
      ...login,
      database: external,
      authorities,
    });
  // Never the only copy: provider-sql makes another password.
  const bound = bind({ ...claim, issuedBinding: undefined }, nameOf(), binding, fresh, observed[bindingKey], 'the role and its password');
  // A role that is ready has had its password: what of a claim of the same name was still there may have kept the provider from writing it.
  const lost = bound.values === undefined && (claim.issuedBinding !== undefined || isReady(sqlRole, observed['role']));
  const hasDatabase = conditionOf(observed['database']?.object, 'Ready')?.status === 'True';
  const inside = inOwnDatabase({
    namespace: claim.namespace,
    nameOf,
    database: external,
    // provider-sql has no certificate of the authority to verify with.
    sslMode: server.sslMode === 'disable' ? 'disable' : 'require',
    extensions: settings.extensions,
    grant: { role: external, privileges: ['CONNECT', 'CREATE', 'TEMPORARY'], revokePublicOnDb: true },
    observed,
    waitsFor: bound.values === undefined ? 'the binding' : hasDatabase ? undefined : 'the database',
  });
  const resources = {
    role: managed({
      card: sqlRole,
      name: nameOf('role'),
      externalName: external,
      providerConfig,
      managementPolicies,
      forProvider: {
        privileges: { login: true },
        connectionLimit: connectionLimits[settings.size],
        ...(lost && renewal(observed['role'])),
      },
      connectionSecret: nameOf('role'),
    }),
    database: managed({
      card: sqlDatabase,
      name: nameOf('database'),
      externalName: external,
      madeIn: place,
      providerConfig,
      managementPolicies,
      // A session in template1, where every login may go, would hold up each new database.
      forProvider: { owner: external, template: 'template0' },
    }),
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
  explains: { 'Extension.extension': 'extensions' },
  expand,
};
