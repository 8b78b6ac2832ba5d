import { defineApi } from '../../core/api.ts';
import { endpointColumns } from '../../core/endpoint.ts';
import { leastBackupDays } from '../../core/protection.ts';
import type { Requiring } from '../../core/requirement.ts';
import { container } from './backends/container.ts';
import { copiersOf, copyKinds } from './backends/copy.ts';
import { rds } from './backends/rds.ts';
import { shared } from './backends/shared.ts';
import type { DatabaseSettings } from './schema.ts';
import * as schema from './schema.ts';

const kind = 'AppDatabase';

type Wanted = Pick<DatabaseSettings, 'restoreFrom'>;

export const appDatabase = defineApi({
  kind,
  plural: 'appdatabases',
  shortName: 'appdb',
  doc: 'A relational database for one app, with its connection details in a Secret named <claim>-database.',
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
    'delegation',
    'upgrade-check-*',
    ...Object.keys(copyKinds),
  ],
  requires: {
    source: {
      bindings: ({ spec: { restoreFrom } }: Requiring<Wanted>) => {
        if (restoreFrom === undefined) return [];
        const { claim: name, namespace } = restoreFrom;
        return [{ kind, name, ...(namespace !== undefined && { namespace }) }];
      },
    },
  },
  lentTo: copiersOf,
  claimPolicies: [
    { policy: 'kept-running', field: 'running', equals: true },
    { policy: 'multi-az', field: 'highAvailability', equals: true },
    { policy: 'backed-up', field: 'backupRetentionDays', atLeast: leastBackupDays },
  ],
});
