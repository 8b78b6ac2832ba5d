/** What kind of environment it is; defaults and policies are written per tier. */
export const tiers = ['dev', 'staging', 'prod'] as const;
export type Tier = (typeof tiers)[number];

/** Tiers whose namespaces may only be deleted after saying so on the Namespace. */
export const protectedTiers: readonly Tier[] = ['prod'];
