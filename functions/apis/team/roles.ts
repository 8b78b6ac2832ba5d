import type { Writers } from '../../core/tier.ts';

/** What people of a team are. */
export const roles = ['viewer', 'developer', 'owner'] as const;
type Role = (typeof roles)[number];

/** What a team's GitOps may do. */
export const deployer = 'team-deployer';

/** What people may do, by who else writes where they are. */
export const people: Readonly<Record<Role, Readonly<Record<Writers, string>>>> = {
  viewer: { people: 'team-viewer', gitops: 'team-viewer' },
  developer: { people: 'team-developer', gitops: 'team-viewer' },
  owner: { people: 'team-developer', gitops: 'team-owner' },
};

/** The ClusterRoles that are bound. */
export const bound: readonly string[] = [...new Set([...Object.values(people).flatMap((byWriters) => Object.values(byWriters)), deployer])];
