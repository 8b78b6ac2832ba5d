/** What kind of environment it is; defaults and policies are written per tier. */
export const tiers = ['dev', 'staging', 'prod'] as const;
export type Tier = (typeof tiers)[number];

/** Tiers whose namespaces may only be deleted after saying so on the Namespace. */
export const protectedTiers: readonly Tier[] = ['prod'];

/** Who changes what runs in the namespaces of teams: their people, or their GitOps ServiceAccount alone. */
export const writers = ['people', 'gitops'] as const;
export type Writers = (typeof writers)[number];

/** Who does where the environment does not say. */
export const usualWriters = (tier: Tier): Writers => (protectedTiers.includes(tier) ? 'gitops' : 'people');
