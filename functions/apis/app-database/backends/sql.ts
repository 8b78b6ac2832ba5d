import type { Composed, Expansion } from '../../../core/api.ts';
import { typed } from '../../../core/card.ts';
import { keep, managed } from '../../../core/managed.ts';
import { shortHash } from '../../../core/names.ts';
import type { ObservedResource } from '../../../core/step.ts';
import { sqlExtension } from '../../../kinds/sql/extension.ts';
import { sqlGrant } from '../../../kinds/sql/grant.ts';
import { sqlProviderConfig } from '../../../kinds/sql/provider-config.ts';
import { complete } from '../extensions.ts';

/** What `inOwnDatabase` composes. */
export const ownDatabaseKinds = { 'sql-*': sqlProviderConfig, grant: sqlGrant, 'extension-*': sqlExtension };

interface OwnDatabase {
  readonly namespace: string;
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
  const { namespace, nameOf, database, sslMode, grant, observed, waitsFor } = own;
  // provider-sql counts the users of a ProviderConfig by its name alone, in all namespaces, and keeps one that has any.
  const key = `sql-${shortHash(namespace)}`;
  const inside = (part: string, card: typeof sqlExtension, forProvider: Readonly<Record<string, unknown>>): [string, Composed] => [
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
  const sql: Composed = {
    object: {
      ...typed(sqlProviderConfig),
      metadata: { name: nameOf(key) },
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
  const resources: Readonly<Record<string, Composed>> = { [key]: sql, ...Object.fromEntries(made) };
  if (waitsFor === undefined || observed[key] !== undefined) return { resources, pending: {} };
  const pending = Object.entries(resources).map(([key, { object }]) => {
    const { apiVersion, kind } = object;
    return [key, { apiVersion, kind, name: nameOf(key), waitsFor }] as const;
  });
  return { resources: {}, pending: Object.fromEntries(pending) };
}
