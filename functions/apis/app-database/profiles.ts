import type { Tier } from '../../core/tier.ts';
import type { Profile } from './schema.ts';

const dev: Profile = {
  backend: 'container',
  version: '17',
  size: 'small',
  storageGiB: 20,
  highAvailability: false,
  backupRetentionDays: 0,
  extensions: [],
  databaseName: 'app',
  deletion: 'Delete',
  persistence: 'Ephemeral',
  applyChanges: 'Immediately',
};

export const profiles: Record<Tier, Profile> = {
  dev,
  staging: { ...dev, backend: 'shared', persistence: 'Persistent' },
  prod: {
    ...dev,
    backend: 'rds',
    size: 'medium',
    storageGiB: 100,
    highAvailability: true,
    backupRetentionDays: 14,
    deletion: 'Protect',
    persistence: 'Persistent',
  },
};
