import type { Claim, Composed, Expansion } from '../../../core/api.ts';
import { foundBy } from '../../../core/look.ts';
import { keep, managed } from '../../../core/managed.ts';
import { isLook } from '../../../core/readiness.ts';
import type { ObservedResource } from '../../../core/step.ts';
import { sqlDatabase } from '../../../kinds/sql/database.ts';
import { sqlGrant } from '../../../kinds/sql/grant.ts';
import { sqlProviderConfig } from '../../../kinds/sql/provider-config.ts';
import { sqlRole } from '../../../kinds/sql/role.ts';
import { administered } from '../extensions.ts';
import { username } from '../schema.ts';
import { loggingIn, ofServer, ofServerKinds, onceReached, ownedDatabase, providerConfigKey } from './sql.ts';
import { type Turning, turnKinds } from './turns.ts';

const keys = { role: 'login', database: 'own-database' } as const;

/** What `ownLogin` composes. */
export const ownLoginKinds = {
  'root-*': sqlProviderConfig,
  [keys.role]: sqlRole,
  ...turnKinds,
  membership: sqlGrant,
  [keys.database]: sqlDatabase,
  delegation: sqlGrant,
  ...ofServerKinds,
};

/** A member of it creates what `rds.allowed_delegated_extensions` lists. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/RDS_delegated_ext.html */
const delegate = 'rds_extension';

interface Server extends Pick<Turning, 'rotation'> {
  readonly claim: Claim;
  readonly nameOf: (part?: string) => string;
  readonly administrator: string;
  /** The Secret that the administrator's login is in. */
  readonly secret: string;
  readonly sslMode: 'require' | 'verify-full';
  readonly database: string;
  /** Whether the login creates extensions that are the administrator's otherwise. */
  readonly delegates: boolean;
  readonly extensions: readonly string[];
  /** Whether an extension does by itself what the login told it to. */
  readonly runsAsOwner: boolean;
  /** What extensions wait for, by the keys of their objects. */
  readonly held: Readonly<Record<string, string>>;
  readonly observed: Readonly<Record<string, ObservedResource>>;
  /** Undefined once provider-sql can log in. */
  readonly waitsFor: string | undefined;
}

/** Whether a claim has a login of its own on its server. */
export const hasOwnLogin = (observed: Server['observed']): boolean => observed[keys.role] !== undefined;

/**
 * A login of the app's own on a server that is the claim's alone, with a database that it owns. They go when the server does, which
 * provider-sql could no longer reach, so it never drops them.
 */
export function ownLogin(server: Server): Pick<Expansion, 'resources' | 'pending'> &
  Pick<ReturnType<typeof ownedDatabase>, 'login' | 'hasDatabase' | 'said'> & {
    /** Whether it was looked for on the server, and is not there. */
    readonly isDatabaseMissing: boolean;
  } {
  const { claim, nameOf, administrator, secret, sslMode, database, delegates, extensions, runsAsOwner, held, ...rest } = server;
  const { observed, waitsFor, rotation } = rest;
  const root = providerConfigKey('root', claim.namespace);
  const providerConfig = { kind: 'ProviderConfig', name: nameOf(root) } as const;
  const names = { role: username, database };
  const nameOfTurn = (turn: string) => `${username}_${turn}`;
  const turns = { rotation, nameOfTurn, runsAsOwner };
  const owned = ownedDatabase({ claim, nameOf, keys, names, providerConfig, managementPolicies: keep, observed, ...turns });
  const member = (part: string, role: string, memberOf: string): Composed =>
    managed({ card: sqlGrant, name: nameOf(part), providerConfig, managementPolicies: keep, forProvider: { role, memberOf } });
  const all = {
    [root]: loggingIn(nameOf(root), { secret, database: administered, sslMode }),
    ...owned.resources,
    // From PostgreSQL 16 on, who makes a role gives a database to it only as a member.
    membership: member('membership', administrator, username),
    ...(delegates && { delegation: member('delegation', username, delegate) }),
    ...ofServer({ nameOf, extensions, providerConfig, grantee: username, observed }),
  };
  const { login, hasDatabase, said } = owned;
  const looked = observed[keys.database]?.object;
  const isDatabaseMissing = looked !== undefined && isLook(looked) && foundBy(sqlDatabase, looked) === 'nothing';
  return { ...onceReached(all, observed, waitsFor, held), login, hasDatabase, said, isDatabaseMissing };
}
