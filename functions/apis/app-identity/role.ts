import type { awsRole } from '../../aws/role.ts';

/** In the names of roles, which pods have them by. */
export const kind = 'AppIdentity';

/** What others have to know to attach their policies to the role of an identity. */
export const roleTerms: Parameters<typeof awsRole.offer>[0] = { field: 'serviceAccount', backend: 'podidentity' };
