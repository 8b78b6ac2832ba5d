import type { Claim, Composed, Expansion, Pending } from '../../../core/api.ts';
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
import { administered, complete, extensions } from '../extensions.ts';
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

const pendingOf = ({ object: { apiVersion, kind, metadata } }: Composed, waitsFor: string): Pending => ({
  apiVersion,
  kind,
  name: metadata?.name ?? '',
  waitsFor,
});

/** All of the resources once nothing is waited for, or one of them is there; of those that are `held` each once it is not any more. */
export function onceReached(
  resources: Readonly<Record<string, Composed>>,
  observed: Readonly<Record<string, ObservedResource>>,
  waitsFor: string | undefined,
  held: Readonly<Record<string, string>> = {},
): Made {
  const isReached = waitsFor === undefined || Object.keys(resources).some((key) => observed[key] !== undefined);
  const each = Object.entries(resources).map(([key, composed]) => {
    const why = isReached ? (observed[key] === undefined ? held[key] : undefined) : waitsFor;
    return { key, composed, why };
  });
  return {
    resources: Object.fromEntries(each.flatMap(({ key, composed, why }) => (why === undefined ? [[key, composed]] : []))),
    pending: Object.fromEntries(each.flatMap(({ key, composed, why }) => (why === undefined ? [] : [[key, pendingOf(composed, why)]]))),
  };
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
  /** Whether the server does by itself what the owner told it to, for which the owner has to be one who may log in. */
  readonly runsAsOwner?: boolean;
  readonly observed: Readonly<Record<string, ObservedResource>>;
}

/** A time at which provider-sql, which looks only when its object changes, makes another password. */
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
  const { connectionLimit, madeIn, runsAsOwner = false } = given;
  const common = { nameOf, providerConfig, managementPolicies, observed, ...(connectionLimit !== undefined && { connectionLimit }) };
  const turns = turnsOf({ ...common, ...given, owner: names.role });
  const bound = issuedValues(issuedLogin, observed[bindingKey]);
  const owners = issuedLogin.safeParse(role?.connectionDetails).data ?? (turns.isOwners ? bound : undefined);
  const configurationParameters = given.configurationParameters ?? [];
  // provider-sql takes none that was set away again but by an empty list.
  const hadParameters = at(role?.object, 'spec', 'forProvider', 'configurationParameters') !== undefined;
  // A role that is ready has had its password: what of a claim of the same name was still there may have kept the provider from writing it.
  const isLost = turns.isOwners && owners === undefined && (claim.issuedBinding !== undefined || isReady(sqlRole, role));
  const isLockedOut = turns.isOwnerRetired && runsAsOwner;
  const locked = isLockedOut ? stringAt(role?.object, 'spec', 'forProvider', 'passwordRotationTrigger') : undefined;
  const made = (key: string, card: Card, externalName: string, forProvider: object, more: object = {}): Composed =>
    managed({ card, name: nameOf(key), externalName, providerConfig, managementPolicies, forProvider: { ...forProvider }, ...more });
  return {
    resources: {
      [keys.role]: made(
        keys.role,
        sqlRole,
        names.role,
        {
          privileges: { login: !turns.isOwnerRetired || runsAsOwner },
          ...(connectionLimit !== undefined && { connectionLimit }),
          ...((configurationParameters.length > 0 || hadParameters) && { configurationParameters }),
          // Nobody is told the password that it then has.
          ...(locked !== undefined ? { passwordRotationTrigger: locked } : (isLost || isLockedOut) && renewal(role)),
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

/** The keys of what a claim's extensions come to. */
const partOf = (prefix: string, extension: string) => `${prefix}-${extension.replaceAll('_', '--')}`;

/** What `ofServer` composes. */
export const ofServerKinds = { 'role-of-*': sqlRole, 'extension-*': sqlExtension, 'rights-*': sqlGrant };

interface OfServer {
  readonly nameOf: (part?: string) => string;
  readonly extensions: readonly string[];
  /** How provider-sql logs in as the administrator of the server. */
  readonly providerConfig: { readonly kind: 'ProviderConfig'; readonly name: string };
  /** Who is given what of it an app needs; undefined where that is the administrator. */
  readonly grantee: string | undefined;
  readonly observed: Readonly<Record<string, ObservedResource>>;
}

/** What extensions want that is there once for a whole server, made by its administrator from the database where apps can make nothing. */
export function ofServer({ nameOf, extensions: wanted, providerConfig, grantee, observed }: OfServer): Readonly<Record<string, Composed>> {
  const made = (card: Card, part: string, forProvider: object, externalName?: string): [string, Composed] => [
    part,
    managed({
      card,
      name: nameOf(part),
      ...(externalName !== undefined && { externalName }),
      providerConfig,
      managementPolicies: keep,
      forProvider: { ...forProvider },
    }),
  ];
  const all = complete(wanted);
  const names = Object.keys(extensions).filter((name) => all.includes(name) || observed[partOf('role-of', name)] !== undefined);
  return Object.fromEntries(
    names.flatMap((extension) => {
      const { isOfServer = false, grants = [], role } = extensions[extension] ?? {};
      const part = partOf('extension', extension);
      const isThere = isReady(sqlExtension, observed[part]);
      return [
        ...(role === undefined ? [] : [made(sqlRole, partOf('role-of', extension), { privileges: { login: false } }, role)]),
        ...(isOfServer ? [made(sqlExtension, part, { database: administered, extension })] : []),
        ...(grantee === undefined ? [] : grants).flatMap((grant, index) => {
          const key = `${partOf('rights', extension)}-${index + 1}`;
          const isMade = isThere || observed[key] !== undefined;
          return isMade ? [made(sqlGrant, key, { database: administered, role: grantee, ...grant })] : [];
        }),
      ];
    }),
  );
}

/** Why an extension is not asked for yet, by the key of its object, where there is a reason. */
export const heldUp = (wanted: readonly string[], why: (extension: string) => string | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    complete(wanted).flatMap((extension) => {
      const reason = why(extension);
      return reason === undefined ? [] : [[partOf('extension', extension), reason]];
    }),
  );

/** The extensions that are there, as far as objects of the claim say so. */
export const extensionsThere = (wanted: readonly string[], observed: OwnDatabase['observed']): readonly string[] =>
  wanted.filter((extension) => isReady(sqlExtension, observed[partOf('extension', extension)]));

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
  /** What the login makes for the whole of its server, where it administers that. */
  readonly isAdministrator?: boolean;
  /** What extensions wait for, by the keys of their objects. */
  readonly held?: Readonly<Record<string, string>>;
  readonly observed: Readonly<Record<string, ObservedResource>>;
  /** Undefined once there are a binding and a database. */
  readonly waitsFor: string | undefined;
}

/**
 * What is made inside of a claim's database is made with the claim's own login: whoever else goes in resolves names that this
 * login controls. Extensions are never dropped, since columns of their types would go with them.
 */
export function inOwnDatabase(own: OwnDatabase): Made {
  const { namespace, nameOf, database, sslMode, grant, isAdministrator = false, held, observed, waitsFor } = own;
  const key = providerConfigKey('sql', namespace);
  const providerConfig = { kind: 'ProviderConfig', name: nameOf(key) } as const;
  const inside = (part: string, card: Card, forProvider: Readonly<Record<string, unknown>>): [string, Composed] => [
    part,
    managed({ card, name: nameOf(part), providerConfig, managementPolicies: keep, forProvider: { database, ...forProvider } }),
  ];
  const made = {
    ...(grant !== undefined && Object.fromEntries([inside('grant', sqlGrant, grant)])),
    ...Object.fromEntries(
      complete(own.extensions)
        .filter((extension) => extensions[extension]?.isOfServer !== true)
        .map((extension) => inside(partOf('extension', extension), sqlExtension, { extension })),
    ),
    ...(isAdministrator && ofServer({ nameOf, extensions: own.extensions, providerConfig, grantee: undefined, observed })),
  };
  if (Object.keys(made).length === 0) return { resources: {}, pending: {} };
  const sql = loggingIn(nameOf(key), { secret: nameOf(), database, sslMode });
  return onceReached({ [key]: sql, ...made }, observed, waitsFor, held);
}
