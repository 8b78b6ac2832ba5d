import { defineApi } from '../../core/api.ts';
import { endpointColumns } from '../../core/endpoint.ts';
import { leastBackupDays } from '../../core/protection.ts';
import type { Requiring } from '../../core/requirement.ts';
import { backupKinds } from './backends/backup.ts';
import { container } from './backends/container.ts';
import { copiersOf, copyKinds } from './backends/copy.ts';
import { rds } from './backends/rds.ts';
import { shared } from './backends/shared.ts';
import { upgradeCheckKinds } from './backends/upgrade-check.ts';
import { extensionTable } from './extensions.ts';
import * as schema from './schema.ts';
import { bucketKind, type DatabaseSettings } from './schema.ts';

const kind = 'AppDatabase';

type Wanted = Pick<DatabaseSettings, 'restoreFrom' | 'backups'>;

const bucketOf = (said: { readonly bucket?: string | undefined } | undefined) =>
  said?.bucket === undefined ? [] : [{ kind: bucketKind, name: said.bucket }];

export const appDatabase = defineApi({
  kind,
  plural: 'appdatabases',
  shortName: 'appdb',
  doc: 'A relational database for one app, with its connection details in a Secret named <claim>-database.',
  tables: [extensionTable],
  example: { name: 'orders', spec: { engine: 'postgres' } },
  columns: endpointColumns,
  schema,
  backends: { container, shared, rds },
  releasable: [
    'protection',
    'alerts',
    'alarm-*',
    'parameter-group-*',
    'ingress-*',
    'sql-*',
    'extension-*',
    'rights-*',
    'delegation',
    ...Object.keys(upgradeCheckKinds),
    ...Object.keys(copyKinds),
    ...Object.keys(backupKinds),
  ],
  requires: {
    source: {
      bindings: ({ spec: { restoreFrom } }: Requiring<Wanted>) => {
        if (restoreFrom === undefined || restoreFrom.bucket !== undefined) return [];
        const { claim: name, namespace } = restoreFrom;
        return [{ kind, name, ...(namespace !== undefined && { namespace }) }];
      },
    },
    dumps: { bindings: ({ spec: { restoreFrom } }: Requiring<Wanted>) => bucketOf(restoreFrom) },
    bucket: { bindings: ({ spec: { backups } }: Requiring<Wanted>) => bucketOf(backups) },
  },
  lentTo: copiersOf,
  claimPolicies: [
    { policy: 'kept-running', field: 'running', equals: true },
    { policy: 'multi-az', field: 'highAvailability', equals: true },
    { policy: 'backed-up', field: 'backupRetentionDays', atLeast: leastBackupDays },
  ],
});
