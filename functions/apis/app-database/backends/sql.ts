import type { Claim, Composed, Expansion } from '../../../core/api.ts';
import { bindingKey, issuedValues } from '../../../core/binding.ts';
import { type Card, typed } from '../../../core/card.ts';
import { at, stringAt } from '../../../core/kubernetes.ts';
import { keep, managed } from '../../../core/managed.ts';
import { shortHash } from '../../../core/names.ts';
import { conditionOf, isReady } from '../../../core/readiness.ts';
import type { ObservedResource } from '../../../core/step.ts';
import { sqlDatabase } from '../../../kinds/sql/database.ts';
import { sqlExtension } from '../../../kinds/sql/extension.ts';
import { sqlGrant } from '../../../kinds/sql/grant.ts';
import { sqlProviderConfig } from '../../../kinds/sql/provider-config.ts';
import { sqlRole } from '../../../kinds/sql/role.ts';
import { complete } from '../extensions.ts';
import { issuedLogin } from '../schema.ts';
import { type Saying, type Turning, turnsOf } from './turns.ts';

type Made = Pick<Expansion, 'resources' | 'pending'>;

interface Login {
  readonly username: string;
  readonly password: string;
}

interface Connection {
  /** The Secret with host, port, username and password. */
  readonly secret: string;
  readonly database: string;
  readonly sslMode: 'disable' | 'require' | 'verify-full';
}

/** The key of a ProviderConfig: provider-sql counts its users by its name alone, in all namespaces, and keeps one that has any. */
export const providerConfigKey = (prefix: string, namespace: string) => `${prefix}-${shortHash(namespace)}`;

/** How provider-sql logs in with what is in a Secret of the claim's namespace. */
export const loggingIn = (name: string, { secret, database, sslMode }: Connection): Composed => ({
  object: {
    ...typed(sqlProviderConfig),
    metadata: { name },
    spec: {
      credentials: {
        source: 'PostgreSQLConnectionSecret',
        connectionSecretRef: { name: secret },
        secretKeyMapping: { endpoint: 'host' },
      },
      defaultDatabase: database,
      sslMode,
    },
  },
});

/** All of the resources once nothing is waited for, or one of them is there. */
export function onceReached(
  resources: Readonly<Record<string, Composed>>,
  observed: Readonly<Record<string, ObservedResource>>,
  waitsFor: string | undefined,
): Made {
  const keys = Object.keys(resources);
  if (waitsFor === undefined || keys.some((key) => observed[key] !== undefined)) return { resources, pending: {} };
  const pending = Object.entries(resources).map(([key, { object }]) => {
    const { apiVersion, kind, metadata } = object;
    return [key, { apiVersion, kind, name: metadata?.name ?? '', waitsFor }] as const;
  });
  return { resources: {}, pending: Object.fromEntries(pending) };
}

interface Owned extends Pick<Turning, 'rotation' | 'nameOfTurn' | 'configurationParameters'> {
  readonly claim: Pick<Claim, 'issuedBinding'>;
  readonly nameOf: (part?: string) => string;
  /** Under which keys they are composed. */
  readonly keys: { readonly role: string; readonly database: string };
  /** What they are called on the server. */
  readonly names: { readonly role: string; readonly database: string };
  /** Who makes them there. */
  readonly providerConfig: { readonly kind: 'ClusterProviderConfig' | 'ProviderConfig'; readonly name: string };
  readonly managementPolicies: readonly string[];
  readonly connectionLimit?: number;
  /** Where the database is made, where it is what holds the claim's data. */
  readonly madeIn?: readonly string[];
  readonly observed: Readonly<Record<string, ObservedResource>>;
}

/** Where every copy of the password is lost: a time at which provider-sql, which looks only when its object changes, makes another. */
function renewal(role: ObservedResource | undefined): { readonly passwordRotationTrigger?: string } {
  const last =
    stringAt(role?.object, 'status', 'atProvider', 'lastPasswordChange') ?? stringAt(role?.object, 'metadata', 'creationTimestamp');
  const next = new Date(Date.parse(last ?? '') + 1000);
  return Number.isNaN(next.valueOf()) ? {} : { passwordRotationTrigger: next.toISOString() };
}

/** The database, who owns it, which may do nothing else on its server, and whom the app logs in as: the owner, or one whose turn it is. */
export function ownedDatabase({ claim, nameOf, keys, names, providerConfig, managementPolicies, observed, ...given }: Owned): {
  readonly resources: Readonly<Record<string, Composed>>;
  /** Undefined until provider-sql has made a password. */
  readonly login: Login | undefined;
  readonly hasDatabase: boolean;
  /** Of the turns of its logins. */
  readonly said: Saying;
} {
  const role = observed[keys.role];
  const { connectionLimit, madeIn } = given;
  const common = { nameOf, providerConfig, managementPolicies, observed, ...(connectionLimit !== undefined && { connectionLimit }) };
  const turns = turnsOf({ ...common, ...given, owner: names.role });
  const bound = issuedValues(issuedLogin, observed[bindingKey]);
  const owners = issuedLogin.safeParse(role?.connectionDetails).data ?? (turns.isOwners ? bound : undefined);
  const configurationParameters = given.configurationParameters ?? [];
  // provider-sql takes none that was set away again but by an empty list.
  const hadParameters = at(role?.object, 'spec', 'forProvider', 'configurationParameters') !== undefined;
  // A role that is ready has had its password: what of a claim of the same name was still there may have kept the provider from writing it.
  const isLost = turns.isOwners && owners === undefined && (claim.issuedBinding !== undefined || isReady(sqlRole, role));
  const made = (key: string, card: Card, externalName: string, forProvider: object, more: object = {}): Composed =>
    managed({ card, name: nameOf(key), externalName, providerConfig, managementPolicies, forProvider: { ...forProvider }, ...more });
  return {
    resources: {
      [keys.role]: made(
        keys.role,
        sqlRole,
        names.role,
        {
          privileges: { login: !turns.isOwnerRetired },
          ...(connectionLimit !== undefined && { connectionLimit }),
          ...((configurationParameters.length > 0 || hadParameters) && { configurationParameters }),
          ...(isLost && renewal(role)),
        },
        { connectionSecret: nameOf(keys.role) },
      ),
      // A session in template1, where every login may go, would hold up each new database.
      [keys.database]: made(keys.database, sqlDatabase, names.database, { owner: names.role, template: 'template0' }, { madeIn }),
      ...turns.resources,
    },
    login: turns.login ?? (turns.isOwners ? owners : undefined),
    said: turns.said,
    hasDatabase: conditionOf(observed[keys.database]?.object, 'Ready')?.status === 'True',
  };
}

/** What `inOwnDatabase` composes. */
export const ownDatabaseKinds = { 'sql-*': sqlProviderConfig, grant: sqlGrant, 'extension-*': sqlExtension };

interface OwnDatabase {
  readonly namespace: string;
  readonly nameOf: (part?: string) => string;
  readonly database: string;
  /** How provider-sql connects. */
  readonly sslMode: Connection['sslMode'];
  readonly extensions: readonly string[];
  /** What the login grants there. */
  readonly grant?: Readonly<Record<string, unknown>>;
  readonly observed: Readonly<Record<string, ObservedResource>>;
  /** Undefined once there are a binding and a database. */
  readonly waitsFor: string | undefined;
}

/**
 * What is made inside of a claim's database is made with the claim's own login: whoever else goes in resolves names that this
 * login controls. Extensions are never dropped, since columns of their types would go with them.
 */
export function inOwnDatabase(own: OwnDatabase): Made {
  const { namespace, nameOf, database, sslMode, grant, observed, waitsFor } = own;
  const key = providerConfigKey('sql', namespace);
  const inside = (part: string, card: Card, forProvider: Readonly<Record<string, unknown>>): [string, Composed] => [
    part,
    managed({
      card,
      name: nameOf(part),
      providerConfig: { kind: 'ProviderConfig', name: nameOf(key) },
      managementPolicies: keep,
      forProvider: { database, ...forProvider },
    }),
  ];
  const made = [
    ...(grant === undefined ? [] : [inside('grant', sqlGrant, grant)]),
    ...complete(own.extensions).map((extension) => inside(`extension-${extension.replaceAll('_', '--')}`, sqlExtension, { extension })),
  ];
  if (made.length === 0) return { resources: {}, pending: {} };
  const sql = loggingIn(nameOf(key), { secret: nameOf(), database, sslMode });
  return onceReached({ [key]: sql, ...Object.fromEntries(made) }, observed, waitsFor);
}
