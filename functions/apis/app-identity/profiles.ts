import type { Tier } from '../../core/tier.ts';
import type { Profile } from './schema.ts';

const dev: Profile = { backend: 'container' };

export const profiles: Record<Tier, Profile> = {
  dev,
  staging: dev,
  prod: { backend: 'podidentity' },
};
