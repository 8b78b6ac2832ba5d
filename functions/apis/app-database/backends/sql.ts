import type { Composed, Expansion } from '../../../core/api.ts';
import { typed } from '../../../core/card.ts';
import { keep, managed } from '../../../core/managed.ts';
import type { ObservedResource } from '../../../core/step.ts';
import { usage } from '../../../kinds/crossplane/usage.ts';
import { sqlExtension } from '../../../kinds/sql/extension.ts';
import { sqlGrant } from '../../../kinds/sql/grant.ts';
import { sqlProviderConfig } from '../../../kinds/sql/provider-config.ts';
import { complete } from '../extensions.ts';

/** What `inOwnDatabase` composes. */
export const ownDatabaseKinds = { sql: sqlProviderConfig, 'sql-used': usage, grant: sqlGrant, 'extension-*': sqlExtension };

interface OwnDatabase {
  readonly nameOf: (part?: string) => string;
  readonly database: string;
  /** How provider-sql connects. */
  readonly sslMode: 'disable' | 'require';
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
export function inOwnDatabase(own: OwnDatabase): Pick<Expansion, 'resources' | 'pending'> {
  const { nameOf, database, sslMode, grant, observed, waitsFor } = own;
  const inside = (key: string, card: typeof sqlExtension, forProvider: Readonly<Record<string, unknown>>): [string, Composed] => [
    key,
    managed({
      card,
      name: nameOf(key),
      providerConfig: { kind: 'ProviderConfig', name: nameOf('sql') },
      managementPolicies: keep,
      forProvider: { database, ...forProvider },
    }),
  ];
  const made = [
    ...(grant === undefined ? [] : [inside('grant', sqlGrant, grant)]),
    ...complete(own.extensions).map((extension) => inside(`extension-${extension.replaceAll('_', '--')}`, sqlExtension, { extension })),
  ];
  const [first] = made;
  if (first === undefined) return { resources: {}, pending: {} };
  const [, { object: user }] = first;
  const sql: Composed = {
    object: {
      ...typed(sqlProviderConfig),
      metadata: { name: nameOf('sql') },
      spec: {
        credentials: {
          source: 'PostgreSQLConnectionSecret',
          connectionSecretRef: { name: nameOf() },
          secretKeyMapping: { endpoint: 'host' },
        },
        defaultDatabase: database,
        sslMode,
      },
    },
  };
  // A ProviderConfig of provider-sql that is deleted while it is used may stay for ever.
  const used: Composed = {
    object: {
      ...typed(usage),
      metadata: { name: nameOf('sql-used') },
      spec: {
        of: { ...typed(sqlProviderConfig), resourceRef: { name: nameOf('sql') } },
        by: { apiVersion: user.apiVersion, kind: user.kind, resourceRef: { name: user.metadata?.name } },
        replayDeletion: true,
      },
    },
  };
  const resources: Readonly<Record<string, Composed>> = { sql, 'sql-used': used, ...Object.fromEntries(made) };
  if (waitsFor === undefined || observed['sql'] !== undefined) return { resources, pending: {} };
  const pending = Object.entries(resources).map(([key, { object }]) => {
    const { apiVersion, kind } = object;
    return [key, { apiVersion, kind, name: nameOf(key), waitsFor }] as const;
  });
  return { resources: {}, pending: Object.fromEntries(pending) };
}
