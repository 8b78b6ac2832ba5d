import type { Tier } from '../../core/tier.ts';
import type { Profile } from './schema.ts';

const dev: Profile = {
  backend: 'container',
  versioning: false,
  retentionDays: 30,
  deletion: 'Delete',
  persistence: 'Ephemeral',
  storageGiB: 10,
};

export const profiles: Record<Tier, Profile> = {
  dev,
  staging: { ...dev, persistence: 'Persistent' },
  prod: { ...dev, backend: 's3', versioning: true, retentionDays: 90, deletion: 'Protect', persistence: 'Persistent' },
};
