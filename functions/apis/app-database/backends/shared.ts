import type { Backend, Context, Expansion } from '../../../core/api.ts';
import { bind, bindingKey, issuedValues } from '../../../core/binding.ts';
import { type FactsOf, needsOf } from '../../../core/facts.ts';
import { stringAt } from '../../../core/kubernetes.ts';
import { keep, managed, placeOf, policiesFor } from '../../../core/managed.ts';
import { composedName, controlPlane, externalName } from '../../../core/names.ts';
import { protection, usage } from '../../../kinds/crossplane/usage.ts';
import { secret } from '../../../kinds/kubernetes/secret.ts';
import { sqlDatabase } from '../../../kinds/sql/database.ts';
import { sqlExtension } from '../../../kinds/sql/extension.ts';
import { sqlGrant } from '../../../kinds/sql/grant.ts';
import { sqlRole } from '../../../kinds/sql/role.ts';
import { sharedPostgres } from '../facts.ts';
import { binding, completeBinding, type DatabaseSettings, issuedLogin, type Size, suffix } from '../schema.ts';
import { extensions, installedExtensions } from './sql.ts';

const needs = needsOf(controlPlane, sharedPostgres);
type Needs = FactsOf<typeof needs>;

/** Postgres cuts longer identifiers. */
const longestIdentifier = 63;

const connectionLimits: Readonly<Record<Size, number>> = { small: 20, medium: 50, large: 100, xlarge: 200 };

const composes = {
  binding: secret,
  role: sqlRole,
  membership: sqlGrant,
  database: sqlDatabase,
  grant: sqlGrant,
  'extension-*': sqlExtension,
  protection: usage,
};

function expand({ claim, environment, settings, facts, observed }: Context<DatabaseSettings, Needs>): Expansion {
  const server = facts.shared.postgres;
  const nameOf = (part?: string) => composedName(claim, suffix, part);
  const place = placeOf(observed['database']) ?? [server.host, String(server.port)];
  const { namespace, kind, name } = claim;
  const external = externalName({ controlPlane: facts.controlPlane, environment, place, namespace, kind, name }, longestIdentifier, '_');
  const providerConfig = { kind: 'ClusterProviderConfig', name: server.providerConfig } as const;
  const managementPolicies = policiesFor(settings.deletion, ['Delete']);
  const adminRole = server.adminRole ?? stringAt(observed['membership']?.object, 'spec', 'forProvider', 'role');
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
  const bound = bind(claim, nameOf(), binding, fresh, observed[bindingKey], 'the role and its password');
  const resources = {
    role: managed({
      card: sqlRole,
      name: nameOf('role'),
      externalName: external,
      providerConfig,
      managementPolicies,
      forProvider: { privileges: { login: true }, connectionLimit: connectionLimits[settings.size] },
      connectionSecret: nameOf('role'),
    }),
    // A role that is no superuser can only give a database to a role that it is a member of.
    ...(adminRole === undefined
      ? {}
      : {
          membership: managed({
            card: sqlGrant,
            name: nameOf('membership'),
            providerConfig,
            managementPolicies: keep,
            forProvider: { role: adminRole, memberOf: external },
          }),
        }),
    database: managed({
      card: sqlDatabase,
      name: nameOf('database'),
      externalName: external,
      madeIn: place,
      providerConfig,
      managementPolicies,
      forProvider: { owner: external },
    }),
    grant: managed({
      card: sqlGrant,
      name: nameOf('grant'),
      providerConfig,
      managementPolicies: keep,
      forProvider: { database: external, role: external, privileges: ['CONNECT', 'CREATE', 'TEMPORARY'], revokePublicOnDb: true },
    }),
    ...extensions(installedExtensions(settings.extensions, observed), nameOf, external, providerConfig),
    ...bound.resources,
    ...protection(claim, nameOf(), settings.deletion),
  };
  return {
    resources,
    pending: bound.pending,
    status: { host: server.host, port: server.port },
    inForce: { databaseName: external },
    ...(bound.refusal && { refusal: bound.refusal }),
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
