import type { Tier } from '../../core/tier.ts';
import type { Profile } from './schema.ts';

const dev: Profile = {
  backend: 'container',
  visibilityTimeoutSeconds: 30,
  retentionDays: 4,
  maxReceives: 5,
  deletion: 'Delete',
};

export const profiles: Record<Tier, Profile> = {
  dev,
  staging: dev,
  prod: { ...dev, backend: 'sqs', deletion: 'Protect' },
};
