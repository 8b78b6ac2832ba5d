import type { Policy } from '../policy.ts';
import { namesWithinLimits } from './names-within-limits.ts';
import { ownNamespace } from './own-namespace.ts';
import { rdsPolicies } from './rds.ts';
import { uniqueObjects } from './unique-objects.ts';

/** Every rule that the guard holds resources to, in the order in which it reports them. */
export const policies: readonly Policy[] = [uniqueObjects, ownNamespace, namesWithinLimits, ...rdsPolicies];
