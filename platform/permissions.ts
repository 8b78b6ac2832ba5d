/** Something that RBAC is asked besides the verbs of requests: a verb on a resource of the platform's group that is nowhere served. */
export interface Permission {
  readonly resource: string;
  readonly verb: string;
}

/** To write what is Crossplane's own: fields and status of claims, and what they composed. */
export const administer: Permission = { resource: 'claims', verb: 'administer' };

/** To have a claim let off a policy, or take a loss, where the environment asks for a permission. */
export const waive: Permission = { resource: 'claims', verb: 'waive' };

/** To say of a namespace that it belongs to the environment of a name, and all that follows from it. */
export const use: Permission = { resource: 'environments', verb: 'use' };
