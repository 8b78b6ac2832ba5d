import type { Composed } from '../../../core/api.ts';
import { keep, managed } from '../../../core/managed.ts';
import { sqlExtension } from '../../../kinds/sql/extension.ts';

export type SqlProviderConfig = Parameters<typeof managed>[0]['providerConfig'];

/** Extensions are never dropped, since columns of their types would go with them. */
export function extensions(
  names: readonly string[],
  nameOf: (part: string) => string,
  database: string,
  providerConfig: SqlProviderConfig,
): Readonly<Record<string, Composed>> {
  return Object.fromEntries(
    names.map((extension) => {
      const key = `extension-${extension.replaceAll('_', '--')}`;
      return [
        key,
        managed({
          card: sqlExtension,
          name: nameOf(key),
          providerConfig,
          managementPolicies: keep,
          forProvider: { extension, database },
        }),
      ];
    }),
  );
}

/** The extensions that are wanted, and those that were made before: what is installed is not taken away. */
export function installedExtensions(
  wanted: readonly string[],
  observed: Readonly<Record<string, { readonly object: { readonly [field: string]: unknown } }>>,
) {
  const made = Object.entries(observed).flatMap(([key, { object }]) => {
    const extension = (object['spec'] as { forProvider?: { extension?: unknown } } | undefined)?.forProvider?.extension;
    return key.startsWith('extension-') && typeof extension === 'string' ? [extension] : [];
  });
  return [...new Set([...wanted, ...made])].sort();
}
