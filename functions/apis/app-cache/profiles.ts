import type { Tier } from '../../core/tier.ts';
import type { Profile } from './schema.ts';

const dev: Profile = {
  backend: 'container',
  version: '8',
  size: 'small',
  highAvailability: false,
  persistence: 'None',
  snapshotRetentionDays: 7,
  deletion: 'Delete',
  applyChanges: 'Immediately',
};

export const profiles: Record<Tier, Profile> = {
  dev,
  staging: { ...dev, persistence: 'Snapshots' },
  prod: {
    ...dev,
    backend: 'elasticache',
    size: 'medium',
    highAvailability: true,
    persistence: 'Snapshots',
    deletion: 'Protect',
  },
};
