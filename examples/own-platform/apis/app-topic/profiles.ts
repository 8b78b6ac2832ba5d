import type { Tier } from 'golden-path-platform/api';
import type { Profile } from './schema.ts';

const dev: Profile = { backend: 'container', version: '2', size: 'small', image: 'docker.io/library/nats' };

export const profiles: Record<Tier, Profile> = {
  dev,
  staging: dev,
  prod: { ...dev, size: 'medium' },
};
